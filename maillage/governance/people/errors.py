"""What can go wrong with a person or a role."""

from maillage.base.errors import Kind, MaillageError
from maillage.base.i18n import _


class PeopleError(MaillageError):
    """The root of this room's errors."""


class PersonUnknownError(PeopleError):
    """Nobody of that name or id, or no such role of theirs."""

    kind = Kind.NOT_FOUND

    def __init__(self, name: str) -> None:
        super().__init__(
            _("« {name} » n’a pas de compte ici.").format(name=name[:40]),
            remedy=_("La liste des personnes : maillage hub person list."),
        )


class PersonExistsError(PeopleError):
    """The name or the e-mail address is somebody's already."""

    kind = Kind.CONFLICT


class PersonInvalidError(PeopleError):
    """A name, an address or a duration that an account cannot have."""


class PersonStateError(PeopleError):
    """A person or a role that cannot go from this state to that one."""

    kind = Kind.CONFLICT


class OwnAccountError(PeopleError):
    """Nobody changes their own rights."""

    kind = Kind.REFUSED

    def __init__(self) -> None:
        super().__init__(
            _("Personne ne change ses propres droits."),
            remedy=_("Demandez-le à une autre personne du bureau."),
        )
