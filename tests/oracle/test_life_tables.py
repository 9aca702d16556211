"""Curves and models on the intervals that may be told, beside the same by the day.

The day's answers are those of lifelines over the patients that hospitals hide; what hospitals tell goes the
whole way but for OMOP rows and the wire.
"""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import pandas
import pytest
from lifelines import CoxPHFitter, KaplanMeierFitter

from maillage.analysis.features.columns import Column
from maillage.analysis.rounds import Part, run_in_process
from maillage.analysis.survival import coordinate
from maillage.analysis.survival.local import open_rounds
from maillage.analysis.survival.rows import SurvivalRows
from maillage.analysis.survival.spec import SurvivalParameters, SurvivalRound
from maillage.disclosure.gates import ExactGate
from maillage.disclosure.rules import DisclosureRules
from tests.support.models import AGE, RELAPSED

RULES = DisclosureRules(floor=11, network_floor=11)
UNTIL = 1_095
SIZES = (700, 500, 400, 400)
AGES = (Column("age", "age", is_flag=False),)


def draw_patients(
    sizes: Sequence[int], *, entered: int, sooner: float = 0.0, seed: int = 3
) -> pandas.DataFrame:
    """Patients of several hospitals who entered within so many days, and are seen until relapse or today.

    The old are lost sooner, by that rate a year of age.
    """
    rng = np.random.default_rng(seed)
    count = sum(sizes)
    age = rng.integers(40, 80, count).astype(float)
    relapse = np.ceil(rng.exponential(1_200 / np.exp(0.03 * (age - 60))))
    lost = rng.integers(1, entered, count) * np.exp(-sooner * (age - 60))
    followed = np.minimum(np.ceil(lost), UNTIL)
    event = relapse <= followed
    days = np.where(event, relapse, followed)
    site = np.repeat(np.arange(len(sizes)), sizes)
    return pandas.DataFrame({"site": site, "age": age, "days": days, "event": event})


def ask(patients: pandas.DataFrame, **more: Any) -> Mapping[str, Any]:
    asked = SurvivalParameters.model_validate({"event": RELAPSED, "until": UNTIL} | more)
    parts = {f"h{site}": open_part(rows, asked) for site, rows in patients.groupby("site")}
    document = run_in_process(
        coordinate.coordinate, asked, parts, read_round=SurvivalRound.model_validate, floor=11
    )
    return document["figures"]


def open_part(rows: Any, asked: SurvivalParameters) -> Part:
    event = rows["event"].to_numpy()
    stays = ~event & (rows["days"].to_numpy() == UNTIL)
    days = rows["days"].to_numpy() + stays
    content, resident = open_rounds(
        SurvivalRows(
            rows.index.to_numpy(),
            AGES[: len(asked.columns)],
            rows[["age"]].to_numpy()[:, : len(asked.columns)],
            np.searchsorted(asked.points, days),
            event,
            np.zeros(len(rows), dtype=int),
            np.zeros(len(rows), dtype=int),
        ),
        asked,
        gate=ExactGate(RULES),
    )
    return Part(content.model_dump(mode="json"), resident)


def as_if_to_the_end(points: Sequence[Mapping[str, Any]]) -> np.ndarray:
    """The curve of who takes all that are censored in an interval as at risk to its end."""
    return np.cumprod([1 - point["events"] / point["at_risk"] for point in points])


@pytest.mark.parametrize("entered", [1_500, 2_000, 4_000])
def test_a_curve_of_intervals_is_close_to_the_day_s(entered: int) -> None:
    patients = draw_patients(SIZES, entered=entered)
    found = ask(patients)
    daily = KaplanMeierFitter().fit(patients["days"], patients["event"])
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


@pytest.mark.parametrize("ties", ["efron", "breslow"])
def test_a_common_baseline_by_intervals_is_close_to_the_day_s(
    ties: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    patients = draw_patients((2_000, 1_500, 1_500), entered=1_500, sooner=0.05)
    asked = {"covariates": [AGE], "baseline": "common", "ties": ties}
    daily = CoxPHFitter().fit(patients.drop(columns="site"), "days", "event").params_["age"]
    found = ask(patients, **asked)
    monkeypatch.setattr(coordinate, "share_missed", lambda leaving: np.zeros(len(leaving[0].events)))
    before = ask(patients, **asked)["model"]["terms"][0]["estimate"]
    assert found["widest"] > 60, "so much of time is told together"
    off = abs(found["model"]["terms"][0]["estimate"] - daily)
    assert off < 0.02 * daily
    assert abs(before - daily) > 4 * off


@pytest.mark.parametrize("baseline", ["hospital", "common"])
def test_a_covariate_that_only_those_with_the_event_have_is_named(baseline: str) -> None:
    patients = draw_patients(SIZES, entered=1_500)
    found = ask(patients.assign(age=patients["event"].astype(float)), covariates=[AGE], baseline=baseline)[
        "model"
    ]
    assert found["trouble"] == {"code": "separated", "columns": ["age"]}
