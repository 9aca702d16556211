"""Whether two answers may be of the same persons, by their cells alone."""

from typing import Any

import pytest

from maillage.hub.questions.alike import may_be_same, read_told

NOISY = {"noisy": 400, "deviation": 5}


def told(persons: dict[str, Any], *, years: dict[int, dict[str, Any]] | None = None) -> Any:
    listed = [{"year": year, "persons": cell} for year, cell in (years or {}).items()]
    content = {"persons": persons, "steps": [persons], "years": listed, "repeated": False}
    return {site: read_told(content, floor=11) for site in ("hcl", "chu-grenoble")}


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        (NOISY, NOISY, True),
        (NOISY, {"noisy": 420, "deviation": 5}, True),  # Ten persons apart, and ten of noise.
        (NOISY, {"noisy": 421, "deviation": 5}, False),
        ({"count": 40}, {"count": 40}, True),
        ({"count": 40}, {"count": 41}, False),  # The hospital's guard would have told 40 again.
        ({"band": [40, 49]}, {"band": [40, 49]}, True),
        ({"private": 40, "standard_deviation": 4.2}, {"private": 40, "standard_deviation": 4.2}, False),
    ],
)
def test_the_form_of_counts_says_what_same_is(
    one: dict[str, Any], other: dict[str, Any], *, same: bool
) -> None:
    assert may_be_same(told(one), told(other)) is same
    assert may_be_same(told(other), told(one)) is same


def test_one_hospital_with_other_persons_makes_it_another_cohort() -> None:
    beside = told(NOISY)
    beside["hcl"] = told({"noisy": 900, "deviation": 5})["hcl"]
    assert not may_be_same(told(NOISY), beside)


def test_a_cohort_of_a_year_is_found_in_the_years_of_another_wherever_they_stand() -> None:
    year = {"noisy": 60, "deviation": 5}
    every = told(NOISY, years={2020: year})
    every["hcl"] = told(NOISY, years={2018: NOISY, 2019: NOISY, 2020: year})["hcl"]
    assert may_be_same(told(year), every)
    assert may_be_same(every, told(year))
    moved = every | {"hcl": told(NOISY, years={2021: year})["hcl"]}
    assert not may_be_same(told(year), moved), "of another year it is another group"


def test_without_a_hospital_in_common_nothing_is_known() -> None:
    here, there = {"hcl": told(NOISY)["hcl"]}, {"chu-grenoble": told(NOISY)["hcl"]}
    assert not may_be_same(here, there)
