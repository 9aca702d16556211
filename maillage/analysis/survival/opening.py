"""One hospital's opening as the hub reads it: nothing under the floor, intervals in order, sums
that agree.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from maillage.analysis.base import Contribution
from maillage.analysis.errors import ContentError
from maillage.analysis.glm.families import Floats
from maillage.analysis.rounds import read_told
from maillage.analysis.survival.curves import Curve, count_at_risk, find_missed, guess_withdrawn
from maillage.analysis.survival.spec import CurveCells, SurvivalContent, SurvivalParameters
from maillage.base.i18n import _
from maillage.disclosure.values import Cell, Count


@dataclass(frozen=True)
class Leaving:
    """By interval: who leaves with the event, who is censored, and how many persons less these were at risk
    in the mean than at its start.
    """

    events: Floats
    censored: Floats
    missed: Floats


@dataclass(frozen=True)
class Opened:
    """One hospital's opening."""

    site: str
    content: SurvivalContent
    shown_alone: bool

    @property
    def persons(self) -> int:
        """How many, exactly."""
        return count(self.content.persons)

    @property
    def events(self) -> int:
        """How many of them had the event."""
        return count(self.content.events)

    def place(self, curve: CurveCells, days: Sequence[int], *, until: int) -> Leaving:
        """Who leaves a curve in the intervals that end on these days."""
        own = self.content.days
        events, censored = self._list_leaving(curve)
        withdrawn = censored.copy()
        if until not in own:
            alone = Curve(count_at_risk(count(curve.persons), events, censored), events)
            withdrawn[-1] = guess_withdrawn(own, alone, censored, until=until)
        missed = withdrawn * find_missed(own, around=days, until=until)
        place = np.searchsorted(days, own)
        return Leaving(
            *(np.bincount(place, part, minlength=len(days)) for part in (events, censored, missed))
        )

    def _list_leaving(self, curve: CurveCells) -> tuple[Floats, Floats]:
        """With the event, and censored, in each of the hospital's own intervals."""
        own, intervals = self.content.days, curve.intervals
        place = np.searchsorted(own, [interval.day for interval in intervals])
        events, censored = (
            np.bincount(place, [count(getattr(interval, kind)) for interval in intervals], minlength=len(own))
            for kind in ("events", "censored")
        )
        return events, censored


def count(cell: Cell | None) -> int:
    """The number of a cell; of nobody, 0."""
    return cell.value if isinstance(cell, Count) else 0


def read_opening(
    site: str, contribution: Contribution, *, floor: int, asked: SurvivalParameters | None = None
) -> Opened:
    """An opening, validated. Raises ContentError: another form, a cell under the floor, another question."""
    content: SurvivalContent = read_told(contribution.content, model=SurvivalContent)
    if any(cell is not None and not _stands(cell, floor=floor) for cell in _cells(content)):
        raise ContentError(_("La réponse d’un hôpital contient une case sous le seuil du réseau."))
    if not _agrees(content) or (asked is not None and not _fits(content, asked)):
        raise ContentError(_("L’hôpital a répondu d’un autre modèle que celui de la question."))
    return Opened(site, content, contribution.shown_alone)


def _stands(cell: Cell, *, floor: int) -> bool:
    return isinstance(cell, Count) and cell.value >= floor


def _cells(content: SurvivalContent) -> Iterator[Cell | None]:
    yield content.persons
    yield content.events
    for curve in content.curves:
        yield curve.persons
        for interval in curve.intervals:
            yield interval.events
            yield interval.censored


def _agrees(content: SurvivalContent) -> bool:
    """Whether days rise, and everybody of each curve leaves it on one of them."""
    if list(content.days) != sorted(set(content.days)) or not content.days:
        return False
    return all(
        {interval.day for interval in curve.intervals} <= set(content.days)
        and count(curve.persons) == sum(count(one.events) + count(one.censored) for one in curve.intervals)
        for curve in content.curves
    ) and count(content.persons) == sum(count(curve.persons) for curve in content.curves)


def _fits(content: SurvivalContent, asked: SurvivalParameters) -> bool:
    points = asked.points
    return (
        tuple(curve.group for curve in content.curves) == asked.groups
        and len(content.totals) == len(asked.columns)
        and set(content.days) <= set(points)
        and content.days[-1] == points[-1]
    )


def read_all(
    openings: Mapping[str, Contribution], *, floor: int, asked: SurvivalParameters | None = None
) -> dict[str, Opened]:
    """Every opening, by site."""
    return {site: read_opening(site, one, floor=floor, asked=asked) for site, one in sorted(openings.items())}
