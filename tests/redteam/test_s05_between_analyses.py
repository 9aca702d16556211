"""S5 between analyses: two analyses of one cohort, or of two that differ by a few, tell nothing of the few.

The attacker asks a count of one cohort and a table of another, under one permit. A hospital answers through
its real gate, guard and file.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from maillage.analysis.count.local import FoundPersons
from maillage.analysis.count.local import protect as protect_count
from maillage.analysis.tabular.drafts import Groups, Split
from maillage.analysis.tabular.people import Found, protect
from maillage.disclosure import DisclosureRules, gates
from maillage.disclosure.gates import ExactGate
from maillage.disclosure.guarding import Former
from maillage.node.worker.guard import History, ReleaseGuard, find_scope
from maillage.node.worker.releases import Asked, Releases

RULES = DisclosureRules()
SCOPE = find_scope(permit="sha256:" + "cd" * 32, requester="alice")


class Hospital:
    """Answers sets of persons, under the words of their definition, by a count or by tables."""

    def __init__(self, folder: Path) -> None:
        self._releases = Releases(folder)
        self._asked = 0

    def count(self, persons: Sequence[int], *, words: str) -> dict[str, Any]:
        ids = np.array(persons, dtype=np.int64)
        found = FoundPersons(ids, np.zeros(len(ids), np.int64), np.full(len(ids), 2020), rules=0)
        gate = ExactGate(RULES, self._guard("count", words))
        return protect_count(found, gate=gate).model_dump(mode="json")

    def describe(
        self, persons: Sequence[int], *, words: str, groups: Mapping[str, Sequence[int]]
    ) -> dict[str, Any]:
        whole = np.array(persons, dtype=np.int64)
        sets = {
            name: np.intersect1d(np.array(group, dtype=np.int64), whole) for name, group in groups.items()
        }
        half = {"even": whole[whole % 2 == 0], "odd": whole[whole % 2 == 1]}
        found = Found(whole, [Split("half", half), Groups("group", sets)])
        gate = ExactGate(RULES, self._guard(f"describe {sorted(groups)}", words))
        return protect(found, gate=gate).model_dump(mode="json")

    def _guard(self, question: str, definition: str) -> ReleaseGuard:
        self._asked += 1
        return ReleaseGuard(
            self._releases,
            History(self._releases, scope=SCOPE),
            job=f"task-{self._asked}",
            floor=RULES.floor,
            asked=Asked(question, definition),
        )


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    return Hospital(tmp_path)


def shown(document: Mapping[str, Any], table: str) -> dict[str, int]:
    (rows,) = (one["rows"] for one in document["tables"] if one["id"] == table)
    return {row["key"]: row["persons"]["count"] for row in rows if "count" in row["persons"]}


GROUPS = {"diabetes": range(0, 100, 3), "stroke": range(0, 100, 4)}


def test_a_definition_that_was_counted_can_be_described(hospital: Hospital) -> None:
    hospital.count(range(100), words="heart failure")
    described = hospital.describe(range(100), words="heart failure", groups=GROUPS)
    assert described["persons"] == {"count": 100}
    assert not described["repeated"]
    assert shown(described, "group") == {"diabetes": 34, "stroke": 25}


def test_a_definition_that_was_described_can_be_counted(hospital: Hospital) -> None:
    hospital.describe(range(100), words="heart failure", groups=GROUPS)
    counted = hospital.count(range(100), words="heart failure")
    assert not counted["repeated"]
    assert counted["years"] == [{"year": 2020, "persons": {"count": 100}}]
    assert not counted["repeated_steps"]


def test_in_other_words_the_same_persons_are_not_told_from_a_few_less(hospital: Hospital) -> None:
    """Else a table would be an oracle of membership: it comes when my neighbour is not in the difference."""
    hospital.count(range(100), words="heart failure")
    same = hospital.describe(range(100), words="heart failure, born before 2100", groups=GROUPS)
    less = hospital.describe(range(97), words="heart failure, not born on that day", groups=GROUPS)
    assert same == less == {"persons": {"count": 100}, "tables": [], "repeated": True}


def test_the_same_table_of_a_few_less_is_the_former_one(hospital: Hospital) -> None:
    first = hospital.describe(range(100), words="heart failure", groups=GROUPS)
    less = hospital.describe(range(97), words="heart failure, fewer", groups=GROUPS)
    assert less == first | {"repeated": True}


def test_a_group_that_differs_from_one_shown_before_by_a_few_is_hidden(hospital: Hospital) -> None:
    """The cohorts lie far apart; diabetics of the larger are those of the smaller and four more."""
    small, large = range(100), range(140)
    diabetics = [*range(40), *range(100, 104)]
    first = hospital.describe(small, words="small", groups={"diabetes": diabetics})
    second = hospital.describe(large, words="large", groups={"diabetes": diabetics})
    assert shown(first, "group") == {"diabetes": 40}
    assert shown(second, "group") == {}
    assert shown(second, "half"), "the rest of the table stands"


def test_two_groups_of_one_table_that_differ_by_a_few_are_not_both_shown(hospital: Hospital) -> None:
    found = hospital.describe(
        range(200), words="all", groups={"drug class": range(50), "drug": range(45), "other": range(60, 90)}
    )
    assert shown(found, "group") == {"drug class": 50, "other": 30}


def test_a_group_that_nearly_everybody_is_in_is_hidden(hospital: Hospital) -> None:
    found = hospital.describe(range(200), words="all", groups={"most": range(195), "all": range(200)})
    assert shown(found, "group") == {"all": 200}


def test_a_group_and_the_rest_of_another_that_differ_by_a_few_are_not_both_shown(hospital: Hospital) -> None:
    """Women are everybody less the men: a group of all women but three tells of the three."""
    odd = [one for one in range(200) if one % 2][:-3]
    found = hospital.describe(range(200), words="all", groups={"pill": odd})
    assert shown(found, "half") == {"even": 100, "odd": 100}
    assert shown(found, "group") == {}


def test_with_former_answers_not_standing_a_table_is_an_oracle_of_membership(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(Former, "stands", property(lambda _self: False))
    monkeypatch.setattr(ReleaseGuard, "allow_cells", lambda _guard, _cells: True)
    counted = hospital.count(range(100), words="heart failure")
    less = hospital.describe(range(97), words="heart failure, not born on that day", groups=GROUPS)
    assert counted["persons"]["count"] - sum(shown(less, "half").values()) == 3, "the few are counted"


def test_with_groups_not_compared_the_few_between_two_are_counted(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(gates, "choose_groups", lambda groups, **_rest: frozenset(groups))
    found = hospital.describe(range(200), words="all", groups={"drug class": range(50), "drug": range(45)})
    assert shown(found, "group")["drug class"] - shown(found, "group")["drug"] == 5
