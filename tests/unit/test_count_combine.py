"""The hub's half of count: who is in the total, and what a total must not give away."""

from typing import Any

import pytest

from maillage.analysis.base import Contribution
from maillage.analysis.count.combine import combine
from maillage.analysis.errors import ContentError

SMALL = {"suppressed": "below_floor"}


def content(
    persons: int | None, *, steps: list[int | None] | None = None, years: dict[int, int | None] | None = None
) -> dict[str, Any]:
    def cell(value: int | None) -> dict[str, Any]:
        return {"count": value} if value else SMALL

    rest = (persons or 0) - sum(value or 0 for value in (years or {}).values())
    return {
        "persons": cell(persons),
        "steps": [cell(step) for step in steps or [persons]],
        "years": [{"year": year, "persons": cell(value)} for year, value in (years or {}).items()],
        "other_years": cell(rest) if rest or not years else None,
    }


def run(*contents: dict[str, Any], alone: bool = True, minimum_sites: int = 3) -> dict[str, Any]:
    contributions = {
        f"site-{index}": Contribution(document, shown_alone=alone) for index, document in enumerate(contents)
    }
    return combine(contributions, floor=11, minimum_sites=minimum_sites)


def test_the_total_is_the_sum_and_says_who_is_in_it() -> None:
    document = run(content(100), content(50), content(20))
    assert document["persons"] == {"count": 170}
    assert document["contributing"] == ["site-0", "site-1", "site-2"]
    assert document["left_out"] == []


def test_a_suppressed_hospital_is_left_out_by_name_and_not_counted_as_zero() -> None:
    document = run(content(100), content(50), content(None))
    assert document["persons"] == {"count": 150}
    assert document["left_out"] == [{"id": "site-2", "why": "below_floor"}]


def test_when_every_hospital_is_suppressed_so_is_the_total() -> None:
    assert run(content(None), content(None))["persons"] == SMALL


def test_hospitals_that_are_not_shown_alone_need_company() -> None:
    two = run(content(100), content(50), alone=False)
    assert two["persons"] == {"suppressed": "too_few_sites"}
    assert {line["why"] for line in two["left_out"]} == {"too_few_sites"}
    assert run(content(100), content(50), content(20), alone=False)["persons"] == {"count": 170}


def test_one_shy_hospital_beside_three_shown_ones_cannot_be_found_by_subtraction() -> None:
    contributions = {f"site-{index}": Contribution(content(100), shown_alone=True) for index in range(3)}
    contributions["site-shy"] = Contribution(content(70), shown_alone=False)
    document = combine(contributions, floor=11, minimum_sites=3)
    assert document["persons"] == {"count": 300}
    assert document["left_out"] == [{"id": "site-shy", "why": "too_few_sites"}]


def test_a_step_that_one_hospital_hides_has_no_total() -> None:
    document = run(content(100, steps=[300, 100]), content(50, steps=[None, 50]))
    assert document["steps"] == [{"suppressed": "protected"}, {"count": 150}]


def test_a_year_says_which_hospitals_are_in_it() -> None:
    document = run(
        content(60, years={2020: 30, 2021: 30}), content(40, years={2020: 40}), content(30, years={2021: 30})
    )
    assert document["years"] == [
        {"year": 2020, "persons": {"count": 70}, "contributing": ["site-0", "site-1"], "complete": False},
        {"year": 2021, "persons": {"count": 60}, "contributing": ["site-0", "site-2"], "complete": False},
    ]


def test_years_of_hospitals_not_shown_alone_are_all_or_nothing() -> None:
    document = run(
        content(60, years={2020: 30, 2021: 30}),
        content(40, years={2020: 40, 2021: None}),
        content(30, years={2020: 30}),
        alone=False,
    )
    assert [row["persons"] for row in document["years"]] == [{"count": 100}, {"suppressed": "protected"}]


@pytest.mark.parametrize(
    "broken",
    [
        {"persons": {"count": 100}},
        content(100) | {"name": "Mme Dupont"},
        content(100) | {"persons": {"count": 0}},
        content(100) | {"persons": 100},
        content(5),
        content(100, steps=[100, 3]),
        content(100, years={2020: 4}),
    ],
)
def test_a_content_of_another_form_or_under_the_floor_is_refused(broken: dict[str, Any]) -> None:
    with pytest.raises(ContentError):
        run(broken)


def test_hospitals_that_counted_other_rules_are_not_added_up() -> None:
    with pytest.raises(ContentError, match="mêmes critères"):
        run(content(100, steps=[200, 100]), content(50, steps=[50]))


def approximate(cell: dict[str, Any]) -> dict[str, Any]:
    return {"persons": cell, "steps": [cell], "years": [{"year": 2020, "persons": cell}], "other_years": None}


def test_a_total_with_a_noisy_hospital_says_how_far_it_may_be() -> None:
    document = run(content(100, years={2020: 100}), approximate({"noisy": 40, "deviation": 5}))
    assert document["persons"] == {"noisy": 140, "deviation": 5}
    assert document["years"][0]["persons"] == {"noisy": 140, "deviation": 5}


def test_a_total_with_a_band_is_a_band() -> None:
    assert run(content(100), approximate({"band": [20, 29]}))["persons"] == {"band": [120, 129]}


@pytest.mark.parametrize("cell", [{"noisy": 10, "deviation": 5}, {"band": [1, 19]}])
def test_an_approximate_cell_under_the_floor_is_refused_too(cell: dict[str, Any]) -> None:
    with pytest.raises(ContentError, match="seuil"):
        run(approximate(cell))
