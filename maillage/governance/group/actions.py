"""Every change to a member that a person decides: one transaction, one audit event."""

import re
from dataclasses import dataclass
from datetime import datetime

from maillage.base.i18n import _
from maillage.base.ids import SiteId
from maillage.base.keys import PublicKey
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.group.errors import DepartmentError, MemberExistsError, UnknownMemberError
from maillage.governance.group.models import Member
from maillage.governance.group.states import PLACED, MemberState, check_move
from maillage.governance.transactions import atomic

_DEPARTMENT = re.compile(r"0[1-9]|1\d|2[1-9AB]|[3-8]\d|9[0-5]|97[1-6]")


@dataclass(frozen=True)
class Registration:
    """A hospital as its operator announces it, its key read over the telephone or met in person.

    `department` is where the map shows it; empty, it is in the list alone. Raises DepartmentError.
    """

    site: SiteId
    name: str
    key: PublicKey
    city: str = ""
    department: str = ""

    def __post_init__(self) -> None:
        _check_department(self.department)


def register(registration: Registration, *, by: str, at: datetime) -> Member:
    """Add a member. Raises MemberExistsError when its name or its key is already there."""
    with atomic():
        same = Member.objects.filter(site=registration.site) | Member.objects.filter(
            fingerprint=registration.key.fingerprint
        )
        if same.exists():
            raise MemberExistsError(
                _("L’hôpital « {site} » ou sa clé est déjà inscrit.").format(site=registration.site),
                remedy=_("« maillage hub members » donne la liste des hôpitaux et de leurs clés."),
            )
        member = Member.objects.create(
            site=registration.site,
            name=registration.name,
            city=registration.city,
            department=registration.department,
            public_key=registration.key.text,
            fingerprint=registration.key.fingerprint,
            registered_at=at,
        )
        facts = {"name": member.name, "fingerprint": member.fingerprint}
        record(EventType.MEMBER_REGISTERED, actor=by, subject=member.site, at=at, facts=facts)
    return member


def place(site: str, department: str, *, by: str, at: datetime) -> None:
    """Say where the map shows a member; empty, it leaves the map. No event where nothing changes.

    Raises DepartmentError, or UnknownMemberError for who is not there or left.
    """
    _check_department(department)
    with atomic():
        member = _find(site)
        if member.state not in PLACED:
            raise UnknownMemberError(site)
        if member.department == department:
            return
        member.department = department
        member.save(update_fields=["department"])
        facts = {"department": department}
        record(EventType.MEMBER_PLACED, actor=by, subject=site, at=at, facts=facts)


def suspend(site: str, *, by: str, at: datetime) -> None:
    """Its node is refused from its next request on."""
    _move(site, to=MemberState.SUSPENDED, event_type=EventType.MEMBER_SUSPENDED, by=by, at=at)


def reinstate(site: str, *, by: str, at: datetime) -> None:
    """A suspended member is asked and heard again."""
    _move(site, to=MemberState.ACTIVE, event_type=EventType.MEMBER_REINSTATED, by=by, at=at)


def retire(site: str, *, by: str, at: datetime) -> None:
    """The member leaves for good; its key is never accepted again."""
    _move(site, to=MemberState.DEPARTED, event_type=EventType.MEMBER_DEPARTED, by=by, at=at)


def _move(site: str, *, to: MemberState, event_type: EventType, by: str, at: datetime) -> None:
    with atomic():
        member = _find(site)
        check_move(site=site, current=member.state, to=to)
        member.state = to.value
        member.save(update_fields=["state"])
        record(event_type, actor=by, subject=site, at=at)


def _find(site: str) -> Member:
    """The member, kept for this transaction. Raises UnknownMemberError."""
    member = Member.objects.select_for_update().filter(site=site).first()
    if member is None:
        raise UnknownMemberError(site)
    return member


def _check_department(department: str) -> None:
    if department and not _DEPARTMENT.fullmatch(department):
        raise DepartmentError(department)
