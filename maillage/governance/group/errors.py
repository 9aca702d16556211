"""What can go wrong with a member."""

from maillage.base.errors import Kind, MaillageError
from maillage.base.i18n import _


class GroupError(MaillageError):
    """The root of this room's errors."""


class UnknownMemberError(GroupError):
    """No hospital of that name is registered."""

    kind = Kind.NOT_FOUND

    def __init__(self, site: str) -> None:
        super().__init__(
            _("L’hôpital « {site} » n’est pas inscrit dans ce réseau.").format(site=site[:40]),
            remedy=_("« maillage hub members » donne la liste des hôpitaux inscrits."),
        )


class MemberExistsError(GroupError):
    """The name or the key is already registered."""

    kind = Kind.CONFLICT


class DepartmentError(GroupError):
    """No French department has that number."""

    def __init__(self, department: str) -> None:
        super().__init__(
            _("« {department} » n’est pas le numéro d’un département.").format(department=department[:10]),
            remedy=_("Donnez-le comme 69, 2A ou 974 ; sans lui, l’hôpital n’est pas sur la carte."),
        )


class MemberStateError(GroupError):
    """A member that cannot go from this state to that one."""

    kind = Kind.CONFLICT

    def __init__(self, *, site: str, current: str, to: str) -> None:
        super().__init__(
            _("L’hôpital « {site} » ne peut pas passer de l’état {current} à l’état {to}.").format(
                site=site, current=current, to=to
            )
        )
