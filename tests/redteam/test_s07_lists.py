"""S7 between masked sums: sums of the same persons over several lists of hospitals, added and subtracted."""

import json
from collections.abc import Generator, Iterable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from maillage.analysis.count.local import FoundPersons, protect
from maillage.disclosure import DisclosureRules
from maillage.disclosure.evidence import RuleName, Witness
from maillage.disclosure.inexact import noisy_gate
from maillage.disclosure.isolation import find_isolated
from maillage.disclosure.noise import NoiseTable
from maillage.exchange.reasons import Reason
from maillage.exchange.result import Failure, Refusal
from maillage.node.errors import TooCloseError
from maillage.node.sums import session as steps
from tests.integration.hub.test_hub_permits import NOISY
from tests.support import sums
from tests.support.sums import Hospital, ask_sum, hospitals, run_session

Group = dict[str, Hospital]
PERSONS = {"est": 400, "nord": 300, "ouest": 200, "sud": 137}
VICTIM = "sud"
REWORDED = {"in": "other words"}


@pytest.fixture
def noisy(tmp_path: Path) -> Generator[Group]:
    with hospitals(tmp_path, counts=NOISY) as found:
        yield found


def compute(hospital: Hospital, *, first: int = 0, more: int = 50) -> dict[str, Any]:
    """What it computes under noise: its cohort from person `first` on, and `more` who only enter."""
    persons = PERSONS[hospital.site]
    ids = np.arange(first, persons + more)
    inside = ids < persons
    found = FoundPersons(ids, inside.astype(np.int64), np.where(inside, 2020, 0), rules=1)
    table = NoiseTable.from_json(NOISY.table)
    gate = noisy_gate(rules=DisclosureRules(), table=table, secret=hospital.site.encode().ljust(32, b"x"))
    witness = Witness(gate, rules=(RuleName.FLOOR, RuleName.NOISE))
    return protect(found, gate=witness).model_dump(mode="json") | {"trace": witness.trace()}


def total_of(
    group: Group, sites: Iterable[str], *, first: int = 0, more: int = 50, **asked: Any
) -> int | None:
    """The sum that a hub reads of these hospitals; None when they refuse it for a former list."""
    some = {site: group[site] for site in sites}
    question = ask_sum(some, **asked)
    for site, hospital in some.items():
        hospital.receive(question[site], **compute(hospital, first=first, more=more))
    return read_total(some, question)


def read_total(some: Group, question: Any) -> int | None:
    tape = run_session(some, question)
    if len(tape.summed) == len(some):
        return tape.total()
    said = {site: hospital.answer(question[site]) for site, hospital in some.items()}
    refused = [one for one in said.values() if isinstance(one, Refusal | Failure)]
    assert Reason.SUM_TOO_CLOSE in {one.reason for one in refused}
    return None


OTHERS = sorted(set(PERSONS) - {VICTIM})


def cell_of(hospital: Hospital) -> int:
    return compute(hospital)["persons"]["noisy"]


def test_under_noise_the_same_persons_in_other_words_have_one_list(noisy: Group) -> None:
    assert total_of(noisy, PERSONS) is not None
    assert total_of(noisy, OTHERS, more=70, cohort=REWORDED, requester="mallory") is None


def test_nor_have_nearly_the_same(noisy: Group) -> None:
    """Three persons fewer at each hospital: other noise, other numbers, and the fourth within a few."""
    assert total_of(noisy, PERSONS) is not None
    assert total_of(noisy, OTHERS, first=3, cohort=REWORDED) is None


def test_with_persons_not_compared_the_fourth_is_found(noisy: Group, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(steps, "_is_of_the_same", lambda place, former: former.cohort == place.row.cohort)
    four = total_of(noisy, PERSONS)
    three = total_of(noisy, OTHERS, more=70, cohort=REWORDED)
    assert four is not None
    assert three is not None
    assert four - three == cell_of(noisy[VICTIM])


def test_other_persons_may_be_summed_over_other_hospitals(noisy: Group) -> None:
    assert total_of(noisy, PERSONS) is not None
    assert total_of(noisy, OTHERS, first=90, cohort={"another": "cohort"}) is not None
    assert total_of(noisy, PERSONS) is not None, "asked again of the same hospitals it is told again"


# --- several lists, no two of which are near each other

SEVEN = {f"h{name}": 1000 + 137 * rank for rank, name in enumerate("abcdefg")}
FIVE_LISTS = ("abcd", "abef", "cdef", "ace", "adf")


@pytest.fixture
def seven(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[Group]:
    monkeypatch.setattr(sums, "PERSONS", SEVEN)
    with hospitals(tmp_path, sites=tuple(SEVEN)) as found:
        yield found


def sum_lists(group: Group, lists: Iterable[str]) -> list[int | None]:
    totals: list[int | None] = []
    for names in lists:
        some = {f"h{name}": group[f"h{name}"] for name in names}
        question = ask_sum(some)
        for site, hospital in some.items():
            hospital.receive(question[site])
        totals.append(read_total(some, question))
    return totals


def solve(lists: Iterable[str], totals: list[Any], *, site: str) -> float:
    """The least squares solution is exact where the lists give the hospital away."""
    matrix = np.array([[name in names for name in "abcdefg"] for names in lists], dtype=float)
    found = np.linalg.lstsq(matrix, np.array(totals, dtype=float), rcond=None)[0]
    return float(found[list(SEVEN).index(site)])


def test_five_lists_three_apart_are_not_all_summed(seven: Group) -> None:
    first, *others = sum_lists(seven, FIVE_LISTS)
    assert first is not None
    assert others == [None, None, None, None], "each shares a hospital with the first"


def test_a_list_that_nobody_summed_binds_nobody(seven: Group) -> None:
    """The sum that others refused leaves a hospital free for another."""
    told, refused, free = sum_lists(seven, ("abc", "abcd", "defg"))
    assert (told is None, refused is None, free is None) == (False, True, False)


def test_with_the_comparison_switched_off_five_lists_give_one_hospital(
    seven: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(steps, "check_former_lists", lambda store, place, survivors: None)
    totals = sum_lists(seven, FIVE_LISTS)
    assert solve(FIVE_LISTS, totals, site="ha") == pytest.approx(SEVEN["ha"])


NOBODY_SEES_ALL = ("bcd", "efg", "abcdefg")


def test_lists_that_no_hospital_is_on_together_are_not_all_summed(seven: Group) -> None:
    *two, seven_together = sum_lists(seven, NOBODY_SEES_ALL)
    assert None not in two
    assert seven_together is None


def test_with_algebra_over_ones_own_lists_instead_the_hospital_is_found(
    seven: Group, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Why a hospital signs one list, and does not work out what its own lists give away."""
    signed: dict[str, list[frozenset[str]]] = {site: [] for site in SEVEN}

    def check_own(store: Any, place: Any, survivors: frozenset[str]) -> None:
        own = signed[place.node.site]
        if find_isolated([*own, survivors]):
            raise TooCloseError(json.dumps(sorted(survivors)))
        own.append(survivors)

    monkeypatch.setattr(steps, "check_former_lists", check_own)
    totals = sum_lists(seven, NOBODY_SEES_ALL)
    assert solve(NOBODY_SEES_ALL, totals, site="ha") == pytest.approx(SEVEN["ha"])
