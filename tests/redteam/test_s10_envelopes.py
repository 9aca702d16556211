"""S10: envelopes signed by whoever should, and hostile all the same."""

import json
from typing import Any

import pytest

from maillage.base.canon import canonical_bytes
from maillage.base.ids import new_id
from maillage.base.keys import PublicKey, SigningKey
from maillage.exchange import envelope as envelopes
from maillage.exchange.envelope import (
    ANSWER_TYPE,
    TASK_TYPE,
    Opened,
    open_answer,
    open_task,
    seal_task,
)
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.message import Message
from maillage.exchange.reasons import Reason
from maillage.exchange.task import Task
from maillage.node import check
from tests.integration.hub.conftest import SITES, Network
from tests.integration.hub.test_hub_questions import TWO_STEPS
from tests.support.messages import HUB_KEY, NODE_KEY, example_partial, example_task
from tests.support.nodes import agent_thread, make_node, node_task, read_states, wait_until
from tests.support.stand_in_hub import StandInHub, serve

WITHOUT_CANONICAL_FORM: list[Any] = [{"a": 2**60}, {"a": "\ud800"}, {"\ud800": 1}]


def sign(message: Message, *, payload_type: str, key: SigningKey, **changes: Any) -> bytes:
    """What our own code would never write: any JSON, under a true signature."""
    document = message.model_dump(mode="json") | changes
    return envelopes._seal(json.dumps(document).encode(), payload_type=payload_type, key=key)


@pytest.mark.parametrize("hostile", WITHOUT_CANONICAL_FORM)
def test_a_signed_document_without_canonical_form_is_malformed(hostile: Any) -> None:
    task = sign(example_task(), payload_type=TASK_TYPE, key=HUB_KEY, cohort=hostile)
    with pytest.raises(EnvelopeError) as refused:
        open_task(task, signers={HUB_KEY.public.fingerprint: HUB_KEY.public})
    assert refused.value.reason is Reason.ENVELOPE_MALFORMED
    answer = sign(example_partial(), payload_type=ANSWER_TYPE, key=NODE_KEY, content=hostile)
    with pytest.raises(EnvelopeError) as refused:
        open_answer(answer, signers={NODE_KEY.public.fingerprint: NODE_KEY.public})
    assert refused.value.reason is Reason.ENVELOPE_MALFORMED


def test_a_payload_type_that_is_no_text_breaks_nothing() -> None:
    document = json.loads(seal_task(example_task(), key=HUB_KEY)) | {"payloadType": "\ud800"}
    with pytest.raises(EnvelopeError):
        open_task(json.dumps(document).encode(), signers={HUB_KEY.public.fingerprint: HUB_KEY.public})


def test_an_answer_that_has_no_canonical_form_is_refused_in_the_audit_too(network: Network) -> None:
    (node,) = network.enrol("hcl")
    network.ask()
    opened = node.take()
    data = sign(node.partial(opened), payload_type=ANSWER_TYPE, key=node.key, content={"a": 2**60})
    response = node.post(opened.message.task_id, data)
    assert (response.status_code, response.json()["code"]) == (422, "envelope_malformed")
    assert network.audit()[-1] == "hub:answer:refuse"


def test_a_hub_cannot_stop_a_node_with_one_poisoned_task(tmp_path: Any) -> None:
    with serve(StandInHub()) as hub:
        node = make_node(tmp_path / "node", hub_url=hub.url, hub_key=hub.key.public)
        hub.node_key = node.key.public
        poison = node_task()
        for hostile in WITHOUT_CANONICAL_FORM:
            name = new_id("task")
            data = sign(poison, payload_type=TASK_TYPE, key=hub.key, task_id=name, cohort=hostile)
            hub.deliver(name, data)
        good = node_task()
        hub.deliver(good.task_id, seal_task(good, key=hub.key))
        with agent_thread(node):
            wait_until(lambda: list(read_states(node).values()) == ["sent"] * 4)
        with node.open_store() as store:
            reasons = [row["reason"] for row in store.rows("answers")]
    assert sorted(reasons, key=str) == [None, *["envelope_malformed"] * 3]


def test_a_member_cannot_answer_with_another_members_envelope(network: Network) -> None:
    victim, thief = network.enrol("hcl", "chu-grenoble")
    network.ask()
    stolen, own = victim.take(), thief.take()
    told = thief.answer(own, victim.partial(stolen, content=TWO_STEPS))
    assert (told.status_code, told.json()["code"]) == (422, "answer_mismatch")
    assert thief.post(stolen.message.task_id, b"{}").status_code == 422
    assert victim.answer(stolen, victim.partial(stolen, content=TWO_STEPS)).status_code == 200


def test_a_recorded_answer_replayed_in_the_next_question_is_refused(network: Network) -> None:
    nodes = network.enrol(*SITES)
    network.ask()
    first = nodes[0].take()
    old = nodes[0].partial(first, content=TWO_STEPS)
    nodes[0].answer(first, old)
    network.ask()
    second = nodes[0].take()
    assert nodes[0].answer(second, old).status_code == 422
    assert network.audit()[-1] == "hub:answer:refuse"


def test_an_envelope_with_two_signatures_is_not_read() -> None:
    # One good signature beside one of a stranger would let a library choose which it looks at.
    document = json.loads(seal_task(example_task(), key=HUB_KEY))
    document["signatures"] += json.loads(seal_task(example_task(), key=NODE_KEY))["signatures"]
    with pytest.raises(EnvelopeError):
        open_task(canonical_bytes(document), signers={HUB_KEY.public.fingerprint: HUB_KEY.public})


def test_with_the_nets_under_the_reader_switched_off_one_poisoned_task_stops_the_others(
    tmp_path: Any, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The same poison; what breaks the reader is no longer taken for an unreadable envelope."""

    def open_bare(data: bytes, signers: tuple[PublicKey, ...]) -> Opened[Task]:
        return open_task(data, signers={key.fingerprint: key for key in signers})

    class NeverRaisedError(Exception):
        pass

    monkeypatch.setattr(envelopes, "CanonError", NeverRaisedError)
    monkeypatch.setattr(check, "_open", open_bare)
    said: list[str] = []

    def failed_ticks() -> int:
        said.append(capfd.readouterr().err)
        return "".join(said).count("tick_failed")

    with serve(StandInHub()) as hub:
        node = make_node(tmp_path / "node", hub_url=hub.url, hub_key=hub.key.public)
        hub.node_key = node.key.public
        poison, good = new_id("task"), node_task()
        cohort = WITHOUT_CANONICAL_FORM[0]
        data = sign(node_task(), payload_type=TASK_TYPE, key=hub.key, task_id=poison, cohort=cohort)
        hub.deliver(poison, data)
        hub.deliver(good.task_id, seal_task(good, key=hub.key))
        with agent_thread(node):
            wait_until(lambda: failed_ticks() >= 2)
        assert set(read_states(node).values()) == {"received"}, "nothing was decided, turn after turn"
        assert not hub.tasks[good.task_id].answers
