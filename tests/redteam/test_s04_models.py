"""Attacks on models: small groups in sums, chosen coefficients, values that outweigh, endless rounds (S4)."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from maillage.analysis.errors import ParametersError, RoundRefusedError
from maillage.analysis.features.columns import Column
from maillage.analysis.features.matrix import Matrix
from maillage.analysis.glm.sums import Data
from maillage.analysis.registry import find_spec, read_parameters
from maillage.analysis.regress.local import Modelled, open_rounds
from maillage.analysis.regress.resident import RegressResident
from maillage.analysis.regress.spec import RegressParameters, RegressRound
from maillage.analysis.survival import local as survival
from maillage.analysis.survival.rows import SurvivalRows
from maillage.analysis.survival.spec import SurvivalParameters, SurvivalRound
from maillage.disclosure import DisclosureRules
from maillage.disclosure.gates import ExactGate
from maillage.disclosure.inexact import band_gate
from maillage.disclosure.models import (
    InexactModelError,
    ModelTooSmallError,
    OutweighedError,
    RareLevelError,
    TooCloseModelError,
)
from maillage.node.worker.guard import History, ReleaseGuard
from maillage.node.worker.releases import Asked, Releases
from tests.support.models import AGE, DIABETIC, RELAPSED, SEX

COUNT = 400
ASKED = {"family": "binomial", "outcome": RELAPSED, "covariates": [AGE, DIABETIC], "rounds": 8}


def rows(*, seed: int = 1, count: int = COUNT, **columns: Any) -> Modelled:
    """Patients with an age, diabetes and relapse, some of whose columns a test replaces."""
    rng = np.random.default_rng(seed)
    found = {
        "age": rng.integers(40, 80, count).astype(float),
        "diabetes": (rng.random(count) < 0.4).astype(float),
        "relapse": (rng.random(count) < 0.5).astype(float),
        "persons": np.arange(count),
    } | columns
    values = np.column_stack([found["age"], found["diabetes"]])
    declared = (Column("age", "age", is_flag=False), Column("diabetes", "diabetes", is_flag=True))
    matrix = Matrix(declared, values, found["persons"], np.ones(count, dtype=bool), np.empty((count, 0)))
    return Modelled(matrix, Data.of(np.column_stack([np.ones(count), values]), found["relapse"]))


def read(document: Mapping[str, Any] = ASKED) -> RegressParameters:
    return RegressParameters.model_validate(document)


def gate() -> ExactGate:
    return ExactGate(DisclosureRules())


def opened(**columns: Any) -> RegressResident:
    return open_rounds(rows(**columns), read(), gate=gate())[1]


def ask(resident: RegressResident, number: int, beta: list[float], **words: Any) -> None:
    resident.answer(number, RegressRound(beta=tuple(beta), centre=(0.0, 60.0, 0.4), **words))


FEW = np.r_[np.ones(5), np.zeros(COUNT - 5)]


@pytest.mark.parametrize("column", ["diabetes", "relapse"])
@pytest.mark.parametrize("values", [FEW, 1 - FEW])
def test_five_persons_with_or_without_something_are_in_no_model(column: str, values: np.ndarray) -> None:
    with pytest.raises(RareLevelError):
        opened(**{column: values})


def test_five_persons_with_both_are_in_no_model() -> None:
    diabetes = np.r_[np.ones(100), np.zeros(300)]
    relapse = np.r_[np.ones(5), np.zeros(95), np.ones(200), np.zeros(100)]
    with pytest.raises(RareLevelError):
        opened(diabetes=diabetes, relapse=relapse)


def test_a_number_that_five_persons_have_is_a_level_of_five() -> None:
    with pytest.raises(RareLevelError):
        opened(age=60 + 5 * FEW)


@pytest.mark.parametrize("count", [1, 10, 12])
def test_one_patient_or_a_dozen_have_no_model(count: int) -> None:
    with pytest.raises(ModelTooSmallError):
        opened(count=count)


def test_nobody_has_no_model() -> None:
    """What is left where a covariate is missing everywhere."""
    with pytest.raises(ModelTooSmallError):
        opened(count=0)


def test_coefficients_that_leave_one_person_a_weight_are_refused() -> None:
    age = np.r_[59.5, np.tile([39.0, 40.0, 41.0, 79.0, 80.0, 81.0], COUNT // 6 + 1)[: COUNT - 1]]
    resident = opened(age=age)
    with pytest.raises(OutweighedError):
        ask(resident, 1, [0.0, 1.4, 0.0])


def test_with_the_rule_switched_off_that_person_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    for rule in ("check_weights", "check_residuals", "check_leverage"):
        monkeypatch.setattr(f"maillage.analysis.regress.resident.{rule}", lambda *_one, **_other: None)
    age = np.r_[59.5, np.tile([39.0, 40.0, 41.0, 79.0, 80.0, 81.0], COUNT // 6 + 1)[: COUNT - 1]]
    resident = opened(age=age)
    told = resident.answer(1, RegressRound(beta=(0.0, 1.4, 0.0), centre=(0.0, 60.0, 0.4)))
    weight, weighted_age = told.information[0], told.information[1]
    assert weighted_age / weight + 60 == pytest.approx(59.5, abs=0.01), "the age of one person"


def test_coefficients_past_all_measure_are_refused() -> None:
    with pytest.raises(RoundRefusedError):
        ask(opened(), 1, [0.0, 5.0, 0.0])


def test_a_value_that_outweighs_all_others_is_in_no_model() -> None:
    with pytest.raises(RareLevelError):
        opened(age=np.r_[1e6, rows().data.matrix[1:, 1]])


def test_rounds_end() -> None:
    resident = opened()
    for number in range(1, 9):
        ask(resident, number, [0.0, number / 1000, 0.0])
    with pytest.raises(RoundRefusedError):
        ask(resident, 9, [0.0, 0.5, 0.0])


def test_no_round_follows_the_final_one_nor_goes_back() -> None:
    resident = opened()
    ask(resident, 3, [0.0, 0.0, 0.0])
    with pytest.raises(RoundRefusedError, match="Ce tour"):
        ask(resident, 3, [0.0, 0.1, 0.0])
    with pytest.raises(RoundRefusedError):
        ask(resident, 2, [0.0, 0.1, 0.0])
    ask(resident, 4, [0.1, 0.0, 0.0], final=True)
    with pytest.raises(RoundRefusedError):
        ask(resident, 5, [0.2, 0.0, 0.0])


def test_few_patients_are_not_solved_for_by_many_rounds() -> None:
    """Of 60 persons with three numbers each no more than 90 are told, ten a round."""
    few = rows(count=60, diabetes=np.tile([0.0, 1.0], 30), relapse=np.tile([0.0, 0.0, 1.0, 1.0], 15))
    _content, resident = open_rounds(few, read(ASKED | {"rounds": 60}), gate=gate())
    for number in range(1, 10):
        ask(resident, number, [0.0, number / 1000, 0.0])
    with pytest.raises(RoundRefusedError):
        ask(resident, 10, [0.0, 0.02, 0.0])


def test_no_model_leaves_under_a_permit_of_inexact_counts() -> None:
    with pytest.raises(InexactModelError):
        open_rounds(rows(), read(), gate=band_gate(rules=DisclosureRules(), width=10))


def test_a_model_of_all_but_three_of_a_former_one_is_refused(tmp_path: Path) -> None:
    releases = Releases(tmp_path)
    history = History(releases, scope="s")

    def fit(job: str, found: Modelled) -> None:
        guard = ReleaseGuard(releases, history, job=job, floor=11, asked=Asked(job))
        guarded = ExactGate(DisclosureRules(), guard)
        content, _resident = open_rounds(found, read(), gate=guarded)
        guarded.settle(content.model_dump(mode="json"))

    everybody = rows()
    fit("one", everybody)
    fit("two", everybody)
    data = everybody.data
    kept = np.arange(COUNT) >= 3
    fewer = Modelled(everybody.matrix.keep(kept), Data.of(data.matrix[kept], data.outcome[kept]))
    with pytest.raises(TooCloseModelError):
        fit("three", fewer)


def test_ten_thousand_covariates_are_told_so_before_anybody_is_asked() -> None:
    many = [AGE | {"name": f"age{number}"} for number in range(10_000)]
    with pytest.raises(ParametersError):
        read_parameters(find_spec("regress"), ASKED | {"covariates": many})


SURVIVAL = {
    "event": RELAPSED,
    "until": 1000,
    "split": SEX,
    "covariates": [AGE, DIABETIC],
    "baseline": "common",
}


def lives(*, count: int = 3_000, seed: int = 2) -> SurvivalRows:
    rng = np.random.default_rng(seed)
    values = np.column_stack([rng.integers(40, 80, count), rng.random(count) < 0.4]).astype(float)
    declared = (Column("age", "age", is_flag=False), Column("diabetes", "diabetes", is_flag=True))
    place = np.minimum(rng.exponential(400, count).astype(int), 1_000)
    return SurvivalRows(
        np.arange(count),
        declared,
        values,
        place,
        (rng.random(count) < 0.5) & (place < 1_000),
        rng.integers(0, 2, count),
        np.zeros(count, dtype=int),
        np.empty((count, 0)),
    )


def test_no_day_tells_of_fewer_than_the_floor() -> None:
    content, _resident = survival.open_rounds(
        lives(), SurvivalParameters.model_validate(SURVIVAL | {"baseline": "hospital"}), gate=gate()
    )
    told = [
        cell["count"]
        for curve in content.model_dump(mode="json")["curves"]
        for interval in curve["intervals"]
        for cell in (interval["events"], interval["censored"])
        if cell is not None
    ]
    assert len(told) > 20, "so many days are told apart"
    assert min(told) >= 11


def test_sums_are_no_finer_than_the_days_that_may_be_told() -> None:
    asked = SurvivalParameters.model_validate(SURVIVAL)
    content, resident = survival.open_rounds(lives(), asked, gate=gate())
    round_of: dict[str, Any] = {"beta": (0.0, 0.0), "centre": (60.0, 0.4)}
    finer = tuple(sorted({*content.days, 7}))
    with pytest.raises(RoundRefusedError):
        resident.answer(1, SurvivalRound(days=finer, **round_of))
    told = resident.answer(1, SurvivalRound(days=content.days, **round_of))
    assert len(told.strata[0].all0) == len(content.days)
    assert min(told.strata[0].all0) >= 2 * asked.rounds * 3, "enough persons for so many numbers"


def test_a_hospital_with_its_own_baseline_tells_no_day_at_all() -> None:
    asked = SurvivalParameters.model_validate(SURVIVAL | {"baseline": "hospital"})
    _content, resident = survival.open_rounds(lives(), asked, gate=gate())
    told = resident.answer(1, SurvivalRound(beta=(0.0, 0.0), centre=(60.0, 0.4), days=()))
    assert told.strata == ()
    assert (len(told.information or ()), len(told.score or ())) == (3, 2)


def test_a_hospital_where_nothing_happens_is_in_no_curve() -> None:
    found = lives()
    nothing = replace(found, event=np.zeros(len(found.persons), dtype=bool))
    with pytest.raises(RareLevelError):
        survival.open_rounds(nothing, SurvivalParameters.model_validate(SURVIVAL), gate=gate())
