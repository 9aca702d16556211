"""S5 under noise: what steps tell in one answer, and what a day of questions averages out."""

import tomllib
from math import sqrt

import numpy as np
import pytest

from maillage.analysis.count.local import FoundPersons, protect
from maillage.analysis.count.spec import CountContent
from maillage.cli.demo.permits import BUDGETS
from maillage.disclosure import DisclosureRules, Noisy, Suppressed, Suppression
from maillage.disclosure.entropy import build_table
from maillage.disclosure.gates import Chain, Persons
from maillage.disclosure.inexact import InexactGate, noisy_gate
from maillage.disclosure.noise import NoiseRules
from maillage.exchange.permit import Budget, Budgets
from maillage.governance.committee import DRAFT

NOISE = NoiseRules()
TABLE = build_table(NOISE)
SECRET = bytes(range(32))
GROUP = np.arange(1_000_000, 1_000_011)
LEAST_MIXED = 3


def answer(others: Persons, *, few: int) -> CountContent:
    """Of a cohort of which a criterion leaves out `few`: who enters, then who is left."""
    ids = np.concatenate([others, GROUP[:few]])
    held = np.where(ids >= GROUP[0], 0, 1)
    found = FoundPersons(ids, held, np.where(held == 1, 2020, 0), rules=1)
    return protect(found, gate=noisy_gate(rules=DisclosureRules(), table=TABLE, secret=SECRET))


def difference(content: CountContent) -> int:
    first, second = content.steps
    assert isinstance(first, Noisy)
    assert isinstance(second, Noisy)
    return first.value - second.value


def draw_others(count: int) -> list[Persons]:
    """Cohorts that differ by a date or two: each has noise of its own."""
    chance = np.random.default_rng(7)
    return [chance.choice(100_000, size=int(chance.integers(300, 500)), replace=False) for _ in range(count)]


@pytest.mark.parametrize("few", [1, 3, 10])
def test_steps_do_not_tell_nobody_from_a_few(few: int) -> None:
    for others in draw_others(20):
        assert answer(others, few=few) == answer(others, few=0)


@pytest.mark.parametrize("few", [1, 10])
def test_nor_do_years(few: int) -> None:
    """An entry event that gives the group another year than all others."""

    def in_years(count: int) -> CountContent:
        ids = np.concatenate([np.arange(400), GROUP[:count]])
        years = np.where(ids >= GROUP[0], 2018, 2020)
        found = FoundPersons(ids, np.ones(len(ids), np.int64), years, rules=1)
        return protect(found, gate=noisy_gate(rules=DisclosureRules(), table=TABLE, secret=SECRET))

    nobody, somebody = in_years(0), in_years(few)
    for one in (nobody, somebody):
        assert [cell.persons for cell in one.years] == [one.persons], "the one year is told as the whole"
    assert nobody.other_years == somebody.other_years == Suppressed(Suppression.BELOW_FLOOR)


def test_a_criterion_that_leaves_out_enough_is_told() -> None:
    assert 0 < difference(answer(np.arange(400), few=11)) <= 11 + 2 * NOISE.deviation


def test_with_each_step_by_itself_one_question_tells_and_eighty_count(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    def each_alone(gate: InexactGate, steps: list[Persons], *, last: object) -> Chain:
        return Chain(tuple(gate.cell_of(persons) for persons in steps))

    monkeypatch.setattr(InexactGate, "chain", each_alone)
    many = draw_others(80)
    assert {difference(answer(others, few=0)) for others in many} == {0}, "nobody is left out: no noise"
    for few in (1, 3):
        found = [difference(answer(others, few=few)) for others in many]
        assert abs(sum(found) / len(found) - few) < 3 * sqrt(2 * NOISE.variance / len(found))


# --- a sample now takes two questions: with the group, and without


def half_width(budget: Budget, *, hospitals: int) -> float:
    """Of the mean over a budget's pairs of questions: in 95 of 100 cases the group's number is so near."""
    return 1.96 * sqrt(2 * hospitals * NOISE.variance / (budget.hold_after / 2))


@pytest.mark.parametrize(
    "budgets", [BUDGETS, Budgets.model_validate(tomllib.loads(DRAFT)["budgets"])], ids=["demo", "draft"]
)
def test_no_day_s_budget_counts_a_group_to_the_person(budgets: Budgets) -> None:
    assert half_width(budgets.per_hospital, hospitals=1) > 0.5
    assert half_width(budgets.total, hospitals=LEAST_MIXED) > 0.5


def test_the_arithmetic_is_that_of_the_table() -> None:
    """Two hundred pairs of questions: their mean strays as the variance says."""
    pairs = [wholes(others, few=3) - wholes(others, few=0) for others in draw_others(200)]
    spread = float(np.std(pairs))
    assert spread == pytest.approx(sqrt(2 * NOISE.variance), rel=0.2)


def wholes(others: Persons, *, few: int) -> int:
    gate = noisy_gate(rules=DisclosureRules(), table=TABLE, secret=SECRET)
    cell, _former = gate.whole(np.concatenate([others, GROUP[:few]]))
    assert isinstance(cell, Noisy)
    return cell.value
