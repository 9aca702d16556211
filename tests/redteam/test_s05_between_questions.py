"""S5 between questions: whoever subtracts one answer from another finds nothing of 1 to 10 persons.

The attacker chooses cohorts freely, as sets of persons, and knows which contains which. A hospital answers
through its real gate, guard and file; nothing here is faked.
"""

from collections.abc import Sequence
from itertools import combinations
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.analysis.count.local import FoundPersons, protect
from maillage.disclosure import NETWORK_FLOOR, DisclosureRules
from maillage.disclosure.entropy import build_table
from maillage.disclosure.gates import ExactGate
from maillage.disclosure.inexact import noisy_gate
from maillage.disclosure.noise import NoiseRules
from maillage.node.errors import ReleasesBrokenError
from maillage.node.worker.guard import History, ReleaseGuard, find_scope
from maillage.node.worker.releases import Asked, Releases

RULES = DisclosureRules()


class Hospital:
    """Answers cohorts given as sets of persons, each through the gate, for one requester under one permit."""

    def __init__(self, folder: Path, *, guarded: bool = True, requester: str = "alice") -> None:
        self.releases = Releases(folder)
        self.scope = find_scope(permit="sha256:" + "cd" * 32, requester=requester)
        self.guarded = guarded
        self.asked = 0

    def ask(self, persons: Sequence[int], *, years: Sequence[int] = ()) -> dict[str, Any]:
        """The document that leaves; every person entered in 2020 unless `years` says otherwise."""
        ids = np.array(sorted(persons), dtype=np.int64)
        year = np.array(years or [2020] * len(ids), dtype=np.int64)
        found = FoundPersons(ids, np.zeros(len(ids), dtype=np.int64), year, rules=0)
        self.asked += 1
        return protect(found, gate=ExactGate(RULES, self._guard())).model_dump(mode="json")

    def _guard(self) -> ReleaseGuard | None:
        if not self.guarded:
            return None
        # Read from the file each time, as after a restart.
        history = History(self.releases, scope=self.scope)
        asked = Asked(question="count", definition=f"words-{self.asked}")
        return ReleaseGuard(self.releases, history, job=f"task-{self.asked}", floor=RULES.floor, asked=asked)


@pytest.fixture
def hospital(tmp_path: Path) -> Hospital:
    return Hospital(tmp_path)


def count(document: dict[str, Any]) -> int | None:
    return document["persons"].get("count")


def test_a_cohort_and_the_same_less_a_few_give_one_number(hospital: Hospital) -> None:
    whole = hospital.ask(range(100))
    less = hospital.ask(range(95))
    assert (count(whole), count(less)) == (100, 100)
    assert not whole["repeated"]
    assert less["repeated"]


def test_the_same_persons_asked_in_other_words_are_not_told_from_a_few_less(hospital: Hospital) -> None:
    hospital.ask(range(100), years=[2019] * 40 + [2020] * 60)
    again = hospital.ask(range(100), years=[2019] * 40 + [2020] * 60)
    less = hospital.ask(range(3, 100), years=[2019] * 37 + [2020] * 60)
    assert again == less


def test_with_the_guard_switched_off_the_subtraction_wins(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path, guarded=False)
    whole, less = count(hospital.ask(range(100))), count(hospital.ask(range(95)))
    assert whole is not None
    assert less is not None
    assert 0 < whole - less < NETWORK_FLOOR


def test_two_parts_that_nearly_fill_a_whole_are_not_both_told(hospital: Hospital) -> None:
    assert count(hospital.ask(range(100))) == 100
    assert count(hospital.ask(range(50))) == 50
    assert hospital.ask(range(55, 100))["persons"] == {"suppressed": "protected"}


def test_a_year_of_one_answer_protects_the_cohort_of_another(hospital: Hospital) -> None:
    hospital.ask(range(100), years=[2019] * 40 + [2020] * 60)
    nearly_2019 = hospital.ask(range(37))
    assert (count(nearly_2019), nearly_2019["repeated"]) == (40, True)


def test_a_year_close_to_a_former_cohort_is_hidden_with_another(hospital: Hospital) -> None:
    hospital.ask(range(37))
    shown = hospital.ask(range(200), years=[2018] * 40 + [2019] * 80 + [2020] * 80)
    cells = {row["year"]: row["persons"] for row in shown["years"]}
    assert "count" not in cells.get(2018, {})
    hidden = count(shown)
    assert hidden is not None
    rest = hidden - sum(cell.get("count", 0) for cell in cells.values())
    assert abs(rest - 37) >= NETWORK_FLOOR or rest == 0


def test_another_requester_has_a_history_of_its_own(hospital: Hospital, tmp_path: Path) -> None:
    other = Hospital(tmp_path, requester="bob")
    assert count(hospital.ask(range(100))) == 100
    assert count(other.ask(range(95))) == 95


def test_a_job_that_runs_again_does_not_meet_itself(hospital: Hospital) -> None:
    first = hospital.ask(range(100))
    assert hospital.releases.forget_job("task-1")
    hospital.asked = 0
    assert hospital.ask(range(100)) == first


def test_without_the_former_answers_nothing_is_compared_in_silence(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path)
    hospital.ask(range(100))
    (tmp_path / "releases.key").write_bytes(b"another key of thirty-two bytes!")
    with pytest.raises(ReleasesBrokenError):
        Hospital(tmp_path).ask(range(95))


def test_the_file_names_nobody(tmp_path: Path) -> None:
    hospital = Hospital(tmp_path)
    hospital.ask(range(1000, 1100))
    plain = hospital.releases.rank(np.arange(1000, 1100)).to_bytes()
    hospital.releases.close()
    assert plain not in b"".join(path.read_bytes() for path in tmp_path.iterdir())


SETS = st.lists(
    st.tuples(st.integers(0, 40), st.integers(11, 60)).map(lambda pair: range(pair[0], pair[0] + pair[1])),
    min_size=2,
    max_size=6,
)


@settings(max_examples=60, deadline=None)
@given(SETS)
def test_what_is_told_is_far_apart_or_one_number(
    tmp_path_factory: pytest.TempPathFactory, sets: list[range]
) -> None:
    """Exact answers lie at least the floor apart; a repeated one is near the one whose number it has."""
    hospital = Hospital(tmp_path_factory.mktemp("hospital"))
    told = [(set(persons), hospital.ask(persons)) for persons in sets]
    exact = [(persons, count(one)) for persons, one in told if count(one) and not one["repeated"]]
    for (one, _), (other, _) in combinations(exact, 2):
        assert len(one ^ other) >= NETWORK_FLOOR
    for persons, repeated in told:
        near = [number for other, number in exact if len(persons ^ other) < NETWORK_FLOOR]
        if repeated["repeated"]:
            assert count(repeated) in near


@settings(max_examples=60, deadline=None)
@given(SETS)
def test_an_exact_answer_lies_far_from_each_set_that_another_stood_for(
    tmp_path_factory: pytest.TempPathFactory, sets: list[range]
) -> None:
    hospital = Hospital(tmp_path_factory.mktemp("hospital"))
    stood_for: list[set[int]] = []
    for persons in sets:
        answer = hospital.ask(persons)
        if answer["repeated"]:
            stood_for.append(set(persons))
        elif count(answer):
            assert all(len(set(persons) ^ other) >= NETWORK_FLOOR for other in stood_for)


def rephrase(*, fresh_secrets: bool) -> list[int]:
    """A thousand rephrasings of one cohort of 60 persons, by the numbers that leave."""
    table, persons = build_table(NoiseRules()), np.arange(60, dtype=np.int64)
    shuffle = np.random.default_rng(5)
    values: list[int] = []
    for number in range(1000):
        secret = number.to_bytes(16, "big") if fresh_secrets else b"the secret of one site"
        cell, _former = noisy_gate(rules=RULES, table=table, secret=secret).whole(
            shuffle.permutation(persons)
        )
        values.append(getattr(cell, "value", 0))
    return values


def test_a_thousand_rephrasings_average_nothing_out() -> None:
    assert len(set(rephrase(fresh_secrets=False))) == 1


def test_with_noise_drawn_anew_the_average_wins() -> None:
    assert round(float(np.mean(rephrase(fresh_secrets=True)))) == 60
