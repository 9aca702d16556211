"""What can go wrong with a permit at the hub."""

from maillage.base.errors import Kind, MaillageError
from maillage.base.i18n import _


class PermitError(MaillageError):
    """The root of this room's errors."""

    code = "permit"


class PermitUnknownError(PermitError):
    """No permit of that name is published."""

    kind = Kind.REFUSED
    code = "permit_unknown"

    def __init__(self, name: str) -> None:
        super().__init__(
            _("L’autorisation « {permit} » n’existe pas.").format(permit=name[:40]),
            remedy=_("Celles qui sont publiées : maillage hub permit list."),
        )


class PermitOverError(PermitError):
    """The permit is not valid at this moment."""

    kind = Kind.REFUSED
    code = "permit_expired"


class PermitExceededError(PermitError):
    """The question lies outside what the permit allows."""

    kind = Kind.REFUSED
    code = "permit_exceeded"


class PermitStateError(PermitError):
    """The permit cannot be published or revoked as things stand."""

    kind = Kind.CONFLICT
    code = "permit_state"


class PermitMismatchError(PermitError):
    """A word on a permit that is not about this permit, or not of this hospital."""

    kind = Kind.INTEGRITY
    code = "permit_mismatch"
