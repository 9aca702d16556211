"""Curves in words and lines: how coarse their intervals are, and where they fall."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pytest

from maillage.analysis.survival.chart import charts, list_corners
from maillage.analysis.survival.curves import Curve, estimate, find_median, find_missed, guess_withdrawn
from maillage.analysis.survival.leaving import add_leaving, share_missed
from maillage.analysis.survival.opening import Opened
from maillage.analysis.survival.spec import SurvivalContent

UNTIL = 730


def content(days: Sequence[int], *, events: Sequence[int], censored: Sequence[int]) -> Opened:
    """A hospital's opening of one curve."""
    cells = [
        {"day": day, "events": one and {"count": one}, "censored": other and {"count": other}}
        for day, one, other in zip(
            days, (one or None for one in events), (c or None for c in censored), strict=True
        )
    ]
    persons = {"count": sum(events) + sum(censored)}
    document = {
        "persons": persons,
        "days": days,
        "curves": [{"group": "all", "persons": persons, "intervals": cells}],
        "totals": [],
        "events": {"count": sum(events)},
    }
    return Opened("hcl", SurvivalContent.model_validate(document), shown_alone=True)


def test_the_number_at_risk_is_that_of_the_life_table() -> None:
    # Cutler and Ederer's first years: 126 patients, 47 deaths and 19 withdrawn; then 60, 5 and 17.
    curve = Curve(np.array([126.0, 60.0]), np.array([47.0, 5.0]), np.array([19.0, 17.0]) / 2)
    assert curve.exposed.tolist() == [116.5, 51.5]
    assert estimate(curve).survival == pytest.approx([0.5966, 0.5386], abs=1e-4)


def test_one_day_misses_nothing_and_many_days_half() -> None:
    assert find_missed([1, 2, 3], around=[1, 2, 3], until=3).tolist() == [0, 0, 0]
    days = [2, 32, 3_652]
    assert find_missed(days, around=days, until=3_652) == pytest.approx([1 / 4, 29 / 60, 0.5], abs=2e-4)


def test_finer_intervals_of_a_hospital_are_read_as_such() -> None:
    # Of 100 days, who leaves on the first misses 99 of them, and who leaves in the last 50 about 25.
    missed = find_missed([1, 50, 100, 101], around=[100, 101], until=100)
    assert missed == pytest.approx([0.99, 0.74, 0.245, 0.0])
    mean = (missed * [1, 49, 50, 0]).sum() / 100
    assert mean == pytest.approx(find_missed([100, 101], around=[100, 101], until=100)[0])


def test_who_is_followed_to_the_end_misses_nothing() -> None:
    (left,) = add_leaving([content([730, 731], events=[50, 0], censored=[20, 400])], [730, 731], until=730)
    assert left.missed == pytest.approx([20 * 729 / 1460, 0])
    assert share_missed([left]) == pytest.approx([729 / 1460, 0])


def test_who_is_told_with_them_is_taken_at_the_rate_of_the_time_before() -> None:
    days, around = [365, 731], [365, 731]
    (left,) = add_leaving([content(days, events=[100, 20], censored=[50, 400])], around, until=UNTIL)
    # 50 of about 495 person-years in the first year; of 410 persons in the second, 39 for half of it.
    assert left.missed == pytest.approx([50 * 364 / 730, 39.4 * 364 / 730], abs=0.05)
    (unknown,) = add_leaving([content([731], events=[20], censored=[400])], [731], until=UNTIL)
    assert unknown.missed.tolist() == [0]


def test_no_more_withdraw_than_leave() -> None:
    curve = Curve(np.array([1_000.0, 30.0]), np.array([20.0, 11.0]))
    assert guess_withdrawn([10, 731], curve, np.array([950.0, 19.0]), until=UNTIL) == 19


def test_a_median_lies_on_the_line_between_two_ends() -> None:
    assert find_median([1, 2, 3], np.array([0.9, 0.5, 0.4])) == 2
    assert find_median([100, 200], np.array([0.6, 0.4])) == 150
    assert find_median([100, 200], np.array([0.9, 0.8])) is None


def point(start: int, day: int, survival: float) -> dict[str, Any]:
    return {
        "start": start,
        "day": day,
        "at_risk": 40,
        "exposed": 33.333_333,
        "events": 11,
        "censored": 13,
        "survival": survival,
        "standard_error": 0.01,
        "low": survival - 0.1,
        "high": survival + 0.1,
    }


def figures(*points: Mapping[str, Any], widest: int, followed: int | None = 5) -> dict[str, Any]:
    curve = {"group": "all", "persons": 40, "median": None, "followed": followed, "points": points}
    return {"curves": [curve], "days": [points[-1]["day"]], "widest": widest, "log_rank": None, "model": None}


def test_a_line_falls_straight_through_an_interval_and_at_once_on_a_day() -> None:
    curve = {"group": "all", "followed": 5, "points": [point(0, 100, 0.8), point(199, 200, 0.6)]}
    corners = [(one["day"], one["survival"]) for one in list_corners(curve, until=300)]
    assert corners == [(0, 1.0), (0, 1.0), (100, 0.8), (200, 0.8), (200, 0.6), (300, 0.6)]


def test_a_curve_of_intervals_says_what_it_is() -> None:
    (chart,) = charts({"figures": figures(point(0, 100, 0.8), point(100, 730, 0.6), widest=630)})
    assert "630 jours" in chart.note
    assert "estimation" in chart.note
    assert "Kaplan" not in chart.title
    assert chart.table.rows[0]["exposed"] == 33.3
    (unsure,) = charts({"figures": figures(point(0, 730, 0.8), widest=730, followed=None)})
    assert "moins sûre" in unsure.note
    (daily,) = charts({"figures": figures(point(0, 1, 0.8), widest=1)})
    assert (daily.note, daily.title) == ("", "Courbes de Kaplan–Meier")
