"""Differentially private counts: the law of the noise, what a person changes, what an answer costs."""

from math import exp
from typing import Any

import numpy as np
import pytest

from maillage.disclosure import Count, DisclosureRules, Private, Suppressed, Suppression
from maillage.disclosure.private import PARTS, PrivateGate, add_noise, standard_deviation
from maillage.disclosure.values import Band, Noisy, add_up, cell_from_json, cell_to_json

RULES = DisclosureRules()
DRAWS = 40_000


def gate(epsilon: float = 3.0, *, kept: list[Any] | None = None) -> PrivateGate:
    return PrivateGate(RULES, epsilon, range(2018, 2023), keep=(kept if kept is not None else []).append)


def persons(count: int) -> np.ndarray:
    return np.arange(count, dtype=np.int64)


@pytest.mark.parametrize(("changed", "epsilon"), [(1, 1.0), (1, 0.25), (4, 1.0)])
def test_noise_follows_the_discrete_laplace_law(changed: int, epsilon: float) -> None:
    """Chances fall by exp(-ε/changed) a step: each one within 5 standard errors of 40,000 draws."""
    drawn, deviation = add_noise([1000] * DRAWS, changed=changed, epsilon=epsilon)
    noise = np.array(drawn) - 1000
    ratio = exp(-epsilon / changed)
    for value in range(-6, 7):
        chance = (1 - ratio) / (1 + ratio) * ratio ** abs(value)
        error = (chance * (1 - chance) / DRAWS) ** 0.5
        assert abs(float((noise == value).mean()) - chance) < 5 * error, value
    assert abs(float(noise.mean())) < 5 * deviation / DRAWS**0.5
    assert float(noise.std()) == pytest.approx(deviation, rel=0.03)


def test_one_person_more_changes_no_chance_by_more_than_the_cost() -> None:
    """The definition itself, on what leaves: of neighbours the chances differ by e^ε at most."""
    epsilon = 1.0
    with_her, _spread = add_noise([31] * DRAWS, changed=1, epsilon=epsilon)
    without, _spread = add_noise([30] * DRAWS, changed=1, epsilon=epsilon)
    for shown in range(28, 34):
        one, other = (float((np.array(each) == shown).mean()) for each in (with_her, without))
        assert max(one, other) / min(one, other) < exp(epsilon) * 1.15


def test_a_longer_attrition_is_noisier_and_more_years_are_not() -> None:
    few, many = gate(), gate()
    short = few.chain([persons(500)] * 2, last=Count(500)).cells[0]
    long = many.chain([persons(500)] * 10, last=Count(500)).cells[0]
    assert isinstance(short, Private)
    assert isinstance(long, Private)
    share = 3.0 / PARTS
    assert short.standard_deviation == pytest.approx(standard_deviation(2 / share), rel=1e-3)
    assert long.standard_deviation == pytest.approx(standard_deviation(10 / share), rel=1e-3)
    years = few.partition({year: persons(200) for year in range(2018, 2023)})
    spreads = {cell.standard_deviation for cell in years.groups.values() if isinstance(cell, Private)}
    assert spreads == {round(standard_deviation(1 / share), 3)}


def test_a_number_under_the_floor_is_hidden_by_its_noisy_value_alone() -> None:
    shown = [gate(0.9).whole(persons(11))[0] for _ in range(60)]
    hidden = [cell for cell in shown if cell == Suppressed(Suppression.BELOW_FLOOR)]
    assert 0 < len(hidden) < 60
    assert all(cell.value >= 11 for cell in shown if isinstance(cell, Private))
    assert any(isinstance(gate(0.3).whole(persons(8))[0], Private) for _ in range(60)), "nobody looked at 8"


def test_years_are_those_of_the_permit_whoever_is_in_them() -> None:
    """A year of one person outside the list leaves no trace, nor does the list's empty year an absence."""
    drawn = gate(30).partition({1990: persons(1), 2019: persons(50), 2021: persons(40)})
    assert list(drawn.groups) == [2019, 2020, 2021]
    assert drawn.groups[2020] == drawn.rest == Suppressed(Suppression.PROTECTED)


def test_groups_that_the_question_names_take_the_place_of_years() -> None:
    found = gate().partition({0: persons(500), 1: persons(0), 2: persons(700)}, declared=True)
    assert isinstance(found.groups[0], Private)
    assert isinstance(found.groups[2], Private)
    assert 2018 not in found.groups
    assert isinstance(found.rest, Suppressed)


def test_a_part_is_drawn_once_an_answer() -> None:
    once = gate()
    once.whole(persons(50))
    with pytest.raises(RuntimeError, match="once"):
        once.whole(persons(50))


@pytest.mark.parametrize(("changed", "epsilon"), [(0, 1.0), (1, 0.0), (1, -1.0)])
def test_noise_that_costs_or_hides_nothing_is_refused(changed: int, epsilon: float) -> None:
    with pytest.raises(ValueError):
        add_noise([50], changed=changed, epsilon=epsilon)


def test_sums_of_private_counts_add_their_variances() -> None:
    total = add_up([Private(40, 3.0), Private(60, 4.0)])
    assert total == Private(100, 5.0)
    assert add_up([Private(40, 3.0), Count(60)]) == Private(100, 3.0)
    assert add_up([Private(40, 3.0), Noisy(60, 4), Band(10, 20)]) == Private(115, round(50**0.5, 3))
    assert isinstance(total, Private)
    assert total.margin == 11


@pytest.mark.parametrize(
    "wrong",
    [{"private": 0, "standard_deviation": 2.0}, {"private": 4}, {"private": 4, "standard_deviation": 0.0}],
)
def test_a_private_cell_has_persons_and_a_spread(wrong: dict[str, Any]) -> None:
    with pytest.raises(ValueError):
        cell_from_json(wrong)
    assert cell_from_json(cell_to_json(Private(12, 2.5))) == Private(12, 2.5)
