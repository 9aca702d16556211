"""Attacks by numbers that the asker makes up: weights, offsets, limits, coefficients, grids (S4, S5).

Each counts or reads whom it was made for, and looks like a sum over everybody.
"""

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from maillage.analysis.features.columns import Column as Named
from maillage.analysis.features.declared import Age
from maillage.analysis.features.encoding import clamp
from maillage.analysis.features.matrix import Matrix
from maillage.analysis.glm.sums import Data
from maillage.analysis.outcomes.local import find_chances
from maillage.analysis.outcomes.spec import RiskModel
from maillage.analysis.regress.local import Modelled, open_rounds
from maillage.analysis.regress.spec import RegressContent, RegressParameters
from maillage.analysis.survival import local as survival
from maillage.analysis.survival.rows import SurvivalRows
from maillage.analysis.survival.spec import SurvivalParameters
from maillage.analysis.tabular.people import EPOCH, People
from maillage.disclosure import DisclosureRules
from maillage.disclosure.fingerprints import Column
from maillage.disclosure.gates import ExactGate
from maillage.disclosure.magnitudes import Magnitude
from maillage.disclosure.model_gate import allows_score
from maillage.disclosure.models import RareLevelError, TooCloseModelError
from maillage.disclosure.values import Suppressed
from maillage.node.worker.guard import History, ReleaseGuard
from maillage.node.worker.releases import Asked, Releases
from tests.support.models import AGE, DIABETIC, RELAPSED, SEX

COUNT = 400
RULES = DisclosureRules(floor=11, network_floor=11)
ONE = np.r_[1.0, np.zeros(COUNT - 1)]
MODEL_GATE = "maillage.disclosure.model_gate"
ASKED = {"family": "gaussian", "outcome": AGE, "covariates": [DIABETIC], "rounds": 8}
NUMBER = AGE | {"name": "number"}
WEIGHED = ASKED | {"weights": AGE | {"name": "weight"}}
OFFSET = ASKED | {"offset": {"feature": AGE | {"name": "offset"}, "log": False}}


class Hospital:
    """Answers question after question of one requester through its gate, guard and file."""

    def __init__(self, folder: Path) -> None:
        self._releases = Releases(folder)
        self._history = History(self._releases, scope="alice")
        self._asked = 0

    def gate(self) -> ExactGate:
        self._asked += 1
        asked = Asked(f"question-{self._asked}", "the same cohort")
        guard = ReleaseGuard(
            self._releases, self._history, job=f"task-{self._asked}", floor=RULES.floor, asked=asked
        )
        return ExactGate(RULES, guard)

    def fit(self, age: np.ndarray) -> RegressContent:
        """A model of the age, declared as a covariate."""
        gate = self.gate()
        content, _resident = open_rounds(
            rows(age=age), read(ASKED | {"covariates": [DIABETIC, NUMBER]}), gate=gate
        )
        gate.settle(content.model_dump(mode="json"))
        return content

    def add_up(self, values: np.ndarray) -> Magnitude | Suppressed:
        """A sum over everybody."""
        gate, persons = self.gate(), np.arange(len(values))
        gate.whole(persons)
        found = gate.amount(Column(persons, values))
        gate.settle({})
        return found

    def follow(self, lives: SurvivalRows, *, grid: int) -> list[tuple[int, int]]:
        """By interval its last day, and how many had the event in it."""
        gate = self.gate()
        asked = SurvivalParameters.model_validate(
            {"event": RELAPSED, "until": 960, "grid_days": grid, "baseline": "hospital"}
        )
        points = np.array(asked.points)
        at_grid = replace(lives, place=np.searchsorted(points, lives.place + 1))
        content, _resident = survival.open_rounds(at_grid, asked, gate=gate)
        gate.settle(content.model_dump(mode="json"))
        told = content.model_dump(mode="json")["curves"][0]["intervals"]
        return [(one["day"], one["events"]["count"]) for one in told if one["events"]]


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    return Hospital(tmp_path)


def read(document: dict[str, Any]) -> RegressParameters:
    return RegressParameters.model_validate(document)


def ages() -> np.ndarray:
    return np.random.default_rng(1).integers(40, 80, COUNT).astype(float)


def rows(*, age: np.ndarray | None = None, **parts: np.ndarray) -> Modelled:
    """Patients with an age, which is the outcome, and diabetes; with `age`, that is a covariate too."""
    flag = (np.random.default_rng(2).random(COUNT) < 0.4).astype(float)
    flag = parts.pop("flag", flag)
    values = np.column_stack([flag] if age is None else [flag, age])
    declared = (Named("diabetes", "diabetes", is_flag=True), Named("age", "age", is_flag=False))
    matrix = Matrix(
        declared[: values.shape[1]],
        values,
        np.arange(COUNT),
        np.ones(COUNT, dtype=bool),
        np.empty((COUNT, 0)),
    )
    return Modelled(matrix, Data.of(np.column_stack([np.ones(COUNT), values]), ages(), **parts))


def opening(document: dict[str, Any], **parts: np.ndarray) -> RegressContent:
    return open_rounds(rows(**parts), read(document), gate=ExactGate(RULES))[0]


@pytest.fixture
def open_gate(monkeypatch: pytest.MonkeyPatch) -> None:
    """The rules of what is read of a person are switched off."""
    for rule in ("check_spread", "check_flags", "check_crossings"):
        monkeypatch.setattr(f"{MODEL_GATE}.{rule}", lambda *_read, **_model: None)


def test_a_weight_that_one_person_has_is_in_no_model() -> None:
    with pytest.raises(RareLevelError):
        opening(WEIGHED, weights=ONE + 1e-9 * (1 - ONE))


@pytest.mark.usefixtures("open_gate")
def test_with_weights_unseen_the_value_of_one_person_is_read() -> None:
    told = opening(WEIGHED, weights=ONE + 1e-9 * (1 - ONE))
    assert told.outcome / told.exposure == pytest.approx(ages()[0], abs=0.01)


def test_an_offset_that_one_person_has_is_in_no_model() -> None:
    with pytest.raises(RareLevelError):
        opening(OFFSET | {"family": "poisson"}, offset=ONE)


@pytest.mark.usefixtures("open_gate")
def test_with_offsets_unseen_whoever_has_it_is_counted() -> None:
    told = opening(OFFSET | {"family": "poisson"}, offset=ONE)
    assert (told.exposure - COUNT) / (np.e - 1) == pytest.approx(1)


@pytest.mark.parametrize("few", [0, 1, 5])
def test_nobody_and_few_are_refused_alike(few: int) -> None:
    with pytest.raises(RareLevelError):
        opening(ASKED, flag=(np.arange(COUNT) < few).astype(float))


@pytest.mark.usefixtures("open_gate")
def test_with_levels_unseen_nobody_is_told_from_one() -> None:
    told = [opening(ASKED, flag=(np.arange(COUNT) < few).astype(float)).totals[1] for few in (0, 1)]
    assert told == [0, 1]


def test_a_count_held_to_one_is_a_level() -> None:
    """Five of a hundred diabetics have it: as a flag it is refused, and as a number too."""
    flag = (np.arange(COUNT) < 100).astype(float)
    held = ((np.arange(COUNT) < 5) | (np.arange(COUNT) > 300)).astype(float)
    asked = read(ASKED | {"covariates": [DIABETIC, NUMBER]})
    with pytest.raises(RareLevelError):
        open_rounds(rows(flag=flag, age=held), asked, gate=ExactGate(RULES))


@pytest.mark.usefixtures("open_gate")
def test_with_numbers_never_taken_for_levels_the_five_are_in_the_sums() -> None:
    flag = (np.arange(COUNT) < 100).astype(float)
    held = ((np.arange(COUNT) < 5) | (np.arange(COUNT) > 300)).astype(float)
    found = rows(flag=flag, age=held)
    open_rounds(found, read(ASKED | {"covariates": [DIABETIC, NUMBER]}), gate=ExactGate(RULES))
    assert (found.data.matrix.T @ found.data.matrix)[1, 2] == 5


def test_a_limit_that_is_moved_up_finds_no_greatest_value() -> None:
    """What is summed is the same for every limit past which fewer than the floor's number lie."""
    held = [clamp(Age(name="age", at_most=limit), ages(), floor=11).sum() for limit in (200, 79, 78.5)]
    assert held[0] == held[1] == held[2] < ages().sum()


def test_with_limits_taken_at_their_word_the_values_furthest_away_are_found() -> None:
    values = np.r_[ages(), 97.0]
    sums = [clamp(Age(name="age", at_most=limit), values, floor=1).sum() for limit in (99, 97, 96)]
    assert sums[0] == sums[1] != sums[2]


def test_a_column_that_differs_for_three_persons_is_in_no_second_model(hospital: Hospital) -> None:
    """Such as visits within a year, then within a year and a day."""
    hospital.fit(ages())
    with pytest.raises(TooCloseModelError):
        hospital.fit(ages() + (np.arange(COUNT) < 3))


def test_the_same_column_is_in_the_next_model_too(hospital: Hospital) -> None:
    assert hospital.fit(ages()).totals == hospital.fit(ages()).totals


def test_with_columns_never_compared_the_three_are_counted(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ReleaseGuard, "allows_column", lambda *_column, **_beside: True)
    first, second = hospital.fit(ages()), hospital.fit(ages() + (np.arange(COUNT) < 3))
    assert second.totals[2] - first.totals[2] == 3


def test_a_sum_that_one_person_s_value_changes_is_not_told(hospital: Hospital) -> None:
    """A laboratory value over the limit, and the one before it that takes its place."""
    assert isinstance(hospital.add_up(ages()), Magnitude)
    assert isinstance(hospital.add_up(ages() - 20 * ONE), Suppressed)


def test_with_sums_never_compared_the_value_is_read(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ReleaseGuard, "allows_column", lambda *_column, **_beside: True)
    first, second = (hospital.add_up(values) for values in (ages(), ages() - 20 * ONE))
    assert isinstance(first, Magnitude)
    assert isinstance(second, Magnitude)
    assert first.value - second.value == 20


def score(few: int) -> tuple[np.ndarray, np.ndarray]:
    """The risks, and the chance by a model that says 1 of whoever has the one, and a half of the others."""
    has = np.column_stack([np.arange(COUNT) < few, np.zeros(COUNT)]).astype(float)
    model = RiskModel.model_validate(
        {
            "intercept": 0,
            "risks": [
                {
                    "feature": {"name": "rare", "domain": "condition", "concepts": [1]},
                    "coefficient": 100,
                }
            ],
        }
    )
    nothing = np.zeros(COUNT, dtype=np.int64)
    sexes = np.full(COUNT, "F")
    people = People("", np.arange(COUNT), nothing, nothing + EPOCH.year, nothing + 60, sexes, nothing + 1)
    return has[:, :1], find_chances(people, model=model, has=has)


@pytest.mark.parametrize("few", [1, 3, 10])
def test_a_model_of_risks_counts_nobody_whom_its_coefficients_choose(few: int) -> None:
    flags, chance = score(few)
    assert not allows_score(np.arange(COUNT), flags, chance, gate=ExactGate(RULES))


@pytest.mark.parametrize("few", [1, 3, 10])
def test_with_the_score_unseen_they_are_counted(few: int) -> None:
    _flags, chance = score(few)
    assert 2 * chance.sum() - COUNT == pytest.approx(few)


def lives() -> SurvivalRows:
    """One person has the event on day 65."""
    rng = np.random.default_rng(3)
    place = np.r_[64, rng.integers(66, 959, COUNT), rng.integers(0, 60, COUNT)]
    count = len(place)
    return SurvivalRows(
        np.arange(count),
        (),
        np.empty((count, 0)),
        place,
        np.r_[True, rng.random(count - 1) < 0.5],
        np.zeros(count, dtype=int),
        np.zeros(count, dtype=int),
        np.empty((count, 0)),
    )


def find_day_65(follow: Callable[[int], list[tuple[int, int]]]) -> int:
    """The events to day 65 less those to day 64."""
    by_64, by_65 = (dict(follow(grid)) for grid in (64, 65))
    return by_65[65] - by_64[64]


def test_two_grids_a_day_apart_show_nobody_s_day(hospital: Hospital) -> None:
    with pytest.raises(TooCloseModelError):
        find_day_65(lambda grid: hospital.follow(lives(), grid=grid))


def test_with_who_left_by_each_day_forgotten_the_day_is_known(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(survival, "list_leavers", lambda *_rows, **_ends: [])
    assert find_day_65(lambda grid: hospital.follow(lives(), grid=grid)) == 1


def test_a_day_by_sex_is_nobody_s_either(hospital: Hospital) -> None:
    """An empty cohort is refused as one of few, whatever the curves are split by."""
    asked = SurvivalParameters.model_validate({"event": RELAPSED, "until": 960, "split": SEX})
    for count in (0, 3):
        found = lives()
        few = replace(
            found,
            **{
                name: getattr(found, name)[:count]
                for name in ("persons", "matrix", "place", "event", "group", "stratum", "read")
            },
        )
        with pytest.raises(Exception, match="Trop peu de patients pour ce modèle"):
            survival.open_rounds(few, asked, gate=hospital.gate())
