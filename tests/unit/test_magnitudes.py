"""Sums, means, quantiles and models: what one person could be read from does not leave."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.disclosure import DisclosureRules, Suppressed, Suppression
from maillage.disclosure.magnitudes import (
    Magnitude,
    MagnitudeRules,
    allows_model,
    find_small_levels,
    protect_mean,
    protect_quantile,
    protect_sum,
)

RULES = DisclosureRules()
MAGNITUDES = MagnitudeRules()
AMOUNTS = st.lists(st.integers(-100, 5000), min_size=0, max_size=60).map(lambda each: np.array(each, float))


def show_sum(parts: list[float]) -> Magnitude | Suppressed:
    return protect_sum(np.array(parts, dtype=float), rules=RULES, magnitudes=MAGNITUDES)


def test_a_sum_that_nobody_dominates_is_shown_with_its_persons() -> None:
    assert show_sum([100.0] * 12) == Magnitude(1200.0, 12)


def test_persons_who_add_nothing_do_not_make_a_small_sum_a_large_one() -> None:
    assert show_sum([100.0] * 10 + [0.0] * 50) == Suppressed(Suppression.BELOW_FLOOR)


@pytest.mark.parametrize(
    "parts", [[10_000.0] + [1.0] * 20, [5000.0, 5000.0] + [10.0] * 20, [-10_000.0] + [1.0] * 20]
)
def test_a_sum_of_one_or_two_persons_and_a_few_crumbs_is_hidden(parts: list[float]) -> None:
    assert show_sum(parts) == Suppressed(Suppression.PROTECTED)


@given(AMOUNTS)
def test_the_second_contributor_never_knows_the_first_to_within_ten_percent(parts: np.ndarray) -> None:
    parts = np.abs(parts)
    match protect_sum(parts, rules=RULES, magnitudes=MAGNITUDES):
        case Magnitude(total):
            first, second = np.sort(parts)[::-1][:2]
            guess = total - second
            assert guess - first >= 0.1 * first - 1e-9 * total
        case Suppressed():
            pass


def test_a_mean_obeys_the_rules_of_its_sum() -> None:
    parts = np.array([100.0] * 12 + [0.0] * 12)
    assert protect_mean(parts, rules=RULES, magnitudes=MAGNITUDES) == Magnitude(50.0, 24)
    parts[0] = 1e6
    assert isinstance(protect_mean(parts, rules=RULES, magnitudes=MAGNITUDES), Suppressed)


@given(AMOUNTS, st.floats(0, 1), st.integers(0, 59))
def test_moving_one_persons_value_moves_a_quantile_by_an_eleventh_at_most(
    values: np.ndarray, level: float, who: int
) -> None:
    cell = protect_quantile(values, level, rules=RULES)
    if isinstance(cell, Suppressed):
        assert len(values) < 22
        return
    moved = values.copy()
    moved[who % len(values)] += 1000
    other = protect_quantile(moved, level, rules=RULES)
    assert isinstance(other, Magnitude)
    assert -1e-9 <= other.value - cell.value <= 1000 / 11 + 1e-9


def test_extremes_are_those_of_eleven_persons() -> None:
    values = np.arange(100.0)
    assert protect_quantile(values, 0, rules=RULES) == Magnitude(5.0, 11)
    assert protect_quantile(values, 1, rules=RULES) == Magnitude(94.0, 11)
    assert protect_quantile(values, 0.5, rules=RULES) == Magnitude(49.0, 11)


@pytest.mark.parametrize(
    ("persons", "parameters", "allowed"), [(100, 5, True), (15, 5, True), (14, 5, False), (10, 1, False)]
)
def test_a_model_keeps_ten_degrees_of_freedom(persons: int, parameters: int, allowed: bool) -> None:
    fitted = {"levels": {"F": 60, "M": 40}, "rules": RULES, "magnitudes": MAGNITUDES}
    assert allows_model(persons=persons, parameters=parameters, **fitted) is allowed


@pytest.mark.parametrize("small", [0, 1, 10])
def test_a_model_with_a_level_of_a_few_persons_does_not_leave(small: int) -> None:
    levels = {"decision: yes": 200, "unit: rare": small, "unit: common": 11}
    assert find_small_levels(levels, rules=RULES) == ("unit: rare",)
    fitted = {"persons": 211 + small, "parameters": 3, "rules": RULES, "magnitudes": MAGNITUDES}
    assert not allows_model(levels=levels, **fitted)
    assert allows_model(levels={**levels, "unit: rare": 11}, **fitted)


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_value_that_is_no_number_is_refused(value: float) -> None:
    values = np.array([100.0] * 30 + [value])
    for protect in (protect_sum, protect_mean):
        with pytest.raises(ValueError, match="finite"):
            protect(values, rules=RULES, magnitudes=MAGNITUDES)
    with pytest.raises(ValueError, match="finite"):
        protect_quantile(values, 0.5, rules=RULES)


@pytest.mark.parametrize(
    "wrong", [{"within_percent": 0.0}, {"share_percent": 100.0}, {"largest": 0}, {"degrees": 0}]
)
def test_rules_that_forbid_nothing_are_refused(wrong: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        MagnitudeRules(**wrong)  # pyright: ignore[reportArgumentType]


def test_a_level_out_of_range_is_refused() -> None:
    with pytest.raises(ValueError, match="level"):
        protect_quantile(np.arange(50.0), 1.5, rules=RULES)
