"""Who somebody is at this moment: their account and the roles in force. Looked up at each request."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from maillage.base.statements import load_statements
from maillage.governance.people.roles import WHOLE_GROUP, Held, Role, read_held
from maillage.governance.people.states import PersonState
from maillage.governance.statements import execute
from maillage.hub.access.errors import AccountClosedError


@dataclass(frozen=True)
class Who:
    """Somebody who was let in. `person_id` empty: known by a token of the operator's alone."""

    name: str
    person_id: str
    held: frozenset[Held]

    @property
    def roles(self) -> frozenset[Role]:
        """The roles, wherever they are held."""
        return frozenset(held.role for held in self.held)

    def sites_of(self, role: Role) -> frozenset[str] | None:
        """The hospitals for which the role is held; None stands for the whole group."""
        sites = frozenset(held.site for held in self.held if held.role is role)
        return None if WHOLE_GROUP in sites else sites


def find_who(name: str, *, now: datetime) -> Who:
    """The person of that name, or the bearer of the operator's token. Raises AccountClosedError."""
    for person_id, state in execute(_statements()["find_person"], name=name):
        return with_roles(name, account=(person_id, state), now=now)
    return with_roles(name, account=None, now=now)


def with_roles(name: str, *, account: tuple[str, str] | None, now: datetime) -> Who:
    """The same, once the account was looked up: its id and its state. Raises AccountClosedError."""
    if account is None:
        # Tokens made on the hub's machine for programs, before or without accounts: whoever has one asks.
        return Who(name, "", frozenset({Held(Role.RESEARCHER)}))
    person_id, state = account
    if state != PersonState.ACTIVE:
        raise AccountClosedError
    return Who(name, person_id, read_held(execute(_statements()["find_held"], person=person_id, now=now)))


def _statements() -> Mapping[str, str]:
    return load_statements("maillage.hub.access", "sql/requests.sql")
