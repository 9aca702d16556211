"""The places of the portal, in the order of the head of every page, and where a page stands among them."""

from dataclasses import dataclass

from django.http import HttpRequest

from maillage.base.i18n import mark, say


@dataclass(frozen=True)
class Place:
    """A group of pages: its address, its name and the shorter one of a narrow screen, its picture."""

    address: str
    name: str
    short: str
    icon: str
    also: tuple[str, ...] = ()
    """Addresses that count as this place too."""


PLACES = (
    Place("/demander", mark("Demander"), mark("Demander"), "ask", also=("/",)),
    Place("/cohortes", mark("Mes cohortes"), mark("Cohortes"), "cohorts"),
    Place("/questions", mark("Questions"), mark("Questions"), "questions"),
    Place("/reseau", mark("Réseau"), mark("Réseau"), "network"),
    Place("/compte", mark("Compte"), mark("Compte"), "account"),
)


@dataclass(frozen=True)
class Link:
    """A place as a page's head shows it."""

    address: str
    name: str
    short: str
    icon: str
    is_here: bool


def list_links(request: HttpRequest) -> list[Link]:
    """The places, named in the present language."""
    return [
        Link(place.address, say(place.name), say(place.short), place.icon, _is_at(place, path=request.path))
        for place in PLACES
    ]


def _is_at(place: Place, *, path: str) -> bool:
    return path in place.also or path == place.address or path.startswith(place.address + "/")
