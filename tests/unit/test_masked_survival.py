"""survival under masks says of a sum what it says of hospitals that are read, by the days that all tell."""

from collections.abc import Mapping
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.analysis.base import Contribution, SumQuestion
from maillage.analysis.errors import ContentError
from maillage.analysis.registry import find_spec, read_parameters, refuse_sum
from maillage.analysis.survival import additive
from maillage.analysis.survival.coordinate import coordinate
from maillage.disclosure.fixed_point import decode_summands, encode_summands

SPEC = find_spec("survival")
CURVES = dict(SPEC.example) | {"covariates": [], "until": 8, "grid_days": 2}
ASKED = SumQuestion(read_parameters(SPEC, CURVES), year=2026)
POINTS = (2, 4, 6, 8, 9)
Content = dict[str, Any]


def cell(persons: int) -> dict[str, int] | None:
    return {"count": persons} if persons else None


def content(days: tuple[int, ...], *curves: Mapping[int, tuple[int, int]]) -> Content:
    """By curve and day, who leaves with the event and who is censored."""
    whole = [sum(sum(left) for left in curve.values()) for curve in curves]
    return {
        "persons": {"count": sum(whole)},
        "days": list(days),
        "curves": [
            {
                "group": group,
                "persons": cell(persons),
                "intervals": [
                    {"day": day, "events": cell(dead), "censored": cell(lost)}
                    for day, (dead, lost) in sorted(curve.items())
                    if dead or lost
                ],
            }
            for group, persons, curve in zip(("female", "male"), whole, curves, strict=True)
        ],
        "totals": [],
        "events": cell(sum(left[0] for curve in curves for left in curve.values())),
        "repeated": False,
    }


def under_masks(told: Mapping[str, Content]) -> dict[str, Any]:
    terms = [encode_summands(additive.flatten(one, question=ASKED)) for one in told.values()]
    amounts = additive.count_amounts(ASKED)
    summands = decode_summands(np.sum(terms, axis=0), amounts=amounts, hospitals=len(told))
    return additive.assemble(summands, question=ASKED, sites=sorted(told), floor=11)


def read(told: Mapping[str, Content]) -> dict[str, Any]:
    parts = {site: Contribution(one, shown_alone=False) for site, one in told.items()}
    try:
        next(coordinate(ASKED.parameters, parts, floor=11, minimum_sites=3))
    except StopIteration as end:
        return end.value
    raise AssertionError


@st.composite
def contents(draw: st.DrawFn, days: tuple[int, ...] = POINTS) -> Content:
    persons = st.one_of(st.just(0), st.integers(11, 90))
    last = st.tuples(st.just(0), st.integers(11, 90))
    left = st.fixed_dictionaries({day: st.tuples(persons, persons) for day in days[:-1]} | {9: last})
    return content(days, draw(left), draw(left))


@settings(max_examples=30, deadline=None)
@given(st.lists(contents(), min_size=3, max_size=4))
def test_where_all_tell_the_same_days_the_document_is_the_same(told: list[Content]) -> None:
    hospitals = {f"site-{place}": one for place, one in enumerate(told)}
    assert under_masks(hospitals) == read(hospitals)


def test_a_day_that_one_hospital_does_not_tell_is_in_no_interval_of_its_own() -> None:
    finer = content(POINTS, {2: (20, 0), 4: (0, 15), 9: (0, 40)}, {6: (12, 12), 9: (0, 30)})
    coarse = content((4, 8, 9), {4: (30, 11), 9: (0, 40)}, {8: (15, 0), 9: (0, 20)})
    told = {"a": finer, "b": coarse, "c": finer}
    masked, plain = under_masks(told)["figures"], read(told)["figures"]
    assert masked["days"] == plain["days"] == [4, 8]
    for one, other in zip(masked["curves"], plain["curves"], strict=True):
        assert (one["group"], one["persons"], one["followed"]) == (
            other["group"],
            other["persons"],
            other["followed"],
        )
        for point, same in zip(one["points"], other["points"], strict=True):
            told_of = ("start", "day", "at_risk", "events", "censored")
            assert [point[name] for name in told_of] == [same[name] for name in told_of]
            # Within an interval, the hub knows of hospitals that it reads in which half somebody left.
            assert point["survival"] == pytest.approx(same["survival"], abs=0.02)


def test_curves_that_hospitals_above_the_floor_cannot_give_are_refused() -> None:
    few = content(POINTS, {2: (3, 0), 9: (0, 40)}, {9: (0, 30)})
    summands = additive.flatten(few, question=ASKED)
    with pytest.raises(ContentError):
        additive.assemble(summands, question=ASKED, sites=["a", "b", "c"], floor=11)


def test_a_model_is_refused_and_so_are_more_days_than_fit() -> None:
    assert "tours" in refuse_sum("survival", dict(SPEC.example))
    assert refuse_sum("survival", CURVES) == ""
    by_the_day = CURVES | {"until": 4_000, "grid_days": 1, "split": {"kind": "age", "name": "age"}}
    bands = {"bands": [20, 40, 60, 80]}
    assert "30000" in refuse_sum("survival", by_the_day | {"split": by_the_day["split"] | bands})
