"""A lying node: a hospital that sends what its warehouse does not hold, under its own true signature."""

from typing import Any

import pytest

from tests.integration.hub.conftest import SITES, Network
from tests.integration.hub.test_hub_questions import TWO_STEPS, site_of

HIDDEN = {"suppressed": "below_floor"}
LIES: dict[str, dict[str, Any]] = {
    "a total under the floor": {"persons": {"count": 10}},
    "nobody, as a number": {"persons": {"count": 0}},
    "fewer than nobody": {"persons": {"count": -40}},
    "a part of a person": {"persons": {"count": 40.5}},
    "steps that grow": {"steps": [{"count": 60}, {"count": 90}]},
    "a cohort that exceeds its steps": {"persons": {"count": 500}},
    "years that exceed the total": {"years": [{"year": 2024, "persons": {"count": 4000}}]},
    "a rest that the total has no room for": {"other_years": {"count": 4000}},
    "years that leave a rest unsaid": {"years": [], "other_years": None},
    "years of a hidden total": {"persons": HIDDEN},
    "one year twice": {"years": [{"year": 2024, "persons": {"count": 20}}] * 2},
    "more steps than the question has criteria": {"steps": [{"count": 90}] * 7},
}


def send(network: Network, content: dict[str, Any], **changes: Any) -> tuple[int, dict[str, Any]]:
    """What the hub says to the only hospital's answer, and what its requester then reads of it."""
    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    response = node.answer(opened, node.partial(opened, content=content, **changes))
    return response.status_code, site_of(network.read(question), "hcl")


@pytest.mark.parametrize("lie", sorted(LIES))
def test_a_node_that_contradicts_itself_is_thrown_out(network: Network, lie: str) -> None:
    status, shown = send(network, TWO_STEPS | LIES[lie])
    assert (status, shown["status"], shown["content"]) == (422, "failed", None)


def test_a_node_that_admits_a_lower_floor_is_thrown_out(network: Network) -> None:
    status, shown = send(network, TWO_STEPS, floor=5)
    assert (status, shown["status"]) == (422, "failed")


def test_with_the_checks_switched_off_the_small_number_is_shown(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maillage.analysis.count.combine.is_under", lambda *_, **__: False)
    monkeypatch.setattr("maillage.analysis.count.combine._differences", lambda *_: ())
    status, shown = send(network, TWO_STEPS | LIES["a total under the floor"])
    assert (status, shown["persons"]) == (200, {"count": 10})


def test_a_node_that_lies_without_contradiction_is_believed(network: Network) -> None:
    """Not defended: nobody but the hospital sees its warehouse (docs/red-team.md)."""
    nodes = network.enrol(*SITES)
    question = network.ask()
    lie = {"persons": {"count": 9000}, "steps": [{"count": 9000}] * 2, "other_years": None}
    lie["years"] = [{"year": 2024, "persons": {"count": 9000}}]
    for node, content in zip(nodes, (lie, TWO_STEPS, TWO_STEPS, TWO_STEPS), strict=True):
        opened = node.take()
        assert node.answer(opened, node.partial(opened, content=content)).status_code == 200
    assert network.read(question)["combined"]["persons"]["count"] > 9000
