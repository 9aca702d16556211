"""People and their roles, as the office and as they themselves read them."""

from datetime import datetime
from typing import Any

from maillage.base.clock import format_instant
from maillage.governance.people.models import Grant, Person
from maillage.governance.people.roles import Role, word_powers, word_role
from maillage.governance.people.states import GrantState, PersonState, word_state


def list_people(*, at: datetime) -> list[dict[str, Any]]:
    """Everybody with the roles in force, by full name."""
    rows = Person.objects.prefetch_related("grants")
    return [describe_person(row, at=at) for row in rows]


def describe_person(person: Any, *, at: datetime) -> dict[str, Any]:
    """A person, their state in words, their roles in force and their former ones, newest first."""
    grants = [describe_grant(grant, at=at) for grant in person.grants.all()]
    return {
        "id": person.id,
        "name": person.name,
        "full_name": person.full_name,
        "email": person.email,
        "state": person.state,
        "state_words": word_state(PersonState(person.state)),
        "invited_at": format_instant(person.invited_at),
        "roles": [grant for grant in grants if grant["in_force"]],
        "former": [grant for grant in reversed(grants) if not grant["in_force"]],
    }


def describe_grant(grant: Grant, *, at: datetime) -> dict[str, Any]:
    """A role that was given, with its words."""
    role = Role(grant.role)
    return {
        "id": grant.id,
        "role": role.value,
        "words": word_role(role),
        "powers": word_powers(role),
        "site": grant.site,
        "starts_at": format_instant(grant.starts_at),
        "ends_at": format_instant(grant.ends_at),
        "given_by": grant.given_by,
        "withdrawn_by": grant.withdrawn_by,
        "in_force": is_in_force(grant, at=at),
    }


def is_in_force(grant: Grant, *, at: datetime) -> bool:
    """Whether the role is held at this instant."""
    return grant.state == GrantState.GIVEN and grant.starts_at <= at < grant.ends_at


def list_holders(role: Role, *, at: datetime) -> list[Person]:
    """Active persons who hold the role for the whole group now."""
    grants = Grant.objects.filter(
        role=role.value, site="", state=GrantState.GIVEN.value, starts_at__lte=at, ends_at__gt=at
    )
    return list(Person.objects.filter(state=PersonState.ACTIVE.value, id__in=grants.values("person_id")))
