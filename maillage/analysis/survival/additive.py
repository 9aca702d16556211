"""survival under masks: who has left each curve by each day of the declared grid; curves alone, and no model.

Each hospital has days of its own that it may tell apart. By a day that is not one of them it says nothing, so
that a day of the sum is one of all hospitals: those are the days that they share without masks too.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, cast

import numpy as np

from maillage.analysis.base import Contribution, SumQuestion
from maillage.analysis.survival.spec import CurveCells, IntervalCells, SurvivalContent, SurvivalParameters
from maillage.base.i18n import _
from maillage.disclosure.summands import Summands
from maillage.disclosure.values import Cell, Count
from maillage.exchange.sums import MAX_TERMS

_KINDS = ("events", "censored")
_SUM = "sum"

Left = Sequence[Sequence[int]]
"""By kind of leaving, then by day: how many persons have left by then."""


def refuse(parameters: SurvivalParameters) -> str:
    """A model, whose rounds are not summed; or more days than a message has room for."""
    if parameters.covariates:
        return _(
            "Un modèle de Cox se calcule par tours, qui ne s’additionnent pas sous masques. Sans covariates, "
            "les courbes et le test du log-rank s’y additionnent."
        )
    numbers = 1 + _count(parameters)
    if numbers <= MAX_TERMS:
        return ""
    return _("Une somme masquée a {most} nombres au plus, cette question {asked}.").format(
        most=MAX_TERMS, asked=numbers
    )


def count_amounts(question: SumQuestion) -> int:
    """Two for each day of each curve."""
    return _count(_asked(question))


def flatten(document: Mapping[str, Any], *, question: SumQuestion) -> Summands:
    """The whole; then of each curve who has left by each day, None by one that this hospital does not tell.

    Nobody is a number here: who is left by a day that is told is told, be it nobody.
    """
    content, asked = SurvivalContent.model_validate(document), _asked(question)
    amounts: list[float | None] = []
    for curve in content.curves:
        for kind in _KINDS:
            amounts += _add_up(curve, kind, days=content.days, points=asked.points)
    return Summands([content.persons], amounts)


def assemble(
    summands: Summands, *, question: SumQuestion, sites: Sequence[str], floor: int
) -> dict[str, Any]:
    """The group's document, as of one hospital that has all these persons. Raises ContentError."""
    # Here and not above: the node's agent must not carry scipy.
    from maillage.analysis.survival.coordinate import coordinate

    asked = _asked(question)
    content = _read(summands, asked)
    whole = {_SUM: Contribution(content.model_dump(mode="json"), shown_alone=True)}
    rounds = coordinate(asked, whole, floor=floor, minimum_sites=1)
    try:
        next(rounds)
    except StopIteration as end:
        return end.value | {"contributing": list(sites)}
    raise AssertionError("curves without a model take no round")


def _asked(question: SumQuestion) -> SurvivalParameters:
    return cast("SurvivalParameters", question.parameters)


def _count(asked: SurvivalParameters) -> int:
    return len(asked.groups) * len(_KINDS) * len(asked.points)


def _add_up(
    curve: CurveCells, kind: str, *, days: Sequence[int], points: Sequence[int]
) -> Iterator[float | None]:
    """At each point of the grid, how many have left by then; None where it is not one of `days`."""
    told = set(days)
    leaving = {interval.day: _number(getattr(interval, kind)) for interval in curve.intervals}
    left = 0
    for point in points:
        left += leaving.get(point, 0)
        yield float(left) if point in told else None


def _read(summands: Summands, asked: SurvivalParameters) -> SurvivalContent:
    """One hospital's content, of the days that all of them tell."""
    size = len(asked.points)
    lists = [summands.amounts[start : start + size] for start in range(0, len(summands.amounts), size)]
    shown = [place for place in range(size) if all(one[place] is not None for one in lists)]
    days = [asked.points[place] for place in shown]
    told = [[round(one[place] or 0) for place in shown] for one in lists]
    curves = [told[start : start + len(_KINDS)] for start in range(0, len(told), len(_KINDS))]
    return SurvivalContent(
        persons=summands.cells[0],
        days=tuple(days),
        curves=tuple(_curve(group, left, days) for group, left in zip(asked.groups, curves, strict=True)),
        totals=(),
        events=_cell(sum(left[0][-1] for left in curves if days)),
    )


def _curve(group: str, left: Left, days: Sequence[int]) -> CurveCells:
    events, censored = (np.diff([0, *one]).tolist() for one in left)
    intervals = tuple(
        IntervalCells(day=day, events=_cell(dead), censored=_cell(lost))
        for day, dead, lost in zip(days, events, censored, strict=True)
        if dead or lost
    )
    return CurveCells(group=group, persons=_cell(sum(events) + sum(censored)), intervals=intervals)


def _number(cell: Cell | None) -> int:
    return cell.value if isinstance(cell, Count) else 0


def _cell(persons: int) -> Cell | None:
    return Count(persons) if persons else None
