"""S8: the number of a hospital that agreed only to be in a total, by one question or by several."""

from collections.abc import Mapping, Sequence
from typing import Any

import pytest

from tests.integration.hub.conftest import SITES, Network
from tests.integration.hub.test_hub_questions import TWO_STEPS, site_of
from tests.support.cohorts import COHORT
from tests.support.hubs import ProbeNode


def answer(node: ProbeNode, *, alone: bool = False) -> None:
    opened = node.take()
    message = node.partial(opened, content=TWO_STEPS, shown_alone=alone)
    assert node.answer(opened, message).status_code == 200


@pytest.mark.parametrize("asked", [SITES[:1], SITES[:2]])
def test_asking_one_or_two_hospitals_gives_no_total(network: Network, asked: tuple[str, ...]) -> None:
    network.enrol(*SITES)
    question = network.ask(sites=list(asked))
    for site in asked:
        answer(network.nodes[site])
    document = network.read(question)
    assert document["combined"]["persons"] == {"suppressed": "too_few_sites"}
    assert document["combined"]["steps"] == document["combined"]["years"] == []
    assert document["combined"]["contributing"] == []


def test_cancelling_after_two_answers_gives_no_total_of_two(network: Network) -> None:
    nodes = network.enrol(*SITES)
    question = network.ask()
    for node in nodes[:2]:
        answer(node)
    network.call("DELETE", f"/questions/{question['id']}")
    assert network.read(question)["combined"]["persons"] == {"suppressed": "too_few_sites"}


def test_shown_hospitals_are_no_company_for_hidden_ones(network: Network) -> None:
    nodes = network.enrol(*SITES)
    question = network.ask()
    for index, node in enumerate(nodes):
        answer(node, alone=index < 2)
    document = network.read(question)["combined"]
    assert document["persons"] == {"count": 80}
    assert {line["why"] for line in document["left_out"]} == {"too_few_sites"}


def test_watching_a_total_grow_tells_no_hospital(network: Network) -> None:
    nodes = network.enrol(*SITES)
    question = network.ask()
    seen = []
    for node in nodes:
        answer(node)
        seen.append(network.read(question)["combined"]["persons"])
    assert seen[:3] == [{"suppressed": "too_few_sites"}] * 3
    assert seen[3] == {"count": 160}
    assert site_of(network.read(question), "hcl")["persons"] is None


def test_refusals_of_the_others_leave_no_total_of_two(network: Network) -> None:
    nodes = network.enrol(*SITES)
    question = network.ask()
    for node in nodes[:2]:
        answer(node)
    for node in nodes[2:]:
        opened = node.take()
        node.answer(opened, node.refusal(opened))
    document = network.read(question)
    assert document["status"] == "complete"
    assert document["combined"]["persons"] == {"suppressed": "too_few_sites"}


def test_a_late_answer_changes_no_total_that_was_shown(network: Network) -> None:
    nodes = network.enrol(*SITES)
    question = network.ask(wait_hours=1)
    late = nodes[3].take()
    for node in nodes[:3]:
        answer(node)
    network.clock.advance(hours=2)
    nodes[3].hello()
    network.call("GET", "/questions")
    assert network.read(question)["combined"]["persons"] == {"count": 120}
    message = nodes[3].partial(late, content=TWO_STEPS, shown_alone=False)
    assert nodes[3].answer(late, message).status_code >= 400
    assert network.read(question)["combined"]["persons"] == {"count": 120}


def total_of(network: Network, question: dict[str, Any]) -> dict[str, Any]:
    return network.read(question)["combined"]["persons"]


def ask_some(
    network: Network,
    nodes: Sequence[ProbeNode],
    *,
    repeated: bool = False,
    content: Mapping[str, Any] = TWO_STEPS,
    **changes: Any,
) -> dict[str, Any]:
    """A question to these hospitals, which all answer only for the total."""
    question = network.ask(sites=[node.site for node in nodes], **changes)
    for node in nodes:
        opened = node.take()
        told = {**content, "repeated": repeated}
        node.answer(opened, node.partial(opened, content=told, shown_alone=False))
    return question


def test_four_hospitals_then_three_of_them_give_no_second_total(network: Network) -> None:
    nodes = network.enrol(*SITES)
    four, three = ask_some(network, nodes), ask_some(network, nodes[:3])
    assert total_of(network, four) == {"count": 160}
    assert total_of(network, three) == {"suppressed": "too_few_sites"}
    assert total_of(network, ask_some(network, nodes)) == {"count": 160}, "what was hidden is no former total"


def test_in_other_words_it_is_the_same(network: Network) -> None:
    nodes = network.enrol(*SITES)
    ask_some(network, nodes)
    others = COHORT | {"CensorWindow": {"StartDate": "1900-01-01"}}
    rephrased = ask_some(network, nodes[1:], cohort=others, repeated=True)
    assert total_of(network, rephrased) == {"suppressed": "too_few_sites"}


def test_another_cohort_over_other_hospitals_has_its_total(network: Network) -> None:
    nodes = network.enrol(*SITES)
    ask_some(network, nodes)
    others = COHORT | {"CensorWindow": {"StartDate": "1900-01-01"}}
    cell = {"count": 51}
    content = TWO_STEPS | {"persons": cell, "steps": [{"count": 90}, cell], "other_years": cell, "years": []}
    assert total_of(network, ask_some(network, nodes[1:], cohort=others, content=content)) == {"count": 153}


def test_with_the_comparison_switched_off_the_fourth_hospital_is_found(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    from maillage.hub.questions import totals

    monkeypatch.setattr(totals, "gives_away", lambda question, *, mixed, repeated: False)
    nodes = network.enrol(*SITES)
    four = total_of(network, ask_some(network, nodes))["count"]
    three = total_of(network, ask_some(network, nodes[:3]))["count"]
    assert four - three == TWO_STEPS["persons"]["count"]
