"""S4: a cell under the floor, or the news that it is zero, by any way that one document offers."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from maillage.analysis.count.local import protect
from maillage.disclosure import NETWORK_FLOOR, DisclosureRules
from maillage.disclosure.gates import ExactGate
from tests.integration.hub.conftest import SITES, Network
from tests.integration.hub.test_hub_questions import TWO_STEPS, site_of
from tests.support.persons import RawCounts, found_persons

RULES = DisclosureRules()
HIDDEN = {"suppressed": "below_floor"}


def document(*, entered: int, years: dict[int, int]) -> dict[str, Any]:
    """What a hospital sends of these exact numbers."""
    persons = sum(years.values())
    counts = RawCounts(persons=persons, steps=[max(entered, persons), persons], years=years)
    return protect(found_persons(counts), gate=ExactGate(RULES)).model_dump(mode="json")


@given(
    st.integers(NETWORK_FLOOR, 60),
    st.dictionaries(st.integers(2015, 2024), st.integers(1, 10), max_size=3).filter(
        lambda years: sum(years.values()) < NETWORK_FLOOR
    ),
)
def test_nobody_and_a_few_persons_give_the_same_document(entered: int, years: dict[int, int]) -> None:
    assert document(entered=entered, years=years) == document(entered=entered, years={})


@given(st.dictionaries(st.integers(2015, 2024), st.integers(0, 40), max_size=8), st.integers(0, 80))
def test_no_document_holds_a_number_under_the_floor(years: dict[int, int], entered: int) -> None:
    found = document(entered=entered, years=years)
    cells = [found["persons"], *found["steps"], *(year["persons"] for year in found["years"])]
    cells += [found["other_years"]] if found["other_years"] else []
    assert all(cell.get("count", NETWORK_FLOOR) >= NETWORK_FLOOR for cell in cells)


@pytest.mark.parametrize(
    "content",
    [
        TWO_STEPS | {"persons": {"count": 10}},
        TWO_STEPS | {"steps": [{"count": 45}, {"count": 40}]},
        TWO_STEPS | {"steps": [{"count": 39}, {"count": 40}]},
        TWO_STEPS | {"years": [{"year": 2024, "persons": {"count": 35}}]},
        TWO_STEPS | {"years": [{"year": 2024, "persons": {"count": 41}}]},
        TWO_STEPS | {"years": [{"year": 2024, "persons": {"count": 20}}] * 2},
        TWO_STEPS | {"persons": HIDDEN, "steps": [{"count": 90}, HIDDEN]},
        TWO_STEPS | {"other_years": {"count": 3}},
        TWO_STEPS | {"person_ids": [1, 2, 3]},
    ],
)
def test_the_hub_throws_away_what_a_lying_node_sends(network: Network, content: dict[str, Any]) -> None:
    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    response = node.answer(opened, node.partial(opened, content=content))
    assert (response.status_code, response.json()["code"]) == (422, "answer_rejected")
    shown = site_of(network.read(question), "hcl")
    assert (shown["status"], shown["persons"], shown["content"]) == ("failed", None, None)


def test_a_rejected_content_is_not_kept_on_the_hubs_disk(network: Network) -> None:
    from maillage.hub.questions.models import Task

    (node,) = network.enrol("hcl")
    network.ask()
    opened = node.take()
    node.answer(opened, node.partial(opened, content=TWO_STEPS | {"persons": {"count": 7}}))
    (task,) = Task.objects.all()
    assert (task.state, task.content, task.answer) == ("failed", "", None)
    assert task.answer_hash, "the hash stays: the same answer again is recognised"


def test_a_node_that_lowers_its_floor_is_not_shown(network: Network) -> None:
    (node,) = network.enrol("hcl")
    network.ask()
    opened = node.take()
    response = node.answer(opened, node.partial(opened, content=TWO_STEPS, floor=5))
    assert response.json()["code"] == "answer_rejected"


def test_a_document_never_says_more_of_a_hospital_than_it_agreed_to(network: Network) -> None:
    nodes = network.enrol(*SITES)
    question = network.ask()
    for node in nodes:
        opened = node.take()
        node.answer(opened, node.partial(opened, content=TWO_STEPS, shown_alone=False))
    for line in network.read(question)["sites"]:
        assert (line["persons"], line["floor"], line["content"]) == (None, None, None)
        assert line["reason"] == "total_only"
