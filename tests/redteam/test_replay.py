"""Replay: a request or an answer that somebody recorded on the way is sent again."""

import pytest

from maillage.exchange.envelope import seal_answer
from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_questions import TWO_STEPS


def replay_a_poll(network: Network) -> tuple[int, int]:
    """A recorded poll of the hospital is sent twice, while two questions wait; the two statuses."""
    (node,) = network.enrol("hcl")
    network.ask()
    network.ask()
    target = f"/api/node/v1/tasks/next?wait=0&boot={node.boot}"
    recorded = node.sign("GET", target)
    first, second = (node.http.request("GET", target, headers=recorded).status_code for _ in range(2))
    return first, second


def test_a_recorded_poll_takes_no_second_task(network: Network) -> None:
    first, second = replay_a_poll(network)
    assert first == 200
    assert second >= 400


def test_with_nonces_switched_off_a_recorded_poll_takes_the_next_task(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maillage.hub.questions.lease.take_nonce", lambda _caller: None)
    assert replay_a_poll(network) == (200, 200)


def replay_an_answer(network: Network) -> int:
    """The answer to one question is sent as the answer to the next; the status."""
    (node,) = network.enrol("hcl")
    network.ask()
    recorded = seal_answer(node.partial(node.take(), content=TWO_STEPS), key=node.key)
    network.ask()
    return node.post(node.take().message.task_id, recorded).status_code


def test_a_recorded_answer_serves_no_other_question(network: Network) -> None:
    assert replay_an_answer(network) >= 400


def test_with_the_binding_switched_off_a_recorded_answer_serves_the_next_question(
    network: Network, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("maillage.hub.questions.judging.answers", lambda *_, **__: True)
    assert replay_an_answer(network) == 200
