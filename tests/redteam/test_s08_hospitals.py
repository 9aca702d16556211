"""S8 inside one question: the number of a hospital that agreed only to be in a total."""

import pytest

from tests.integration.hub.conftest import SITES, Network
from tests.integration.hub.test_hub_questions import TWO_STEPS, site_of
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
