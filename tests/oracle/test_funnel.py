"""The published funnel of lengths of stay in 54 hospitals (`medpar`), as FunnelPlotR draws it.

The file has two numbers a hospital: the days observed, and those that a Poisson model of all 1,495 stays
expects (length on HMO, death, age over 80 and type of admission; deviances 8901.1 and 7977.7). The stays
themselves are not ours to keep. FunnelPlotR 0.6.0 names 25 outliers at 99.8 %, 9 with SHMI's dispersion.
"""

import csv
from pathlib import Path

import numpy as np
import pytest

from maillage.analysis.outcomes.funnel import draw_funnel, find_limits

HOSPITALS = Path(__file__).parent / "medpar_hospitals.csv"


@pytest.fixture(scope="module")
def hospitals() -> tuple[list[float], list[float]]:
    with HOSPITALS.open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    return [float(row["observed"]) for row in rows], [float(row["expected"]) for row in rows]


def test_a_poisson_model_with_an_intercept_expects_what_was_observed(
    hospitals: tuple[list[float], list[float]],
) -> None:
    observed, expected = hospitals
    assert len(observed) == 54
    assert sum(observed) == pytest.approx(sum(expected), rel=1e-8)


def test_twenty_five_outliers_then_nine(hospitals: tuple[list[float], list[float]]) -> None:
    funnel = draw_funnel(*hospitals, tails="truncate")
    assert sum(point.outlier for point in funnel.points) == 25
    assert sum(point.adjusted_outlier for point in funnel.points) == 9


def test_winsorised_tails_excuse_more(hospitals: tuple[list[float], list[float]]) -> None:
    """Drawn in instead of left out, the tails still count: more dispersion, fewer outliers."""
    truncated, winsorised = (draw_funnel(*hospitals, tails=tails) for tails in ("truncate", "winsorise"))
    assert winsorised.tau2 > truncated.tau2 > 0
    assert sum(point.adjusted_outlier for point in winsorised.points) == 6


def test_the_hospitals_of_four_nodes_are_those_of_one(hospitals: tuple[list[float], list[float]]) -> None:
    """A funnel needs two numbers a hospital: wherever they come from, in whatever order, it is the same."""
    observed, expected = (np.array(numbers) for numbers in hospitals)
    order = np.concatenate([np.arange(node, 54, 4) for node in range(4)])
    pooled, scattered = (
        draw_funnel(*hospitals),
        draw_funnel(observed[order].tolist(), expected[order].tolist()),
    )
    assert scattered.tau2 == pytest.approx(pooled.tau2, rel=1e-12)
    verdicts = [pooled.points[place].adjusted_outlier for place in order]
    assert [point.adjusted_outlier for point in scattered.points] == verdicts


def test_without_over_dispersion_the_funnel_is_the_plain_one() -> None:
    rng = np.random.default_rng(7)
    expected = np.linspace(50, 500, 40)
    funnel = draw_funnel(rng.poisson(expected).tolist(), expected.tolist(), tails="truncate")
    assert funnel.tau2 == 0
    assert all(point.z == pytest.approx(point.adjusted) for point in funnel.points)


def test_limits_are_where_a_hospital_becomes_an_outlier(hospitals: tuple[list[float], list[float]]) -> None:
    observed, expected = hospitals
    funnel = draw_funnel(observed, expected)
    for o, e, point in zip(observed, expected, funnel.points, strict=True):
        low, high = find_limits(e, tau2=funnel.tau2)
        assert point.adjusted_outlier is not (low <= o / e <= high)


def test_two_hospitals_say_nothing_of_dispersion() -> None:
    assert draw_funnel([20, 90], [30, 60]).tau2 == 0
    assert draw_funnel([], []).points == ()


def test_a_hospital_that_expects_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="positive"):
        draw_funnel([1], [0])
