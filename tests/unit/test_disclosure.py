"""The gates: what they show, what they hide, what cannot be subtracted."""

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.disclosure import (
    Band,
    Cell,
    Count,
    DisclosureRules,
    FloorError,
    Noisy,
    Suppressed,
    Suppression,
    cell_from_json,
    cell_to_json,
)
from maillage.disclosure.rules import protect_count
from maillage.disclosure.tables import protect_chain, protect_partition
from maillage.disclosure.values import Shown, add_up

RULES = DisclosureRules()
PERSONS = st.integers(0, 60)


def shown(cell: Cell) -> int | None:
    return cell.value if isinstance(cell, Count) else None


@pytest.mark.parametrize("persons", [0, 1, 10])
def test_under_the_floor_nothing_is_shown(persons: int) -> None:
    assert protect_count(persons, rules=RULES) == Suppressed(Suppression.BELOW_FLOOR)


def test_at_the_floor_the_count_is_shown() -> None:
    assert protect_count(11, rules=RULES) == Count(11)


def test_even_with_a_floor_of_one_zero_is_not_shown() -> None:
    rules = DisclosureRules(floor=1, network_floor=1)
    assert isinstance(protect_count(0, rules=rules), Suppressed)
    assert protect_count(1, rules=rules) == Count(1)


def test_a_site_may_raise_the_floor_and_never_lower_it() -> None:
    assert DisclosureRules(floor=20).floor == 20
    with pytest.raises(FloorError, match="inférieur"):
        DisclosureRules(floor=10)


@pytest.mark.parametrize("value", [0, -3, True])
def test_a_count_of_nobody_cannot_exist(value: int) -> None:
    with pytest.raises(ValueError, match="at least one"):
        Count(value)


def test_cells_cross_the_wire_unchanged() -> None:
    for cell in (Count(12), Noisy(12, 5), Band(11, 19), *(Suppressed(reason) for reason in Suppression)):
        assert cell_from_json(cell_to_json(cell)) == cell


@pytest.mark.parametrize(
    "document",
    [
        0,
        None,
        {},
        {"count": 0},
        {"count": True},
        {"count": "12"},
        {"count": 12, "suppressed": "protected"},
        {"count": 12, "deviation": 5},
        {"noisy": 12},
        {"noisy": 12, "deviation": 0},
        {"noisy": 0, "deviation": 5},
        {"band": [20]},
        {"band": [20, 20]},
        {"band": [0, 9]},
    ],
)
def test_anything_else_is_not_a_cell(document: object) -> None:
    with pytest.raises(ValueError):
        cell_from_json(document)


@pytest.mark.parametrize(
    ("cells", "total"),
    [
        ([Count(12), Count(30)], Count(42)),
        ([Count(12), Noisy(30, 5), Noisy(20, 3)], Noisy(62, 8)),
        ([Count(12), Band(20, 29)], Band(32, 41)),
        ([Noisy(30, 5), Band(20, 29)], Band(45, 64)),
    ],
)
def test_a_sum_is_as_exact_as_its_least_exact_term(cells: list[Shown], total: Shown) -> None:
    assert add_up(cells) == total


def test_an_attrition_keeps_its_answer_and_hides_the_step_too_close_to_it() -> None:
    cells = protect_chain([500, 103, 100, 100], rules=RULES)
    assert [shown(cell) for cell in cells] == [500, None, 100, 100]


def test_an_attrition_that_grows_is_a_fault_of_the_caller() -> None:
    with pytest.raises(ValueError, match="never grows"):
        protect_chain([10, 20], rules=RULES)


@given(st.lists(PERSONS, min_size=1, max_size=8))
def test_no_two_shown_steps_differ_by_a_few_persons(steps: list[int]) -> None:
    steps = sorted(steps, reverse=True)
    visible = [cell.value for cell in protect_chain(steps, rules=RULES) if isinstance(cell, Count)]
    assert all(earlier - later == 0 or earlier - later >= 11 for earlier, later in pairwise(visible))
    assert steps[-1] < 11 or steps[-1] in visible


@given(st.dictionaries(st.integers(2000, 2030), PERSONS, max_size=12))
def test_what_a_partition_hides_cannot_be_subtracted(groups: dict[int, int]) -> None:
    partition = protect_partition(groups, rules=RULES)
    visible = {group: cell.value for group, cell in partition.groups.items() if isinstance(cell, Count)}
    remainder = sum(groups.values()) - sum(visible.values())
    assert remainder == 0 or remainder >= 11 or not visible
    assert all(groups[group] == persons >= 11 for group, persons in visible.items())


@given(st.dictionaries(st.integers(2000, 2030), PERSONS, min_size=1, max_size=12))
def test_a_hidden_year_at_the_edge_is_not_even_named(groups: dict[int, int]) -> None:
    named = list(protect_partition(groups, rules=RULES).groups.items())
    assert not named or (isinstance(named[0][1], Count) and isinstance(named[-1][1], Count))


def test_one_small_year_takes_a_second_one_with_it() -> None:
    partition = protect_partition({2020: 40, 2021: 3, 2022: 12, 2023: 30}, rules=RULES)
    assert {year: shown(cell) for year, cell in partition.groups.items()} == {
        2020: 40,
        2021: None,
        2022: None,
        2023: 30,
    }
    assert partition.rest == Count(15)
