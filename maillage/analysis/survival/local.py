"""The node's half of survival: intervals that may be told, who leaves in each, and the rows kept for Cox's
rounds.
"""

from collections.abc import Sequence
from typing import cast

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel

from maillage.analysis.base import LocalAnswer
from maillage.analysis.features.answering import answer_model
from maillage.analysis.features.encoding import Floats
from maillage.analysis.survival.resident import SurvivalResident
from maillage.analysis.survival.rows import Places, SurvivalRows, read_rows
from maillage.analysis.survival.spec import (
    CurveCells,
    IntervalCells,
    SurvivalContent,
    SurvivalParameters,
)
from maillage.base.i18n import _
from maillage.cohort import CohortExpression
from maillage.disclosure.gates import Gate
from maillage.disclosure.intervals import choose_ends
from maillage.disclosure.magnitudes import MagnitudeRules
from maillage.disclosure.model_gate import Rows, open_model
from maillage.disclosure.models import ModelRules, RareLevelError, check_size, has_rare_cells
from maillage.disclosure.values import Cell, Count
from maillage.warehouse.engines.base import Engine


def run(*, cohort: CohortExpression, parameters: BaseModel, engine: Engine, gate: Gate) -> LocalAnswer:
    """Read who leaves when, gate it, and open the rounds of a Cox model. Raises ModelRefusedError."""
    asked = cast("SurvivalParameters", parameters)
    return answer_model(
        cohort=cohort,
        engine=engine,
        gate=gate,
        read=lambda tables: read_rows(tables, asked, engine=engine, floor=gate.rules.floor),
        open_rounds=lambda rows: open_rounds(rows, asked, gate=gate),
    )


def open_rounds(
    rows: SurvivalRows, asked: SurvivalParameters, *, gate: Gate
) -> tuple[SurvivalContent, SurvivalResident]:
    """The opening and what is kept. Raises ModelRefusedError, before anything is told."""
    is_flag = np.array([column.is_flag for column in rows.columns], dtype=bool)
    flags, groups, strata = rows.matrix[:, is_flag], *_indicate(rows, asked)
    levels = np.column_stack([groups, strata])
    rules = ModelRules(gate.rules, MagnitudeRules())
    # Before all else: nobody and too few are told apart by no other rule's refusal.
    check_size(len(rows.persons), parameters=rows.matrix.shape[1], model=rules)
    # With one baseline for all hospitals, what is told of each interval holds the table of its strata and
    # covariates too.
    told = np.column_stack([levels, flags]) if asked.baseline == "common" else groups
    ends = find_ends(rows, told, asked, model=rules)
    model = open_model(
        Rows(
            persons=rows.persons,
            flags=np.column_stack([levels, flags]),
            numbers=rows.matrix[:, ~is_flag],
            outcome=rows.event.astype(float),
            is_binary=True,
            parameters=rows.matrix.shape[1],
            parts=list_leavers(rows, asked, ends=ends),
            read=rows.read,
        ),
        gate=gate,
    )
    content = _describe(rows, asked, ends=ends)
    return content, SurvivalResident(rows, asked, ends=ends, model=model)


def list_leavers(
    rows: SurvivalRows, asked: SurvivalParameters, *, ends: Sequence[int]
) -> list[NDArray[np.int64]]:
    """Of each curve, who has left by each end with the event, and who has left censored; none of nobody.

    Two grids that differ by a day would tell, by subtraction, who leaves on that day.
    """
    curves = [rows.group == level for level in range(len(asked.groups))]
    sets = [
        rows.persons[curve & kind & (rows.place <= end)]
        for curve in curves
        for kind in (rows.event, ~rows.event)
        for end in ends
    ]
    return [persons for persons in sets if len(persons)]


def _indicate(rows: SurvivalRows, asked: SurvivalParameters) -> tuple[Floats, Floats]:
    """A column for each level of the curves, and for each of the strata, where there are several."""
    groups = range(len(asked.groups) if len(asked.groups) > 1 else 0)
    strata = range(len(asked.strata_names) if asked.strata is not None else 0)
    return (
        (rows.group[:, None] == np.array(groups)).astype(float),
        (rows.stratum[:, None] == np.array(strata)).astype(float),
    )


def find_ends(
    rows: SurvivalRows, flags: Floats, asked: SurvivalParameters, *, model: ModelRules
) -> list[int]:
    """The points of the grid that this hospital may tell apart. Raises RareLevelError."""
    size = rows.matrix.shape[1]
    # Rounds over an interval tell at most half as many numbers as its rows hold.
    least = 2 * asked.rounds * (size + 1) if size and asked.baseline == "common" else model.floor

    def is_safe(places: Places) -> bool:
        if model.floor == 1 or not len(places):
            return True
        if len(places) < least:
            return False
        return all(
            len(own) == 0 or (len(own) >= model.floor and not has_rare_cells(flags[own], floor=model.floor))
            for own in (places[rows.event[places]], places[~rows.event[places]])
        )

    ends = choose_ends(rows.place, points=len(asked.points), is_safe=is_safe)
    if ends is None:
        raise RareLevelError(_("Trop peu de patients quittent le suivi, même sur toute sa durée."))
    return ends


def _describe(rows: SurvivalRows, asked: SurvivalParameters, *, ends: Sequence[int]) -> SurvivalContent:
    days = [asked.points[end] for end in ends]
    place = np.searchsorted(np.array(ends), rows.place)
    curves = [
        _describe_curve(name, place[rows.group == level], rows.event[rows.group == level], days=days)
        for level, name in enumerate(asked.groups)
    ]
    return SurvivalContent(
        persons=Count(len(rows.persons)),
        days=tuple(days),
        curves=tuple(curves),
        totals=tuple(rows.matrix.sum(axis=0).tolist()),
        events=_cell(int(rows.event.sum())),
    )


def _describe_curve(name: str, place: Places, event: NDArray[np.bool_], *, days: Sequence[int]) -> CurveCells:
    events = np.bincount(place[event], minlength=len(days)).tolist()
    censored = np.bincount(place[~event], minlength=len(days)).tolist()
    intervals = [
        IntervalCells(day=day, events=_cell(dead), censored=_cell(left))
        for day, dead, left in zip(days, events, censored, strict=True)
        if dead or left
    ]
    return CurveCells(group=name, persons=_cell(len(place)), intervals=tuple(intervals))


def _cell(persons: int) -> Cell | None:
    return Count(persons) if persons else None
