"""S5 for joint questions: what two parts tell of the same persons is not subtracted.

The attacker asks two analyses of one cohort in one question. A hospital answers sets of persons through its
real gates, guard and file, each part through a gate of its own.
"""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from maillage.analysis.count.local import FoundPersons
from maillage.analysis.count.local import protect as protect_count
from maillage.analysis.tabular.drafts import Draft, Groups, Split
from maillage.analysis.tabular.people import Found, protect
from maillage.disclosure import DisclosureRules
from maillage.disclosure.evidence import Relation, RuleName, Witness
from maillage.disclosure.gates import ExactGate
from maillage.node.worker.guard import History, ReleaseGuard, find_scope
from maillage.node.worker.releases import Asked, Releases

RULES = DisclosureRules()
SCOPE = find_scope(permit="sha256:" + "cd" * 32, requester="alice")
PERSONS = range(200)
YEARS = {2020: range(100), 2021: range(100, 200)}


def ids(persons: Sequence[int]) -> Any:
    return np.array(persons, dtype=np.int64)


class Hospital:
    """Answers joint questions of one definition: a count by year, then tables, each by its part's gate."""

    def __init__(self, folder: Path) -> None:
        self._releases = Releases(folder)
        self._history = History(self._releases, scope=SCOPE)
        self._asked = 0
        self.joint = self.begin()

    def begin(self) -> Witness:
        """The gate of the next question."""
        self._asked += 1
        guard = ReleaseGuard(
            self._releases,
            self._history,
            job=f"task-{self._asked}",
            floor=RULES.floor,
            asked=Asked("several", "heart failure"),
        )
        rules = (RuleName.FLOOR, RuleName.DIFFERENCING)
        self.joint = Witness(ExactGate(RULES, guard), rules=rules, former=guard.former, compare=guard.compare)
        return self.joint

    def count(self) -> dict[int, int]:
        """The years that are shown."""
        year = np.concatenate([np.full(len(persons), name) for name, persons in YEARS.items()])
        found = FoundPersons(ids(PERSONS), np.zeros(len(PERSONS), np.int64), year, rules=0)
        content = protect_count(found, gate=self.joint.for_part("count")).model_dump(mode="json")
        return {row["year"]: row["persons"]["count"] for row in content["years"] if "count" in row["persons"]}

    def describe(self, draft: Draft, *, whole: Sequence[int] = PERSONS) -> dict[str, int]:
        """The rows of a table that are shown."""
        gate = self.joint.for_part(f"describe {draft.id}")
        content = protect(Found(ids(whole), [draft]), gate=gate).model_dump(mode="json")
        rows = [row for table in content["tables"] for row in table["rows"]]
        return {row["key"]: row["persons"]["count"] for row in rows if "count" in row["persons"]}


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    return Hospital(tmp_path)


def split(**groups: Sequence[int]) -> Split:
    return Split("split", {name: ids(persons) for name, persons in groups.items()})


def quarters() -> Split:
    """Two that are 2020 but for four persons; none of them is near a year."""
    return split(a=range(50), b=range(50, 96), c=range(96, 150), d=range(150, 200))


def test_parts_of_the_same_persons_are_both_told(hospital: Hospital) -> None:
    assert hospital.count() == {2020: 100, 2021: 100}
    assert hospital.describe(split(men=range(0, 200, 2), women=range(1, 200, 2))) == {
        "men": 100,
        "women": 100,
    }


def test_a_group_and_a_year_of_another_part_that_differ_by_three_are_not_both_told(
    hospital: Hospital,
) -> None:
    hospital.count()
    found = hospital.describe(Groups("drug", {"pill": ids(range(97)), "other": ids(range(60, 160))}))
    assert found == {"other": 100}


def test_with_the_earlier_part_forgotten_the_three_are_counted(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ExactGate, "settle", lambda _gate, _content: None)
    years = hospital.count()
    found = hospital.describe(Groups("drug", {"pill": ids(range(97)), "other": ids(range(60, 160))}))
    assert years[2020] - found["pill"] == 3


def test_cells_that_fill_a_year_of_another_part_but_for_four_are_not_told(hospital: Hospital) -> None:
    assert hospital.count() == {2020: 100, 2021: 100}
    assert hospital.describe(quarters()) == {"c": 54}, "beside the rest, which is no year but for four"


def test_nor_is_the_year_when_its_cells_came_first(hospital: Hospital) -> None:
    assert hospital.describe(quarters()) == {"a": 50, "b": 46, "c": 54, "d": 50}
    assert hospital.count() == {}, "2020 is a and b and four more, and 2021 the rest of it"


def test_with_cells_compared_one_by_one_the_four_are_counted(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(ReleaseGuard, "allow_cells", lambda _guard, _cells: True)
    for room in ("node.worker.guard", "disclosure.released"):
        monkeypatch.setattr(f"maillage.{room}.is_near_union", lambda *_sets, **_floor: False)
    told = hospital.describe(quarters())
    assert hospital.count()[2020] - told["a"] - told["b"] == 4


def test_a_part_of_almost_all_persons_gets_their_number_and_no_table(hospital: Hospital) -> None:
    hospital.count()
    assert hospital.describe(split(men=range(0, 197, 2), women=range(1, 197, 2)), whole=range(197)) == {}


def test_asked_again_alone_a_part_is_the_former_answer(hospital: Hospital) -> None:
    first = hospital.count()
    hospital.begin()
    gate = hospital.joint.for_part("count")
    _cell, former = gate.whole(ids(PERSONS))
    assert former is not None
    assert former.content is not None
    assert {row["year"]: row["persons"]["count"] for row in former.content["years"]} == first


def test_the_trace_is_that_of_all_parts_and_names_no_part_as_another_answer(hospital: Hospital) -> None:
    hospital.count()
    hospital.describe(split(men=range(0, 200, 2), women=range(1, 200, 2)))
    trace = hospital.joint.trace()
    assert trace.neighbours == ()
    assert trace.former == 0
    # Two wholes, a step, two years, men, women and the rest that nobody is in.
    assert (trace.given, trace.shown) == (8, 7)
    hospital.begin()
    hospital.count()
    (neighbour,) = hospital.joint.trace().neighbours
    assert (neighbour.job, neighbour.relation) == ("task-1", Relation.SAME)


def test_a_job_that_runs_again_forgets_every_part(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path)
    hospital.count()
    hospital.describe(split(men=range(0, 200, 2), women=range(1, 200, 2)))
    releases = Releases(tmp_path)
    assert releases.list_kept(SCOPE)
    assert releases.forget_job("task-1")
    assert releases.list_kept(SCOPE) == []
