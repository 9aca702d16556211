"""One hospital's opening as the hub reads it: nothing under the floor, intervals in order, sums
that agree.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from maillage.analysis.base import Contribution
from maillage.analysis.errors import ContentError
from maillage.analysis.rounds import read_told
from maillage.analysis.survival.spec import SurvivalContent, SurvivalParameters
from maillage.base.i18n import _
from maillage.disclosure.values import Cell, Count


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
        and not (asked.until in content.days and _has_events_after(content, asked.until))
    )


def _has_events_after(content: SurvivalContent, until: int) -> bool:
    return any(one.events and one.day > until for curve in content.curves for one in curve.intervals)


def read_all(
    openings: Mapping[str, Contribution], *, floor: int, asked: SurvivalParameters | None = None
) -> dict[str, Opened]:
    """Every opening, by site."""
    return {site: read_opening(site, one, floor=floor, asked=asked) for site, one in sorted(openings.items())}
