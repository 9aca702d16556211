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


class AccountClosedError(AccessError):
    """The account is suspended, closed, or was never opened."""

    code = "account_closed"

    def __init__(self) -> None:
        super().__init__(
            _("Ce compte n’est pas ouvert."),
            why=_("Il est suspendu ou clos, ou l’invitation n’a pas encore servi."),
            remedy=_("Appelez le bureau du groupement."),
        )


class RoleError(AccessError):
    """The person is known and holds no role that this needs."""

    code = "role_missing"

    def __init__(self, roles: str) -> None:
        super().__init__(
            _("Vos rôles ne permettent pas cela."),
            why=_("Il faut l’un de ces rôles, en cours : {roles}.").format(roles=roles),
            remedy=_("Demandez-le au bureau du groupement ; vos rôles sont sur la page Compte."),
        )


class EntryError(AccessError):
    """The proof does not hold. What exactly is wrong is not told: it would help whoever guesses."""

    code = "entry_refused"

    def __init__(self) -> None:
        super().__init__(
            _("Ces éléments ne permettent pas d’entrer."),
            remedy=_("Vérifiez-les ; si vous les avez perdus, le bureau vous fera un nouveau lien."),
        )


class ProofError(AccessError):
    """Who is in did not prove again that it is them. Which of the two is wrong is not told."""

    code = "proof_refused"

    def __init__(self) -> None:
        super().__init__(
            _("Ce mot de passe et ce code ne vont pas ensemble."),
            why=_("Un code ne sert qu’une fois : celui qui vous a fait entrer est passé."),
            remedy=_("Attendez le code suivant, ou prenez un code de secours."),
        )


class ProofNeededError(AccessError):
    """What is asked lets in for longer than the session, which was not opened just now by a strong way in."""

    code = "proof_needed"

    def __init__(self) -> None:
        super().__init__(
            _("Prouvez d’abord à nouveau que c’est vous."),
            why=_("Cela ouvrirait votre compte pour longtemps, et une session peut être copiée."),
            remedy=_("Entrez à nouveau, autrement que par un jeton ; cela vaut dix minutes."),
        )


class InvitationError(AccessError):
    """An invitation that was used or is too old."""

    code = "invitation_invalid"

    def __init__(self) -> None:
        super().__init__(
            _("Ce lien d’invitation a déjà servi ou n’est plus valable."),
            remedy=_("Demandez-en un autre au bureau du groupement."),
        )


class SecretWeakError(AccessError):
    """A password, or a first code, that cannot be taken."""

    kind = Kind.INPUT
    code = "secret_weak"


class LastWayError(AccessError):
    """The last way in of an account is not removed by its owner."""

    kind = Kind.CONFLICT
    code = "last_way"

    def __init__(self) -> None:
        super().__init__(
            _("C’est votre seul moyen d’entrer."), remedy=_("Ajoutez-en un autre avant de retirer celui-ci.")
        )


class CredentialUnknownError(AccessError):
    """No such passkey, token or session of this person."""

    kind = Kind.NOT_FOUND
    code = "credential_unknown"

    def __init__(self) -> None:
        super().__init__(_("Cet élément n’existe pas, ou n’est pas à vous."))


class TooManyError(AccessError):
    """More requests than the limit lets through. `retry_after` is in whole seconds."""

    kind = Kind.LIMIT
    code = "too_many"

    def __init__(self, retry_after: int) -> None:
        super().__init__(
            _("Trop de demandes en peu de temps."),
            why=_("Le hub en prend un nombre limité à la fois, pour servir tout le monde."),
            remedy=_("Réessayez dans {seconds} s.").format(seconds=retry_after),
        )
        self.retry_after = retry_after


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
