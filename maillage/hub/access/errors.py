"""Why somebody is not let in."""

from maillage.base.errors import Kind
from maillage.base.i18n import _
from maillage.hub.errors import HubError


class AccessError(HubError):
    """The root of this folder's errors."""

    kind = Kind.REFUSED
    code = "access"


class TokenError(AccessError):
    """No token, or one that is not valid."""

    code = "token_invalid"

    def __init__(self) -> None:
        super().__init__(
            _("Le jeton d’accès est absent ou n’est plus valable."),
            remedy=_("Demandez-en un à la personne qui tient le hub (« maillage hub token create »)."),
        )


class LinkError(AccessError):
    """A link that was used or is too old."""

    code = "link_invalid"

    def __init__(self) -> None:
        super().__init__(
            _("Ce lien d’entrée a déjà servi ou n’est plus valable."),
            remedy=_("Demandez-en un autre, ou entrez avec votre jeton."),
        )


class RequesterError(AccessError):
    """A name that tasks could not carry."""

    kind = Kind.INPUT
    code = "requester_invalid"


class NodeUnknownError(AccessError):
    """The key that signed is not a member's."""

    code = "node_unknown"

    def __init__(self) -> None:
        super().__init__(
            _("La clé qui signe cette requête n’est pas celle d’un membre."),
            remedy=_("Inscrivez le nœud auprès du hub : « maillage hub register »."),
        )


class NodeSuspendedError(AccessError):
    """The member is suspended."""

    code = "node_suspended"

    def __init__(self) -> None:
        super().__init__(_("Cet hôpital est suspendu."), remedy=_("Appelez la personne qui tient le hub."))


class ReplayError(AccessError):
    """The very same signed request came before."""

    code = "signature_invalid"

    def __init__(self) -> None:
        super().__init__(
            _("Cette requête signée a déjà servi."),
            why=_("Une requête ne sert qu’une fois ; celle-ci est une copie."),
            remedy=_("Signez chaque requête à nouveau."),
        )


class ProtocolError(AccessError):
    """The node speaks a version of the protocol that this hub does not."""

    code = "version_unsupported"

    def __init__(self, found: str) -> None:
        super().__init__(
            _("La version {version} du protocole n’est pas comprise ici.").format(version=found[:20]),
            remedy=_("Mettez le nœud à jour."),
        )
