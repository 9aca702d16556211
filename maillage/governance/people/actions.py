"""Every change to a person or a role: one transaction, one audit event."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from maillage.base.clock import format_instant
from maillage.base.i18n import _
from maillage.base.ids import new_id
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.group.errors import UnknownMemberError
from maillage.governance.group.models import Member
from maillage.governance.people.errors import (
    OwnAccountError,
    PersonExistsError,
    PersonInvalidError,
    PersonUnknownError,
)
from maillage.governance.people.models import Grant, Person
from maillage.governance.people.roles import GROUP_ONLY, LONGEST, WHOLE_GROUP, Role
from maillage.governance.people.states import GrantState, PersonState, check_grant_move, check_move
from maillage.governance.transactions import atomic

# No colon: the audit names operators « operator:… ». ASCII: no two names that look alike.
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._@+-]{0,119}")
_EMAIL = re.compile(r"[^@\s<>\"]{1,100}@[A-Za-z0-9.-]{1,98}")


@dataclass(frozen=True)
class Newcomer:
    """Somebody to invite. Raises PersonInvalidError unless the name can sign questions."""

    name: str
    full_name: str
    email: str = ""

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name):
            raise PersonInvalidError(
                _("« {name} » ne peut pas nommer un compte.").format(name=self.name[:40]),
                remedy=_("Lettres sans accent, chiffres et . _ @ + - seulement, sans espace."),
            )
        if not self.full_name.strip() or len(self.full_name) > 120 or not self.full_name.isprintable():
            raise PersonInvalidError(_("Le nom complet compte de 1 à 120 caractères, sur une ligne."))
        if self.email and not _EMAIL.fullmatch(self.email):
            raise PersonInvalidError(_("L’adresse électronique n’a pas la forme attendue."))


@dataclass(frozen=True)
class Giving:
    """A role to give, for a hospital or the whole group. Raises PersonInvalidError."""

    role: Role
    lasts: timedelta
    site: str = WHOLE_GROUP

    def __post_init__(self) -> None:
        if not timedelta(0) < self.lasts <= LONGEST:
            raise PersonInvalidError(
                _("Un rôle dure de 1 à {days} jours.").format(days=LONGEST.days),
                why=_("On le redonne chaque année à qui en a encore besoin."),
            )
        if self.site != WHOLE_GROUP and self.role in GROUP_ONLY:
            raise PersonInvalidError(_("Ce rôle vaut pour le groupement entier, pas pour un hôpital."))


def invite(newcomer: Newcomer, *, by: str, at: datetime) -> Person:
    """Open an account that nobody can use yet. Raises PersonExistsError."""
    folded, email = newcomer.name.casefold(), newcomer.email.casefold()
    with atomic():
        same = Person.objects.filter(folded=folded)
        if email:
            same = same | Person.objects.filter(email=email)
        if same.exists():
            raise PersonExistsError(
                _("Ce nom ou cette adresse est déjà celui d’une personne du groupement."),
                remedy=_("Un compte par personne : cherchez-le dans la liste."),
            )
        person = Person.objects.create(
            id=new_id("person"),
            name=newcomer.name,
            folded=folded,
            full_name=newcomer.full_name.strip(),
            email=email,
            invited_at=at,
            changed_at=at,
        )
        record(EventType.PERSON_INVITED, actor=by, subject=person.name, at=at)
    return person


def join(person: Person, *, way: str, at: datetime) -> None:
    """The person has a way in from now on. `way` names it: passkey, password, psc."""
    with atomic():
        check_move(name=person.name, current=person.state, to=PersonState.ACTIVE)
        _set_state(person, to=PersonState.ACTIVE, at=at)
        record(EventType.PERSON_JOINED, actor=person.name, subject=person.name, at=at, facts={"way": way})


def suspend(name: str, *, by: str, at: datetime) -> None:
    """Refused from the next request on."""
    _move(name, to=PersonState.SUSPENDED, event_type=EventType.PERSON_SUSPENDED, by=by, at=at)


def reinstate(name: str, *, by: str, at: datetime) -> None:
    """A suspended person is let in again, with the roles that are still in force."""
    _move(name, to=PersonState.ACTIVE, event_type=EventType.PERSON_REINSTATED, by=by, at=at)


def depart(name: str, *, by: str, at: datetime) -> None:
    """The person leaves for good; the address is forgotten, the name stays on what it signed."""
    _move(name, to=PersonState.DEPARTED, event_type=EventType.PERSON_DEPARTED, by=by, at=at)


def give_role(name: str, giving: Giving, *, by: str, at: datetime) -> Grant:
    """Give a role from now on. Raises PersonUnknownError, OwnAccountError or UnknownMemberError."""
    with atomic():
        person = find_person(name)
        _check_other(person, by=by)
        if giving.site != WHOLE_GROUP and not Member.objects.filter(site=giving.site).exists():
            raise UnknownMemberError(giving.site)
        grant = Grant.objects.create(
            id=new_id("grant"),
            person=person,
            role=giving.role.value,
            site=giving.site,
            starts_at=at,
            ends_at=at + giving.lasts,
            given_by=by,
            given_at=at,
        )
        record(EventType.ROLE_GIVEN, actor=by, subject=name, at=at, facts=_describe(grant))
    return grant


def withdraw_role(grant_id: str, *, by: str, at: datetime) -> None:
    """Take a role back at once. Raises PersonUnknownError, OwnAccountError or PersonStateError."""
    with atomic():
        grant = Grant.objects.select_for_update().filter(id=grant_id).select_related("person").first()
        if grant is None:
            raise PersonUnknownError(grant_id)
        _check_other(grant.person, by=by)
        check_grant_move(grant.state, to=GrantState.WITHDRAWN)
        grant.state, grant.withdrawn_by, grant.withdrawn_at = GrantState.WITHDRAWN.value, by, at
        grant.save(update_fields=["state", "withdrawn_by", "withdrawn_at"])
        record(EventType.ROLE_WITHDRAWN, actor=by, subject=grant.person.name, at=at, facts=_describe(grant))


def find_person(name: str) -> Person:
    """The person of that name. Raises PersonUnknownError."""
    person = Person.objects.filter(name=name).first()
    if person is None:
        raise PersonUnknownError(name)
    return person


def _move(name: str, *, to: PersonState, event_type: EventType, by: str, at: datetime) -> None:
    with atomic():
        person = Person.objects.select_for_update().filter(name=name).first()
        if person is None:
            raise PersonUnknownError(name)
        _check_other(person, by=by)
        check_move(name=name, current=person.state, to=to)
        _set_state(person, to=to, at=at)
        record(event_type, actor=by, subject=name, at=at)


def _set_state(person: Person, *, to: PersonState, at: datetime) -> None:
    person.state, person.changed_at = to.value, at
    if to is PersonState.DEPARTED:
        person.email = ""
    person.save(update_fields=["state", "changed_at", "email"])


def _check_other(person: Person, *, by: str) -> None:
    if by == person.name:
        raise OwnAccountError


def _describe(grant: Grant) -> dict[str, str]:
    return {"role": grant.role, "site": grant.site, "until": format_instant(grant.ends_at)}
