"""Who leaves each curve, by interval that all hospitals tell, from what each tells in its own."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce
from operator import add

import numpy as np

from maillage.analysis.glm.families import Floats
from maillage.analysis.survival.curves import Curve, count_at_risk, find_missed, guess_withdrawn
from maillage.analysis.survival.opening import Opened, count
from maillage.analysis.survival.spec import CurveCells


@dataclass(frozen=True)
class Leaving:
    """By interval: who leaves with the event, who is censored, and how many persons less these were at risk
    in the mean than at its start.
    """

    events: Floats
    censored: Floats
    missed: Floats

    def __add__(self, other: "Leaving") -> "Leaving":
        names = self.__dataclass_fields__
        return Leaving(*(getattr(self, name) + getattr(other, name) for name in names))


def add_leaving(members: Sequence[Opened], days: Sequence[int], *, until: int) -> list[Leaving]:
    """Of each curve, in the intervals that end on `days`, over all hospitals."""
    parts = (
        [_place(curve, one.content.days, around=days, until=until) for curve in one.content.curves]
        for one in members
    )
    return [reduce(add, curves) for curves in zip(*parts, strict=True)]


def share_missed(curves: Sequence[Leaving]) -> Floats:
    """Of each interval, the share that who is censored in it misses in the mean; 0 where nobody is."""
    whole = reduce(add, curves)
    nothing = np.zeros(len(whole.missed))
    return np.divide(whole.missed, whole.censored, out=nothing, where=whole.censored > 0)


def _place(curve: CurveCells, days: Sequence[int], *, around: Sequence[int], until: int) -> Leaving:
    """One hospital's curve, told in intervals that end on `days`."""
    events, censored = _list_cells(curve, days)
    withdrawn = censored.copy()
    if until not in days:
        alone = Curve(count_at_risk(count(curve.persons), events, censored), events)
        withdrawn[-1] = guess_withdrawn(days, alone, censored, until=until)
    missed = withdrawn * find_missed(days, around=around, until=until)
    place = np.searchsorted(around, days)
    return Leaving(*(_sum_at(place, part, points=len(around)) for part in (events, censored, missed)))


def _list_cells(curve: CurveCells, days: Sequence[int]) -> tuple[Floats, Floats]:
    """With the event, and censored, by interval."""
    place = np.searchsorted(days, [interval.day for interval in curve.intervals])
    events = [count(interval.events) for interval in curve.intervals]
    censored = [count(interval.censored) for interval in curve.intervals]
    return _sum_at(place, events, points=len(days)), _sum_at(place, censored, points=len(days))


def _sum_at(place: np.ndarray, parts: Sequence[int] | Floats, *, points: int) -> Floats:
    return np.bincount(place, parts, minlength=points).astype(np.float64)
