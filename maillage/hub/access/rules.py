"""Who may use which address: a rule on every route, or the hub does not start.

A view declares its rule by its decorator (`portal/sessions.py`: `anyone`, `signed_in`, `allows`); a function
of an API by its way of knowing its callers (`auth=BearerToken(Role.…)`, `NodeSignature`). `list_routes` reads
them all, for the check at the start, the page `docs/reference/routes.md` and the test that tries each role.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, TypeVar, cast

from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver

from maillage.base.i18n import _
from maillage.governance.people.roles import Role, word_role
from maillage.hub.access.errors import RoleError
from maillage.hub.access.who import Who
from maillage.hub.errors import HubUnavailableError

View = TypeVar("View", bound=Callable[..., Any])


class Audience(StrEnum):
    """Who is let in at all."""

    ANYONE = "anyone"
    PERSON = "person"
    NODE = "node"


class Whose(StrEnum):
    """Of the objects that an address names, which ones are there for the caller."""

    OWN = "own"
    EVERY = "every"


@dataclass(frozen=True)
class Rule:
    """Who may use an address. No role named: every person who is let in."""

    audience: Audience
    roles: frozenset[Role] = frozenset()
    whose: Whose = Whose.OWN

    def check(self, who: Who) -> None:
        """Raises RoleError when the person holds none of the roles now."""
        if self.roles and not self.roles & who.roles:
            raise RoleError(", ".join(sorted(map(word_role, self.roles))))


@dataclass(frozen=True)
class Route:
    """An address of the hub. `path` is as Django or the API writes it; `rule` None: nobody declared one."""

    path: str
    name: str
    methods: tuple[str, ...]
    rule: Rule | None


ANYONE = Rule(Audience.ANYONE)
NODE = Rule(Audience.NODE)


def declare(view: View, rule: Rule) -> View:
    """Put the rule on the view; decorators above it that use `functools.wraps` keep it."""
    cast("Any", view).rule = rule
    return view


def check_routes() -> None:
    """Raises HubUnavailableError when an address has no rule, or takes any method."""
    bare = [route.path for route in list_routes() if route.rule is None or not route.methods]
    if bare:
        raise HubUnavailableError(
            _("Des adresses du hub n’ont pas de règle d’accès : {paths}.").format(paths=", ".join(bare)),
            why=_("Sans règle, rien ne dirait qui peut s’en servir."),
            remedy=_("Donnez à chaque vue « anyone », « signed_in » ou « allows », et ses méthodes."),
        )


def list_routes() -> list[Route]:
    """Every address of the hub, by path then name."""
    patterns = cast("Any", get_resolver()).url_patterns
    found = [*_list_views(patterns), *_list_operations()]
    return sorted(found, key=lambda route: (route.path, route.methods))


def _list_views(patterns: list[Any], prefix: str = "/") -> Iterator[Route]:
    for pattern in patterns:
        path = prefix + str(pattern.pattern)
        match pattern:
            case URLResolver() if path.startswith("/api/"):
                continue
            case URLResolver():
                yield from _list_views(cast("Any", pattern).url_patterns, path)
            case URLPattern():
                view = pattern.callback
                yield Route(path, pattern.name or "", _find_methods(view), getattr(view, "rule", None))


def _find_methods(view: Any) -> tuple[str, ...]:
    """What the view's own check of the method names; none where it has no such check."""
    request: Any = HttpRequest()
    request.method = "UNHEARD-OF"
    try:
        response = view(request)
    except Exception:  # noqa: BLE001 - a view that takes this method fails in ways of its own
        return ()
    return tuple(filter(None, response.headers.get("Allow", "").replace(" ", "").split(",")))


def _list_operations() -> Iterator[Route]:
    from maillage.hub.api import client, node

    for prefix, api in (("/api/v1", client.api), ("/api/node/v1", node.api)):
        for folder, router in api._routers:  # noqa: SLF001 - the library lists them nowhere else
            for path, found in router.path_operations.items():
                for operation in found.operations:
                    name, methods = operation.view_func.__name__, tuple(operation.methods)
                    yield Route(prefix + folder + path, name, methods, _find_rule(operation))
        yield from _list_own_pages(prefix, api)


def _find_rule(operation: Any) -> Rule | None:
    """That of the operation's one way in; none where it has several, or none."""
    ways = operation.auth_callbacks
    return getattr(ways[0], "rule", None) if len(ways) == 1 else None


def _list_own_pages(prefix: str, api: Any) -> Iterator[Route]:
    """The description of the API, and the address that leads to no operation."""
    if api.openapi_url:
        yield Route(prefix + api.openapi_url, "openapi", ("GET",), ANYONE)
    yield Route(prefix + "/", "root", ("GET",), ANYONE)
