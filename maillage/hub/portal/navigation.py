"""The places of the portal, in the order of the head of every page, and where a page stands among them.

Who may not enter a place does not see it: its rule (`access/rules.py`) would refuse them.
"""

from collections.abc import Iterator
from dataclasses import dataclass

from django.http import HttpRequest

from maillage.base.i18n import mark, say
from maillage.governance.people.roles import Role


@dataclass(frozen=True)
class Place:
    """A group of pages: its address, its name and the shorter one of a narrow screen, its picture.

    `roles` are those that may enter it, everybody where there is none; `duty` says what they do there, on the
    first page of who does not ask questions.
    """

    address: str
    name: str
    short: str
    icon: str
    also: tuple[str, ...] = ()
    """Addresses that count as this place too."""
    roles: frozenset[Role] = frozenset()
    duty: str = ""


_ASKS = frozenset({Role.RESEARCHER})
PLACES = (
    Place("/demander", mark("Demander"), mark("Demander"), "ask", also=("/",), roles=_ASKS),
    Place("/cohortes", mark("Mes cohortes"), mark("Cohortes"), "cohorts", roles=_ASKS),
    Place("/questions", mark("Questions"), mark("Questions"), "questions", roles=_ASKS),
    Place(
        "/comite",
        mark("À contrôler"),
        mark("Contrôler"),
        "check",
        roles=frozenset({Role.COMMITTEE}),
        duty=mark("Les résultats qui attendent l’avis du comité avant d’être montrés."),
    ),
    Place(
        "/personnes",
        mark("Personnes"),
        mark("Personnes"),
        "share",
        roles=frozenset({Role.OFFICE, Role.AUDITOR, Role.DPO}),
        duty=mark("Qui a un compte, avec quels rôles et jusqu’à quand."),
    ),
    Place(
        "/journal",
        mark("Journal"),
        mark("Journal"),
        "lock",
        roles=frozenset({Role.AUDITOR, Role.DPO}),
        duty=mark("Qui a regardé quoi, et quand."),
    ),
    Place("/reseau", mark("Réseau"), mark("Réseau"), "network"),
    Place("/compte", mark("Compte"), mark("Compte"), "account"),
)


@dataclass(frozen=True)
class Link:
    """A place as a page shows it."""

    address: str
    name: str
    short: str
    icon: str
    is_here: bool
    duty: str = ""


def list_links(request: HttpRequest) -> list[Link]:
    """The places that the visitor may enter, named in the present language."""
    return [_link(place, path=request.path) for place in _list_open(request)]


def list_duties(request: HttpRequest) -> list[Link]:
    """Of these, where the visitor has something to do for others."""
    return [_link(place, path=request.path) for place in _list_open(request) if place.duty]


def may_ask(request: HttpRequest) -> bool:
    """Whether the visitor may ask questions."""
    return bool(_ASKS & _roles_of(request))


def _list_open(request: HttpRequest) -> Iterator[Place]:
    roles = _roles_of(request)
    return (place for place in PLACES if not place.roles or place.roles & roles)


def _roles_of(request: HttpRequest) -> frozenset[Role]:
    who = getattr(request, "who", None)
    return frozenset() if who is None else who.roles


def _link(place: Place, *, path: str) -> Link:
    names = (say(place.name), say(place.short))
    duty = say(place.duty) if place.duty else ""
    return Link(place.address, *names, place.icon, _is_at(place, path=path), duty)


def _is_at(place: Place, *, path: str) -> bool:
    return path in place.also or path == place.address or path.startswith(place.address + "/")
