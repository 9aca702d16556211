"""Every address of the hub and who may use it, read from the rules that guard them."""

import logging
from pathlib import Path
from tempfile import TemporaryDirectory

from docs.generate.markdown import code, page, table
from maillage.governance.people.roles import Role, word_powers
from maillage.hub.access.rules import Audience, Route, Whose, list_routes
from maillage.hub.boot import boot
from maillage.hub.create import create_hub


def write_page() -> str:
    """docs/reference/routes.md."""
    with TemporaryDirectory() as folder:
        # Django knows its addresses once it serves a hub; this one is never asked anything.
        hub = Path(folder) / "hub"
        create_hub(hub, name="reference", address="http://127.0.0.1:8400")
        boot(hub)
        # Each view is asked for its methods by one that it does not take.
        logging.getLogger("django.request").setLevel(logging.ERROR)
        return _write()


def _write() -> str:
    roles = [(code(role.value), word_powers(role)) for role in Role]
    rows = [
        (code(route.path), ", ".join(route.methods), _name_roles(route), _name_objects(route))
        for route in list_routes()
    ]
    return page(
        "Addresses and roles",
        "A role counts while it is in force, looked up at each request; a suspended person has none. A test "
        "asks for each address as each role and as nobody (`tests/redteam/test_routes.py`), and the hub does "
        "not start with an address that has no rule. Whoever has a token of the operator's and no account is "
        "a `researcher`.",
        "## Roles",
        table(("role", "what it permits"), roles),
        "## Addresses",
        "*anyone*: nothing has to be proved before. *everyone inside*: a session of the portal or a token, "
        "any role or none. *hospitals*: a request signed by a member's node. Objects that an address names: "
        "*own*, what is not the caller's does not exist (404); *all*, the role reads everybody's.",
        table(("address", "methods", "who", "objects"), rows),
    )


def _name_roles(route: Route) -> str:
    assert route.rule is not None  # noqa: S101 - a hub with such a route does not start
    if route.rule.roles:
        return ", ".join(code(role.value) for role in Role if role in route.rule.roles)
    return {
        Audience.ANYONE: "anyone",
        Audience.PERSON: "everyone inside",
        Audience.NODE: "hospitals",
    }[route.rule.audience]


def _name_objects(route: Route) -> str:
    has_object = "<" in route.path or "{" in route.path
    if not has_object or route.rule is None or route.rule.audience is Audience.ANYONE:
        return "–"
    return "all" if route.rule.whose is Whose.EVERY else "own"
