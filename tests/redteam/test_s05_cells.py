"""The cells of one table added up, and subtracted from another answer (S5)."""

from collections.abc import Mapping, Sequence
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from maillage.disclosure import DisclosureRules
from maillage.disclosure.gates import ExactGate
from maillage.disclosure.values import Count
from maillage.node.worker.guard import History, ReleaseGuard
from maillage.node.worker.releases import Asked, Releases

RULES = DisclosureRules(floor=11, network_floor=11)
YEARS = {2019: range(120), 2020: range(120, 260), 2021: range(260, 400)}
UNIONS = ("maillage.node.worker.guard.is_near_union", "maillage.disclosure.released.is_near_union")


class Hospital:
    """Answers how many persons, and how many by year or by bin, through its gate, guard and file."""

    def __init__(self, folder: Path) -> None:
        self._releases = Releases(folder)
        self._asked = 0

    def count(
        self, persons: Sequence[int], groups: Mapping[int, Sequence[int]] | None = None
    ) -> tuple[int | None, dict[int, int]]:
        self._asked += 1
        guard = ReleaseGuard(
            self._releases,
            History(self._releases, scope="alice"),
            job=f"task-{self._asked}",
            floor=RULES.floor,
            asked=Asked("count", f"words {self._asked}"),
        )
        gate = ExactGate(RULES, guard)
        whole, _former = gate.whole(np.array(persons, dtype=np.int64))
        sets = {name: np.array(group, dtype=np.int64) for name, group in (groups or {}).items()}
        cells = gate.partition(sets).groups if sets else {}
        gate.settle({})
        shown = {name: cell.value for name, cell in cells.items() if isinstance(cell, Count)}
        return whole.value if isinstance(whole, Count) else None, shown


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    return Hospital(tmp_path)


def test_years_told_together_less_a_few_are_not_told(hospital: Hospital) -> None:
    assert hospital.count(range(400), YEARS) == (400, {2019: 120, 2020: 140, 2021: 140})
    assert hospital.count(range(123, 400)) == (None, {}), "280 of two years, less three"
    assert hospital.count(range(120, 400))[0] == 280, "which the two years told already"


def test_nor_are_the_years_of_a_cohort_that_was_told_less_a_few(hospital: Hospital) -> None:
    assert hospital.count(range(123, 400))[0] == 277
    _whole, years = hospital.count(range(400), YEARS)
    assert not {2020, 2021} <= years.keys()


def test_with_cells_never_added_up_the_three_are_found(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    for union in UNIONS:
        monkeypatch.setattr(union, lambda *_sets, **_floor: False)
    whole, years = hospital.count(range(400), YEARS)
    less, _none = hospital.count(range(123, 400))
    assert whole is not None
    assert less is not None
    assert whole - years[2019] - less == 3


def bins(*edges: int) -> dict[int, range]:
    return {low: range(low, high) for low, high in pairwise(edges)}


def test_two_histograms_with_edges_close_by_do_not_count_who_lies_between(hospital: Hospital) -> None:
    hospital.count(range(400), bins(0, 100, 200, 300, 400))
    _whole, second = hospital.count(range(400), bins(0, 50, 203, 250, 400))
    assert not {0, 50} <= second.keys(), "203 to both edges, less 200"


def test_with_cells_never_added_up_they_are_counted(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    for union in UNIONS:
        monkeypatch.setattr(union, lambda *_sets, **_floor: False)
    _whole, first = hospital.count(range(400), bins(0, 100, 200, 300, 400))
    _whole, second = hospital.count(range(400), bins(0, 50, 203, 250, 400))
    assert second[0] + second[50] - first[0] - first[100] == 3
