"""Every address of the hub as every role and as nobody: what the rules say is what happens."""

import json
import re
from collections.abc import Callable, Generator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, cast

import httpx2
import pytest

from maillage.governance.people.roles import LONGEST, Role
from maillage.hub.errors import HubUnavailableError
from tests.integration.hub.conftest import SITES, Network
from tests.integration.hub.test_hub_releases import checked_permit
from tests.support.cohorts import COHORT
from tests.support.people import browse, settle, sit
from tests.support.prepare_hub import publish_permit

MISSING = "Vos rôles ne permettent pas cela"
PLACE = re.compile(r"<(?:\w+:)?(\w+)>|\{(\w+)\}")


@dataclass(frozen=True)
class Actor:
    """Somebody who tries: what their browser and their program are, and which roles count for them."""

    name: str
    browser: httpx2.Client
    token: str
    roles: frozenset[Role] | None

    @property
    def is_inside(self) -> bool:
        """Whether anything is open to them that is not open to all."""
        return self.roles is not None


@contextmanager
def actors(network: Network) -> Generator[list[Actor]]:
    """One of each role, one of none, one whose role ended, one suspended; a stranger; a program's token."""
    from maillage.governance.people import actions
    from maillage.hub.access import people

    settle(network, "ended", *Role, lasts=timedelta(days=1))
    settle(network, "suspended", *Role)
    for role in Role:
        settle(network, f"the-{role}", role)
    settle(network, "none")
    network.clock.advance(days=2)
    names: dict[str, frozenset[Role] | None] = {f"the-{role}": frozenset({role}) for role in Role}
    names |= {"none": frozenset(), "ended": frozenset(), "suspended": None}
    with ExitStack() as stack:
        found = [Actor("nobody", stack.enter_context(browse(network)), "", None)]
        people.create_token("program", by="operator:test", at=network.clock())
        names["program"] = frozenset({Role.RESEARCHER})
        for name, roles in names.items():
            token = people.create_token(name, by="operator:test", at=network.clock())
            found.append(Actor(name, stack.enter_context(browse(network, name)), token, roles))
        # Only now: who is suspended while inside is outside.
        actions.suspend("suspended", by="operator:test", at=network.clock())
        yield found


# Names in an address that nobody owns: what they name is everybody's, or a part of what another name owns.
SHARED = {
    "analysis_id": "count",
    "concept_id": "201826",
    "digest": "0" * 64,
    "form": "csv",
    "number": "1",
    "path": "maillage/mark.svg",
    "rank": "1",
    "secret": "s" * 43,
    "site": "hcl",
    "slug": "diabete",
    "table": "concept",
}

# Addresses that name their object behind the question mark, and what they name.
QUERIED = {
    "/analyses": ("question", "question_id"),
    "/analyses/<str:analysis_id>": ("question", "question_id"),
}


class Objects:
    """For each other name in an address, an object that no actor owns. A new name needs one here."""

    def __init__(self, network: Network) -> None:
        publish_permit(network.hub, checked_permit())
        network.enrol(*SITES)
        self._makers: dict[str, Callable[[], str]] = {
            "cohort_id": lambda: import_cohort(network),
            "person_id": lambda: settle(network, "somebody", Role.RESEARCHER).id,
            "question_id": lambda: network.ask(permit="study")["id"],
            "task_id": lambda: "task-" + "0" * 32,
        }
        self._made: dict[str, str] = {}

    def fill(self, path: str) -> str:
        """The address of somebody else's object."""
        filled = PLACE.sub(lambda found: self._find(found[1] or found[2]), path)
        if path not in QUERIED:
            return filled
        way, name = QUERIED[path]
        return f"{filled}?{way}={self._find(name)}"

    def owns(self, path: str) -> bool:
        """Whether the address names one."""
        named = {found[1] or found[2] for found in PLACE.finditer(path)}
        return path in QUERIED or bool(named & self._makers.keys())

    def _find(self, name: str) -> str:
        if name in SHARED:
            return SHARED[name]
        return self._made.setdefault(name, self._made.get(name) or self._makers[name]())


def import_cohort(network: Network) -> str:
    """Alice's, made as she would."""
    with browse(network, "alice") as browser:
        made = browser.post("/cohortes/importer", data={"cohort": json.dumps(COHORT), "name": "Diabète"})
    return made.headers["location"].rsplit("/", 1)[1]


def attempt(actor: Actor, method: str, path: str) -> httpx2.Response:
    if path.startswith("/api/"):
        headers = {"Authorization": f"Bearer {actor.token}"} if actor.token else {}
        query = "?boot=boot-1" if path.endswith("/next") else ""
        return actor.browser.request(
            method, path + query, headers=headers, json={} if method == "POST" else None
        )
    return actor.browser.request(method, path, data={} if method == "POST" else None)


def judge(response: httpx2.Response) -> str:
    """Shut out, refused for the role, nothing there, or let in."""
    if response.status_code in (401,) or "account_closed" in response.text:
        return "outside"
    if response.status_code == 302 and response.headers["location"].startswith("/entrer"):
        return "outside"
    if response.status_code == 403 and (MISSING in response.text or "role_missing" in response.text):
        return "refused"
    return "nothing" if response.status_code == 404 else "inside"


def expect(rule: Any, actor: Actor, *, path: str, objects: Objects) -> set[str]:
    from maillage.hub.access.rules import Audience, Whose

    if rule.audience is Audience.NODE:
        return {"outside"}
    if rule.audience is Audience.ANYONE:
        return {"inside", "nothing", "outside"}
    if not actor.is_inside:
        return {"outside"}
    if rule.roles and not rule.roles & (actor.roles or frozenset()):
        return {"refused"}
    if objects.owns(path):
        return {"inside"} if rule.whose is Whose.EVERY else {"nothing"}
    return {"inside", "nothing"} if PLACE.search(path) else {"inside"}


def test_every_route_by_every_role(network: Network) -> None:
    from maillage.hub.access.rules import list_routes

    wrong: list[tuple[str, ...]] = []
    # Who leaves is outside from then on.
    routes = sorted(list_routes(), key=lambda route: route.name == "leave")
    objects = Objects(network)
    with actors(network) as everybody:
        for route in routes:
            path = objects.fill(route.path)
            for method in route.methods:
                for actor in everybody:
                    response = attempt(actor, method, path)
                    found = judge(response)
                    expected = expect(route.rule, actor, path=route.path, objects=objects)
                    if method == "POST" and "inside" in expected:
                        # A form that names nothing of theirs.
                        expected = expected | {"nothing"}
                    if found not in expected or response.status_code >= 500:
                        wrong.append((actor.name, method, route.path, str(response.status_code), found))
    assert wrong == [], "\n".join(map(str, wrong))


def test_a_view_without_a_rule_stops_the_start(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    from django.urls import get_resolver, path
    from django.views.decorators.http import require_GET

    from maillage.hub.access.rules import check_routes
    from maillage.hub.portal.sessions import signed_in

    def bare(_request: Any) -> Any:
        raise AssertionError

    check_routes()
    known = cast("Any", get_resolver()).url_patterns
    for view in (bare, require_GET(bare), signed_in(bare)):
        monkeypatch.setitem(get_resolver().__dict__, "url_patterns", [*known, path("nouvelle", view)])
        with pytest.raises(HubUnavailableError, match="nouvelle"):
            check_routes()


@pytest.mark.parametrize("role", list(Role))
def test_a_role_that_was_withdrawn_or_is_over_counts_no_more(network: Network, role: Role) -> None:
    from maillage.governance.people import actions
    from maillage.governance.people.models import Grant
    from maillage.hub.access.who import find_who

    settle(network, "bob", role)
    assert find_who("bob", now=network.clock()).roles == {role}
    assert find_who("bob", now=network.clock() + LONGEST).roles == set()
    actions.withdraw_role(Grant.objects.get().id, by="operator:test", at=network.clock())
    assert find_who("bob", now=network.clock()).roles == set()


def test_a_program_asks_no_more_when_its_owners_role_is_over(network: Network) -> None:
    from maillage.hub.access import people

    network.enrol("hcl")
    settle(network, "bob", Role.RESEARCHER, lasts=timedelta(days=30))
    token = people.create_token("bob", by="operator:test", at=network.clock())
    body = {"title": "x", "cohort": {}}
    assert network.call("POST", "/questions", token=token, json=body).status_code == 422
    network.clock.advance(days=31)
    refused = network.call("POST", "/questions", token=token, json=body)
    assert (refused.status_code, refused.json()["code"]) == (403, "role_missing")


@pytest.mark.parametrize("path", ["/personnes/{id}/roles", "/personnes/{id}/etat", "/personnes/{id}/lien"])
def test_the_office_cannot_serve_itself(network: Network, path: str) -> None:
    from maillage.governance.people.models import Grant, Person

    own = settle(network, "bob", Role.OFFICE)
    with browse(network) as browser:
        sit(network, browser, "bob")
        fields = {"role": "committee", "days": "90", "to": "suspend"}
        response = browser.post(path.format(id=own.id), data=fields)
    assert response.status_code == 403
    assert "ses propres droits" in response.text
    assert [grant.role for grant in Grant.objects.all()] == ["office"]
    assert Person.objects.get(id=own.id).state == "active"
