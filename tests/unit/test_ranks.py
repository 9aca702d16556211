"""Ranks of persons: of those met and those met later, and of a part as of its persons."""

import numpy as np
import pytest

from maillage.disclosure.persons import BySize, Part, Ranked, Ranks

FEW_GAPS = np.arange(1_000, 3_000, 2)
MANY_GAPS = FEW_GAPS**3


@pytest.mark.parametrize("ids", [FEW_GAPS, MANY_GAPS])
@pytest.mark.parametrize("order", [1, -1])
def test_a_rank_is_the_place_at_which_a_person_was_met(ids: np.ndarray, order: int) -> None:
    met = np.random.default_rng(5).permutation(ids)
    ranks = Ranks(met)
    assert ranks.find(met[::order]).tolist() == list(range(len(met)))[::order]
    assert ranks.rank(met[100:300][::order]).bits == ranks.rank(np.sort(met[100:300])).bits
    assert list(ranks.rank(met[100:103]).bits) == [100, 101, 102]


@pytest.mark.parametrize("ids", [FEW_GAPS, MANY_GAPS])
@pytest.mark.parametrize(
    "strangers", [[1_001], [3_001, 1_003], [999, 5], [2**40, 2**62], [-7, 1_001, 10**12]], ids=str
)
def test_who_is_met_later_gets_the_next_rank_and_nobody_changes(
    ids: np.ndarray, strangers: list[int]
) -> None:
    ranks = Ranks(ids)
    for _again in range(2):
        found = ranks.find(np.array([*strangers, int(ids[7])]))
        assert found.tolist() == [*(len(ids) + np.argsort(np.argsort(strangers))), 7]
    assert ranks.find(ids).tolist() == list(range(len(ids)))
    assert sorted(ranks.unwritten.tolist()) == sorted(strangers)


def test_nobody_is_met_at_first() -> None:
    ranks = Ranks()
    assert ranks.find(np.array([], dtype=np.int64)).tolist() == []
    assert ranks.find(np.array([30, 10, 30])).tolist() == [1, 0, 1]


def test_a_part_has_the_ranks_of_its_persons() -> None:
    ranks = Ranks(FEW_GAPS[::-1].copy())
    ranked = Ranked(rank=ranks.rank, find=ranks.find)
    places = np.array([5, 2, 999])
    part = Part(FEW_GAPS, places)
    assert len(part) == 3
    assert ranked.rank(part).bits == ranked.rank(FEW_GAPS[places]).bits
    assert ranked.rank(part) is ranked.rank(part)


def test_sets_of_about_a_size_are_those_that_differ_by_less() -> None:
    held = BySize[str]()
    for name, persons in (("c", 30), ("a", 10), ("b", 20), ("d", 20)):
        held.add(persons, name)
    assert list(held.about(20, within=10)) == ["b", "d"]
    assert list(held.about(20, within=11)) == ["a", "b", "d", "c"]
    assert list(held.about(31, within=1)) == []
    assert list(held.about(-100, within=5)) == []
