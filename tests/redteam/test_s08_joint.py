"""S8 for joint questions: totals of parts mix one group of hospitals; a lying hospital breaks none."""

from collections.abc import Sequence
from typing import Any

import pytest

from maillage.analysis.several import combine
from maillage.exchange.parts import SEVERAL
from tests.integration.hub.conftest import SITES, Network
from tests.integration.hub.test_hub_questions import TWO_STEPS
from tests.support.hubs import ProbeNode
from tests.support.joint import joint, joint_content, joint_permit, tables_of
from tests.support.prepare_hub import publish_permit

BOTH = joint("count", "flows")


def ask(network: Network, nodes: Sequence[ProbeNode], *last: dict[str, Any]) -> dict[str, Any]:
    """The result of a joint question that these hospitals answer only for the total, the last ones so."""
    body = {"permit": "etude", "analysis": SEVERAL, "parameters": BOTH}
    question = network.ask(sites=[node.site for node in nodes], **body)
    contents = [both()] * (len(nodes) - len(last)) + [*last]
    for node, content in zip(nodes, contents, strict=True):
        opened = node.take()
        message = node.partial(opened, content=content, shown_alone=False)
        assert node.answer(opened, message).status_code == 200
    return network.read(question)


def both(persons: int | None = 40, *, count: bool = True) -> dict[str, Any]:
    return joint_content(("count", TWO_STEPS if count else None), ("flows", tables_of(persons)))


@pytest.fixture
def nodes(network: Network) -> list[ProbeNode]:
    publish_permit(network.hub, joint_permit("count", "flows"))
    return network.enrol(*SITES)


def persons_of(document: dict[str, Any]) -> list[dict[str, Any]]:
    return [part["document"]["persons"] for part in document["combined"]["parts"]]


def test_each_part_has_its_total(network: Network, nodes: list[ProbeNode]) -> None:
    document = ask(network, nodes)
    assert persons_of(document) == [{"count": 160}, {"count": 160}]
    assert document["combined"]["persons"] == {"count": 160}
    assert [part["analysis"] for part in document["combined"]["parts"]] == ["count", "flows"]
    assert document["combined"]["parts"][0]["document"]["steps"] == [{"count": 360}, {"count": 160}]


def test_a_part_that_one_hospital_hides_has_no_total_of_the_others(
    network: Network, nodes: list[ProbeNode]
) -> None:
    """Else rows of both parts that count the same persons would give the fourth hospital's number."""
    document = ask(network, nodes, both(None))
    assert persons_of(document) == [{"count": 160}, {"suppressed": "too_few_sites"}]


def test_with_groups_of_their_own_the_fourth_hospital_is_found(
    network: Network, nodes: list[ProbeNode], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(combine, "_NEVER", 3)
    first, second = persons_of(ask(network, nodes, both(None)))
    assert first["count"] - second["count"] == 40


def test_a_part_that_failed_takes_only_itself_along(network: Network, nodes: list[ProbeNode]) -> None:
    document = ask(network, nodes, both(count=False))
    counted, described = (part["document"] for part in document["combined"]["parts"])
    assert {line["id"]: line["why"] for line in counted["left_out"]}[nodes[3].site] == "part_failed"
    assert described["left_out"] == [{"id": nodes[3].site, "why": "too_few_sites"}]
    assert counted["persons"] == described["persons"] == {"count": 120}, "the three of the first part"


def test_a_joint_total_and_a_former_one_of_three_are_compared(
    network: Network, nodes: list[ProbeNode]
) -> None:
    ask(network, nodes)
    three = ask(network, nodes[:3])
    assert persons_of(three) == [{"suppressed": "too_few_sites"}] * 2
    question = network.ask(permit="etude", sites=[node.site for node in nodes[1:]])
    for node in nodes[1:]:
        opened = node.take()
        node.answer(opened, node.partial(opened, content=TWO_STEPS, shown_alone=False))
    alone = network.read(question)
    assert alone["combined"]["persons"] == {"suppressed": "too_few_sites"}


@pytest.mark.parametrize(
    "content",
    [
        joint_content(("flows", tables_of(40)), ("count", TWO_STEPS)),
        joint_content(("count", TWO_STEPS)),
        joint_content(("count", TWO_STEPS), ("incidence", tables_of(40))),
        joint_content(("count", TWO_STEPS | {"steps": [{"count": 40}]}), ("flows", tables_of(40))),
        joint_content(("count", TWO_STEPS), ("flows", tables_of(4))),
        both() | {"persons": {"count": 4000}},
        both() | {"note": "31/12/1950"},
        both() | {"repeated": True},
        joint_content(("count", TWO_STEPS), ("flows", tables_of(40) | {"names": ["Durand"]})),
        joint_content(("count", TWO_STEPS), ("several", both())),
        TWO_STEPS,
        tables_of(40),
    ],
)
def test_another_content_than_that_of_the_parts_is_thrown_away(
    network: Network, nodes: list[ProbeNode], content: dict[str, Any]
) -> None:
    question = network.ask(permit="etude", analysis=SEVERAL, parameters=BOTH)
    for node in nodes:
        opened = node.take()
        sent = content if node is nodes[0] else both()
        node.answer(opened, node.partial(opened, content=sent, shown_alone=node is nodes[0]))
    document = network.read(question)
    (liar,) = [site for site in document["sites"] if site["id"] == nodes[0].site]
    assert (liar["status"], liar["reason"]) == ("failed", "answer_rejected")
    assert persons_of(document) == [{"count": 120}] * 2
