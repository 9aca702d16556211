"""What flows say of hospitals and territories: catchment, attraction, leakage, self-sufficiency.

The indicators are those of the French regional schemes (SIOS): of a territory, stays *covered* are those of
its residents in its hospitals, *leaks* those of its residents elsewhere, *attracted* those of others in its
hospitals. The catchment is ATIH's: the territory from which 80 % of the activity comes.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

CATCHMENT = 0.8
Matrix = Mapping[str, Mapping[str, float]]
"""By hospital, then by department of residence: stays."""


@dataclass(frozen=True)
class Indicators:
    """Three numbers of stays, and the shares that they make; a share of nothing is None."""

    covered: float
    leaks: float
    attracted: float

    @property
    def self_sufficiency(self) -> float | None:
        """Autarcie: covered / (covered + leaks)."""
        return _divide(self.covered, self.covered + self.leaks)

    @property
    def leakage(self) -> float | None:
        """Taux de fuite: leaks / (covered + leaks)."""
        return _divide(self.leaks, self.covered + self.leaks)

    @property
    def attraction(self) -> float | None:
        """Attractivité: attracted / (covered + attracted)."""
        return _divide(self.attracted, self.covered + self.attracted)


@dataclass(frozen=True)
class Catchment:
    """The departments, the largest first, from which at least 80 % of the activity comes, and how much it is.

    Without enough departments that are shown, those that are, and the share that they reach.
    """

    departments: tuple[str, ...]
    share: float


def find_catchment(stays: Mapping[str, float], *, whole: float, share: float = CATCHMENT) -> Catchment:
    """The fewest departments that make `share` of `whole`, hidden and unknown residences being in `whole`."""
    chosen: list[str] = []
    reached = 0.0
    for department, number in sorted(stays.items(), key=lambda one: (-one[1], one[0])):
        if reached >= share * whole:
            break
        chosen.append(department)
        reached += number
    return Catchment(tuple(chosen), _divide(reached, whole) or 0.0)


def find_territories(matrix: Matrix) -> dict[str, frozenset[str]]:
    """By hospital, the departments of whose residents it treats more than any other; a tie goes to none."""
    departments = {department for stays in matrix.values() for department in stays}
    first = {department: _find_first(matrix, department) for department in departments}
    return {site: frozenset(one for one, owner in first.items() if owner == site) for site in matrix}


def _find_first(matrix: Matrix, department: str) -> str | None:
    ranked = sorted(((stays.get(department, 0.0), site) for site, stays in matrix.items()), reverse=True)
    tie = len(ranked) > 1 and ranked[0][0] == ranked[1][0]
    return None if tie else ranked[0][1]


def measure(matrix: Matrix, *, site: str, territory: Collection[str]) -> Indicators:
    """One hospital's indicators inside the group: leaks are stays in the group's other hospitals."""
    own = matrix[site]
    return Indicators(
        covered=sum(number for department, number in own.items() if department in territory),
        leaks=sum(
            number
            for other, stays in matrix.items()
            for department, number in stays.items()
            if other != site and department in territory
        ),
        attracted=sum(number for department, number in own.items() if department not in territory),
    )


def add_outside(
    indicators: Indicators, *, outside: Mapping[str, float], territory: Collection[str]
) -> Indicators:
    """The same with stays of the territory's residents outside the group, from a national aggregate."""
    more = sum(number for department, number in outside.items() if department in territory)
    return Indicators(indicators.covered, indicators.leaks + more, indicators.attracted)


def _divide(part: float, whole: float) -> float | None:
    return part / whole if whole else None
