"""Which hospitals are in a sum: those shown alone, and the others only where they hide one another (S8)."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Generic, Protocol, TypeVar

from maillage.disclosure.values import Cell, Suppressed, Suppression, add_up


class HasPersons(Protocol):
    """A hospital's content, whatever the analysis: it says how many persons answered."""

    @property
    def persons(self) -> Cell:
        """The distinct persons of the whole answer."""
        ...

    @property
    def repeated(self) -> bool:
        """Whether it is a former answer's number."""
        ...


Content = TypeVar("Content", bound=HasPersons)


@dataclass(frozen=True)
class Part(Generic[Content]):
    """One hospital's content, and whether it may be shown by itself."""

    site: str
    content: Content
    shown_alone: bool


def choose_contributors(parts: Sequence[Part[Content]], *, minimum_sites: int) -> list[Part[Content]]:
    """Who is in the total: hospitals with a released count, none of which the total gives away.

    Those shown alone hide nothing. The others are mixed in only when there are at least `minimum_sites`
    of them: the shown ones can be subtracted, and with fewer left each would learn its neighbour's number.
    """
    released = [part for part in parts if not isinstance(part.content.persons, Suppressed)]
    alone = [part for part in released if part.shown_alone]
    mixed = [part for part in released if not part.shown_alone]
    return alone + (mixed if len(mixed) >= minimum_sites else [])


def choose_of_a_row(parts: Sequence[Part[Content]], *, released: Iterable[str]) -> list[Part[Content]]:
    """Of those in the total, who is in one row, where `released` hospitals show it.

    Hospitals not shown alone are left out of it unless all of them release it: their cells could be told
    apart by the rows in which only some of them appear.
    """
    shows = set(released)
    whole = all(part.site in shows for part in parts if not part.shown_alone)
    return [part for part in parts if part.site in shows and (whole or part.shown_alone)]


def describe_left_out(part: Part[Content]) -> dict[str, str]:
    """Why a hospital that answered is in no total."""
    persons = part.content.persons
    reason = persons.reason if isinstance(persons, Suppressed) else Suppression.TOO_FEW_SITES
    return {"id": part.site, "why": reason.value}


def total(cells: Sequence[Cell], *, empty: Sequence[Part[Content]]) -> Cell:
    """The sum, or why there is none. A suppressed term suppresses the sum."""
    withheld = Suppressed(Suppression.WITHHELD)
    if not cells:
        hidden = any(not isinstance(part.content.persons, Suppressed) for part in empty)
        if not hidden and any(part.content.persons == withheld for part in empty):
            return withheld
        return Suppressed(Suppression.TOO_FEW_SITES if hidden else Suppression.BELOW_FLOOR)
    shown = [cell for cell in cells if not isinstance(cell, Suppressed)]
    if len(shown) == len(cells):
        return add_up(shown)
    return withheld if withheld in cells else Suppressed(Suppression.PROTECTED)
