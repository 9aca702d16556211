"""How many patients have each code, about: wide bands that neither related codes nor two days take apart.

A catalogue is told again each day for tens of thousands of codes that stand above one another, so whoever
reads it may subtract: a chapter and its codes, today and yesterday. Four rules answer (`assign`):

- nothing is told under twice the floor;
- where one band ends and the next begins is secret, and differs from code to code: of two numbers that lie on
  both sides of an edge, neither need be the larger;
- a code is told in no lower band than one below it, so that a secret edge never shows;
- a band that was told is told again until the number moved by the floor at least.

A code whose band would prove something all the same, beside those below it, is told as the highest of these.

Whoever knows all that, but the secret, knows of each number `reach`, and nothing narrower.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

_STEPS = tuple(step * 10**power for power in range(1, 8) for step in (2, 5, 10))
_PART = 10
"""An edge is blurred by a tenth of itself, or by the floor where that is more."""

NOTHING = 0
"""The band of what is not told."""


@dataclass(frozen=True)
class Told:
    """What was told of a code: `band`, from 1 for the lowest, and the number of persons when it was set."""

    band: int
    persons: int


Relations = Iterable[tuple[int, int]]
"""Pairs (a code, one below it at any depth)."""


@cache
def list_edges(floor: int) -> Sequence[int]:
    """The least number of persons of each band, in order, band 1 first; the first is the floor.

    An edge is taken only where no difference with a lower band can be positive and under the floor.
    """
    edges = [floor]
    for step in _STEPS:
        bounds = [step - slack(floor) - _most(edges, band, floor=floor) for band in range(len(edges))]
        if step >= 3 * floor and all(least <= 0 or least >= floor for least in bounds):
            edges.append(step)
    return tuple(edges)


def round_down(persons: int) -> int:
    """A sum of bands' least numbers as it is shown: to 1, 2 or 5 of its power of ten, from 20 on."""
    return max((step for step in _STEPS if step <= persons), default=persons)


def slack(floor: int) -> int:
    """How far a number may have moved past its band's blurred edge without being told anew."""
    return floor - 1


def reach(band: int, *, floor: int) -> tuple[int, int]:
    """The least and the most persons that a code of this band may have, for all that is told."""
    edges = list_edges(floor)
    most = _most(edges, band, floor=floor)
    if band == NOTHING:
        return 0, most
    return max(floor, edges[band - 1] - slack(floor)), most


def assign(
    persons: Mapping[int, int],
    *,
    below: Relations,
    floor: int,
    blur: Callable[[int], float],
    former: Mapping[int, Told],
) -> dict[int, Told]:
    """What to tell of each code, those of band `NOTHING` too: their numbers are needed the next day.

    `persons` are distinct persons with the code or one below it; `blur` gives each code its secret place in
    the blur of edges, 0 to 1, always the same; `former` is what was told before.
    """
    told = {
        code: _tell(persons.get(code, 0), floor=floor, blur=blur(code), former=former.get(code))
        for code in persons.keys() | former.keys()
    }
    relations = [pair for pair in below if pair[0] in told and pair[1] in told and pair[0] != pair[1]]
    least: dict[int, int] = {}
    for code, other in relations:
        least[code] = max(least.get(code, NOTHING), told[other].band)
    proving = _find_proving(persons, told, relations, floor=floor)
    return {
        code: Told(
            least.get(code, NOTHING) if code in proving else max(one.band, least.get(code, NOTHING)),
            one.persons,
        )
        for code, one in told.items()
    }


def find_years(
    persons: Mapping[int, int], *, floor: int, blur: Callable[[int], float]
) -> tuple[int, int] | None:
    """The first and the last year that enough of `persons` have; None where no year has.

    Enough is twice the floor and a secret part of the floor more, each year its own and always the same: on
    the day when a year appears, its number may be any of as many as the floor.
    """
    told = [year for year, number in persons.items() if number >= 2 * floor + int(blur(year) * floor)]
    return (min(told), max(told)) if told else None


def _find_proving(
    persons: Mapping[int, int], told: Mapping[int, Told], relations: Relations, *, floor: int
) -> set[int]:
    """Codes whose band might prove, with those of codes below, that a few persons have none of these.

    It would take codes below that all have about the most that their bands allow: next to never, so that
    none of them is told in a band of its own rather than looked at more closely.
    """
    most: dict[int, int] = {}
    for code, other in relations:
        limit = _most(list_edges(floor), told[other].band, floor=floor)
        if limit - persons.get(other, 0) < floor:
            most[code] = most.get(code, 0) + limit
    return {code for code, total in most.items() if total > persons.get(code, 0) - floor}


def _tell(persons: int, *, floor: int, blur: float, former: Told | None) -> Told:
    if former is not None and abs(persons - former.persons) < floor:
        return former
    edges = list_edges(floor)
    reached = sum(persons >= _blurred(edges, band, floor=floor, blur=blur) for band in range(len(edges)))
    return Told(reached, persons)


def _blurred(edges: Sequence[int], band: int, *, floor: int, blur: float) -> int:
    """From how many persons on a code is in the band after this one."""
    # The first is told from twice the floor on: kept until the number moved by the floor, it is never under.
    start = 2 * floor if band == NOTHING else edges[band]
    return start + int(blur * _width(start, floor=floor))


def _most(edges: Sequence[int], band: int, *, floor: int) -> int:
    """The most persons of a band: the last of the next one's blur, and what may have come since."""
    if band >= len(edges):
        return 2**31
    start = 2 * floor if band == NOTHING else edges[band]
    return start + _width(start, floor=floor) - 2 + slack(floor)


def _width(start: int, *, floor: int) -> int:
    return max(floor, start // _PART)
