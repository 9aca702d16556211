"""Curves and models on the intervals that may be told, beside the same by the day.

The day's answers are those of lifelines over the patients whom hospitals hide. What hospitals tell goes the
whole way: OMOP rows, openings under the floor, rounds; only the wire is left out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
from lifelines import CoxPHFitter, KaplanMeierFitter

from maillage.analysis.registry import find_spec, read_parameters
from maillage.analysis.rounds import run_in_process
from maillage.analysis.survival import coordinate
from maillage.analysis.survival.spec import SurvivalRound
from tests.support.models import AGE, DOSES, RELAPSED, Hospitals, People, split_hospitals

UNTIL = 1_095
SHARES = (7, 5, 4, 4)


def draw_people(count: int, *, entered: int, sooner: float = 0.0) -> People:
    """Patients who entered within so many days, and are seen until relapse or today.

    The old are lost sooner, by that rate a year of age.
    """
    rng = np.random.default_rng(3)
    age = rng.integers(40, 80, count).astype(float)
    relapse = np.ceil(rng.exponential(1_200 / np.exp(0.03 * (age - 60))))
    seen = np.ceil(rng.integers(1, entered, count) * np.exp(-sooner * (age - 60)))
    nothing, relapsed = np.zeros(count), (relapse <= seen).astype(float)
    return People(
        age=age,
        male=nothing,
        diabetes=nothing,
        insulin=nothing,
        hba1c=np.full(count, np.nan),
        nights=nothing,
        days=np.minimum(relapse, seen),
        relapsed=relapsed,
        scans=nothing,
    )


def by_the_day(people: People) -> pandas.DataFrame:
    """Followed to `UNTIL`, which is a day like any other."""
    event = (people.relapsed > 0) & (people.days <= UNTIL)
    return pandas.DataFrame({"days": np.minimum(people.days, UNTIL), "event": event, "age": people.age})


def ask(hospitals: Hospitals, **more: Any) -> Mapping[str, Any]:
    asked = {"event": RELAPSED, "until": UNTIL} | more
    document = run_in_process(
        coordinate.coordinate,
        read_parameters(find_spec("survival"), asked),
        hospitals.open("survival", asked, floor=11),
        read_round=SurvivalRound.model_validate,
        floor=11,
    )
    return document["figures"]


def as_if_to_the_end(points: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """The curve of who takes all that are censored in an interval as at risk to its end."""
    return np.cumprod([1 - point["events"] / point["at_risk"] for point in points])


@pytest.mark.parametrize(
    "entered", [1_500, *(pytest.param(days, marks=pytest.mark.long) for days in (2_000, 4_000))]
)
def test_a_curve_of_intervals_is_close_to_the_day_s(entered: int, tmp_path: Path) -> None:
    people = draw_people(2_000, entered=entered)
    found = ask(split_hospitals(people, shares=SHARES, folder=tmp_path))
    daily = KaplanMeierFitter().fit(by_the_day(people)["days"], by_the_day(people)["event"])
    (curve,) = found["curves"]
    points = curve["points"]
    assert found["widest"] > 20, "so much of time is told together"
    expected = daily.survival_function_at_times([point["day"] for point in points]).to_numpy()
    off = np.abs([point["survival"] for point in points] - expected)
    before = np.abs(as_if_to_the_end(points) - expected)
    assert before.max() > 10 * off.max()
    assert off.max() < 0.005
    # Within an interval the curve is a straight line, and so is its median.
    assert curve["median"] == pytest.approx(daily.median_survival_time_, abs=found["widest"] / 4)


@pytest.mark.parametrize("ties", ["efron", pytest.param("breslow", marks=pytest.mark.long)])
def test_a_common_baseline_by_intervals_is_close_to_the_day_s(
    ties: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    people = draw_people(4_000, entered=1_500, sooner=0.05)
    hospitals = split_hospitals(people, shares=(1, 1), folder=tmp_path)
    asked = {"covariates": [AGE], "baseline": "common", "ties": ties}
    daily = CoxPHFitter().fit(by_the_day(people), "days", "event").params_["age"]
    found = ask(hospitals, **asked)
    monkeypatch.setattr(coordinate, "share_missed", lambda leaving: np.zeros(len(leaving[0].events)))
    before = ask(hospitals, **asked)["model"]["terms"][0]["estimate"]
    assert found["widest"] > 60, "so much of time is told together"
    off = abs(found["model"]["terms"][0]["estimate"] - daily)
    assert off < 0.02 * daily
    assert abs(before - daily) > 4 * off


@pytest.mark.parametrize("baseline", ["hospital", pytest.param("common", marks=pytest.mark.long)])
def test_a_covariate_that_only_those_with_the_event_have_is_named(baseline: str, tmp_path: Path) -> None:
    people = draw_people(1_000, entered=1_500)
    marked = replace(people, insulin=by_the_day(people)["event"].to_numpy(dtype=float))
    hospitals = split_hospitals(marked, shares=(1, 1), folder=tmp_path)
    found = ask(hospitals, covariates=[DOSES], baseline=baseline)["model"]
    assert found["trouble"] == {"code": "separated", "columns": ["insulin"]}
