"""S5 inside one answer: whoever subtracts what a document shows finds nothing of 1 to 10 persons.

The attacker knows all that the client API gives, for hospitals shown alone and for those that are not.
Between two questions: test_s05_between_questions.py.
"""

from collections.abc import Iterable
from itertools import combinations
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from maillage.analysis.base import Contribution
from maillage.analysis.count.combine import combine
from maillage.analysis.count.local import protect
from maillage.disclosure import NETWORK_FLOOR, DisclosureRules
from maillage.disclosure.gates import ExactGate
from tests.support.persons import RawCounts, found_persons

YEARS = st.dictionaries(st.integers(2019, 2024), st.integers(0, 45), max_size=5)
LOSSES = st.lists(st.integers(0, 30), max_size=3)


@st.composite
def hospital(draw: st.DrawFn, *, rules: int = 2) -> RawCounts:
    """Exact numbers: an attrition that ends with the persons of the years."""
    years = draw(YEARS)
    persons = sum(years.values())
    steps = [persons]
    for _rule in range(rules):
        steps.insert(0, steps[0] + draw(st.integers(0, 30)))
    return RawCounts(persons=persons, steps=steps, years=years)


def small(number: int) -> bool:
    return 0 < number < NETWORK_FLOOR


def counts(cells: Iterable[dict[str, Any]]) -> list[int]:
    return [cell["count"] for cell in cells if "count" in cell]


def send(numbers: RawCounts) -> dict[str, Any]:
    gate = ExactGate(DisclosureRules())
    return protect(found_persons(numbers), gate=gate).model_dump(mode="json")


@given(hospital())
def test_of_a_hospital_shown_alone_nothing_small_is_found(numbers: RawCounts) -> None:
    found = send(numbers)
    chain = counts([*found["steps"], found["persons"]])
    assert not any(small(abs(one - other)) for one, other in combinations(chain, 2))
    years = counts(row["persons"] for row in found["years"])
    for total in counts([found["persons"]]):
        assert not small(total - sum(years))
        rest = counts([found["other_years"]] if found["other_years"] else [])
        assert sum(rest) in (0, total - sum(years))


@given(st.lists(hospital(), min_size=1, max_size=5), st.data())
def test_of_a_group_nothing_small_and_no_hospital_is_found(
    hospitals: list[RawCounts], data: st.DataObject
) -> None:
    alone = data.draw(st.lists(st.booleans(), min_size=len(hospitals), max_size=len(hospitals)))
    sent = {
        f"site-{index}": Contribution(send(numbers), shown_alone=shown)
        for index, (numbers, shown) in enumerate(zip(hospitals, alone, strict=True))
    }
    document = combine(sent, floor=NETWORK_FLOOR, minimum_sites=3)
    hidden = [site for site in document["contributing"] if not sent[site].shown_alone]
    assert len(hidden) == 0 or len(hidden) >= 3
    known = _known_total(sent, document["contributing"])
    for total in counts([document["persons"]]):
        assert not small(total - known)
    chain = counts([*document["steps"], document["persons"]])
    assert not any(small(abs(one - other)) for one, other in combinations(chain, 2))
    for row in document["years"]:
        inside = [site for site in row["contributing"] if site in hidden]
        assert inside in ([], hidden), "a year mixes all the hidden hospitals or none"


@given(st.lists(hospital(), min_size=3, max_size=5))
def test_of_hidden_hospitals_the_years_leave_nothing_small(hospitals: list[RawCounts]) -> None:
    sent = {
        f"site-{index}": Contribution(send(numbers), shown_alone=False)
        for index, numbers in enumerate(hospitals)
    }
    document = combine(sent, floor=NETWORK_FLOOR, minimum_sites=3)
    years = counts(row["persons"] for row in document["years"])
    for total in counts([document["persons"]]):
        assert not small(total - sum(years))


def _known_total(sent: dict[str, Contribution], contributing: list[str]) -> int:
    shown = [sent[site].content["persons"] for site in contributing if sent[site].shown_alone]
    return sum(counts(shown))
