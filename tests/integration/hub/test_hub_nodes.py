"""What the hub accepts from a node, and what it refuses, with both said in the audit."""

import base64
import json
from datetime import timedelta
from typing import Any

import pytest

from maillage.base.canon import canonical_bytes, sha256_hex
from maillage.base.ids import new_id
from maillage.base.keys import SigningKey
from maillage.exchange.envelope import seal_answer
from maillage.exchange.message import Message
from maillage.exchange.reasons import Reason
from maillage.exchange.result import Partial
from tests.integration.hub.conftest import MovableClock, Network
from tests.integration.hub.test_hub_questions import TWO_STEPS, site_of


def told(response: Any) -> tuple[int, str]:
    document = response.json()
    assert set(document) == {"code", "what", "why", "remedy"}
    return response.status_code, document["code"]


def test_a_node_says_hello_and_is_told_who_it_is(network: Network) -> None:
    (node,) = network.enrol("hcl", hello=False)
    document = node.hello().json()
    assert document == {"site": "hcl", "hub_time": "2026-11-22T08:00:00.000Z", "anchor": None}
    assert network.audit()[-1] == "node:boot:greet"


def test_the_hub_keeps_the_furthest_head_of_a_nodes_ledger(network: Network) -> None:
    (node,) = network.enrol("hcl")
    for sequence in (9, 4):
        network.ask()
        opened = node.take()
        anchor = {"sequence": sequence, "hash": sha256_hex(str(sequence).encode())}
        node.answer(opened, node.partial(opened, content=TWO_STEPS, anchor=anchor))
    assert node.hello().json()["anchor"] == {"sequence": 9, "hash": sha256_hex(b"9")}


@pytest.mark.parametrize(
    "changes",
    [{"health": "très bien"}, {"comment": "Mme Dupont"}, {"boot": "../x"}, {"analyses": {"count": {}}}],
)
def test_a_greeting_of_another_form_is_refused(network: Network, changes: dict[str, Any]) -> None:
    (node,) = network.enrol("hcl")
    response = node.hello(**changes)
    assert told(response) == (422, "request_invalid")
    assert "Dupont" not in response.text


def test_a_stranger_is_not_heard(network: Network) -> None:
    (node,) = network.enrol("hcl")
    node.key = SigningKey.generate()
    assert told(node.poll()) == (401, "node_unknown")


def test_a_stranger_who_borrows_a_key_id_is_not_heard(network: Network) -> None:
    (node,) = network.enrol("hcl")
    real = node.key.public.fingerprint
    node.key = SigningKey.generate()
    headers = node.sign("GET", "/api/node/v1/tasks/next?wait=0&boot=b")
    headers["Signature-Input"] = headers["Signature-Input"].replace(node.key.public.fingerprint, real)
    response = network.http.get("/api/node/v1/tasks/next?wait=0&boot=b", headers=headers)
    assert told(response) == (401, "signature_invalid")


@pytest.mark.parametrize(
    "target", ["/api/node/v1/tasks/next?wait=1&boot=b", "/api/node/v1/tasks/next?wait=0&boot=c"]
)
def test_an_edited_request_is_not_heard(network: Network, target: str) -> None:
    (node,) = network.enrol("hcl")
    headers = node.sign("GET", "/api/node/v1/tasks/next?wait=0&boot=b")
    assert told(network.http.get(target, headers=headers)) == (401, "signature_invalid")


def test_a_request_without_signature_is_not_heard(network: Network) -> None:
    network.enrol("hcl")
    assert told(network.http.get("/api/node/v1/tasks/next?wait=0&boot=b")) == (401, "signature_invalid")


@pytest.mark.parametrize("has_task", [True, False])
def test_a_replayed_request_takes_nothing(network: Network, has_task: bool) -> None:
    (node,) = network.enrol("hcl")
    if has_task:
        network.ask()
    target = f"/api/node/v1/tasks/next?wait=0&boot={node.boot}"
    headers = node.sign("GET", target)
    assert network.http.get(target, headers=headers).status_code == (200 if has_task else 204)
    network.ask()
    assert told(network.http.get(target, headers=headers)) == (401, "signature_invalid")
    assert node.poll().status_code == 200, "the task is still there for the real node"


def test_a_wrong_clock_is_told_as_such_and_kept_in_the_audit_once(network: Network) -> None:
    (node,) = network.enrol("hcl")
    node.clock = MovableClock(network.clock() - timedelta(minutes=10))
    responses = [node.poll() for _attempt in range(3)]
    assert {told(response) for response in responses} == {(401, "clock_skew")}
    assert "600" in responses[0].json()["what"]
    assert network.audit().count("hub:clock:refuse") == 1
    (line,) = network.call("GET", "/network").json()["sites"]
    assert line["health"] == "clock_skew"
    node.clock = network.clock
    node.hello()
    (line,) = network.call("GET", "/network").json()["sites"]
    assert line["health"] == "ok"


def test_a_suspended_hospital_is_refused_until_reinstated(network: Network) -> None:
    from maillage.governance.group import actions

    (node,) = network.enrol("hcl")
    network.ask()
    actions.suspend("hcl", by="operator:test", at=network.clock())
    assert told(node.poll()) == (403, "node_suspended")
    assert told(node.hello()) == (403, "node_suspended")
    actions.reinstate("hcl", by="operator:test", at=network.clock())
    assert node.poll().status_code == 200


def test_a_hospital_that_left_is_a_stranger(network: Network) -> None:
    from maillage.governance.group import actions

    (node,) = network.enrol("hcl")
    actions.retire("hcl", by="operator:test", at=network.clock())
    assert told(node.poll()) == (401, "node_unknown")


@pytest.mark.parametrize("protocol", [0, 3])
def test_another_version_of_the_protocol_is_refused(network: Network, protocol: int) -> None:
    (node,) = network.enrol("hcl", hello=False)
    node.protocol = protocol
    assert told(node.poll()) == (426, "version_unsupported")
    assert told(node.hello()) == (426, "version_unsupported")


class OldPartial(Message):
    """What a node of protocol version 1 writes: no anchor."""

    document: dict[str, Any]

    def to_bytes(self) -> bytes:
        return canonical_bytes({key: value for key, value in self.document.items() if key != "anchor"})


@pytest.mark.parametrize("greets_first", [True, False])
def test_a_node_one_version_behind_is_understood(network: Network, greets_first: bool) -> None:
    (node,) = network.enrol("hcl", protocol=1, hello=greets_first)
    question = network.ask()
    if not greets_first:
        node.hello()
    opened = node.take()
    assert (opened.message.protocol, opened.message.title) == (1, "")
    document = node.partial(opened, content=TWO_STEPS).model_dump(mode="json") | {"protocol": 1}
    assert node.answer(opened, OldPartial(document=document)).json() == {"status": "recorded"}
    assert site_of(network.read(question), "hcl")["persons"] == {"count": 40}


def test_a_task_is_lent_to_one_poll_at_a_time(network: Network) -> None:
    (node,) = network.enrol("hcl")
    network.ask()
    node.take()
    assert node.poll().status_code == 204


def test_tasks_come_in_the_order_in_which_they_were_asked(network: Network) -> None:
    (node,) = network.enrol("hcl")
    asked: list[str] = []
    for _number in range(5):
        asked.append(network.ask()["id"])
        network.clock.advance(seconds=1)
    assert [node.take().message.question_id for _number in range(5)] == asked


def test_an_unanswered_task_is_lent_again_after_a_minute_byte_for_byte(network: Network) -> None:
    (node,) = network.enrol("hcl")
    network.ask()
    first = node.poll()
    network.clock.advance(seconds=61)
    second = node.poll()
    assert second.content == first.content
    assert second.headers["Maillage-Task"] == first.headers["Maillage-Task"]


def test_polls_of_the_same_process_keep_the_lease_but_not_for_ever(network: Network) -> None:
    """A delivery may be lost on its way: polls alone do not prove that the node has the task."""
    (node,) = network.enrol("hcl")
    network.ask()
    node.take()
    waited = 0
    while node.poll().status_code == 204:
        network.clock.advance(seconds=25)
        waited += 25
        assert waited < 1000
    assert 240 < waited < 420


def test_a_restarted_node_gets_its_task_again_at_once(network: Network) -> None:
    (node,) = network.enrol("hcl")
    question = network.ask()
    node.take()
    node.boot = new_id("boot")
    node.hello()
    assert site_of(network.read(question), "hcl")["status"] == "waiting"
    opened = node.take()
    assert node.answer(opened, node.partial(opened, content=TWO_STEPS)).json() == {"status": "recorded"}


def test_a_restarted_node_that_kept_its_answer_may_send_it_without_asking(network: Network) -> None:
    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    node.boot = new_id("boot")
    node.hello()
    assert node.answer(opened, node.partial(opened, content=TWO_STEPS)).json() == {"status": "recorded"}
    assert network.read(question)["status"] == "complete"
    assert node.poll().status_code == 204


def test_the_same_answer_twice_is_recorded_once(network: Network) -> None:
    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    data = seal_answer(node.partial(opened, content=TWO_STEPS), key=node.key)
    statuses = [node.post(opened.message.task_id, data).json()["status"] for _time in range(3)]
    assert statuses == ["recorded", "already_recorded", "already_recorded"]
    spaced = json.dumps(json.loads(data), indent=1).encode()
    assert node.post(opened.message.task_id, spaced).json() == {"status": "already_recorded"}
    assert network.audit().count("node:answer:record") == 1
    assert network.read(question)["combined"]["persons"] == {"count": 40}


def test_a_second_last_word_conflicts_and_changes_nothing(network: Network) -> None:
    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    node.answer(opened, node.partial(opened, content=TWO_STEPS))
    assert told(node.answer(opened, node.refusal(opened))) == (409, "answer_exists")
    assert site_of(network.read(question), "hcl")["status"] == "answered"
    assert network.audit()[-1] == "hub:answer:refuse"


def test_a_hold_is_not_a_last_word(network: Network) -> None:
    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    hold = node.hold(opened)
    assert node.answer(opened, hold).json() == {"status": "recorded"}
    assert node.answer(opened, hold).json() == {"status": "already_recorded"}
    network.clock.advance(hours=1)
    assert node.poll().status_code == 204, "a held task is not lent again"
    assert node.answer(opened, node.partial(opened, content=TWO_STEPS)).json() == {"status": "recorded"}
    assert node.answer(opened, hold).json() == {"status": "already_recorded"}
    assert network.read(question)["status"] == "complete"


def test_an_unknown_task_is_not_found(network: Network) -> None:
    (node,) = network.enrol("hcl")
    network.ask()
    data = seal_answer(node.partial(node.take(), content=TWO_STEPS), key=node.key)
    assert told(node.post("task-" + "0" * 32, data)) == (404, "task_unknown")
    assert told(node.post("../x", data))[0] in {404, 422}


def refused(network: Network, site: str, question: dict[str, Any], response: Any) -> tuple[int, str]:
    """The refusal as told; the audit has it too, and the question is as it was."""
    assert network.audit()[-1] == "hub:answer:refuse"
    assert site_of(network.read(question), site)["status"] == "delivered"
    return told(response)


@pytest.mark.parametrize(
    "changes",
    [
        {"question_id": "question-" + "0" * 32},
        {"nonce": "0" * 32},
        {"task_hash": "sha256:" + "0" * 64},
        {"task_id": "task-" + "0" * 32},
        {"site": "chu-grenoble"},
    ],
)
def test_an_answer_to_something_else_is_refused(network: Network, changes: dict[str, Any]) -> None:
    (node, _other) = network.enrol("hcl", "chu-grenoble")
    question = network.ask()
    opened = node.take()
    response = node.answer(opened, node.partial(opened, content=TWO_STEPS, **changes))
    assert refused(network, "hcl", question, response) == (422, "answer_mismatch")


def test_another_hospital_cannot_answer_in_its_place(network: Network) -> None:
    lyon, grenoble = network.enrol("hcl", "chu-grenoble")
    question = network.ask()
    opened = lyon.take()
    forged = grenoble.answer(opened, grenoble.partial(opened, content=TWO_STEPS))
    assert refused(network, "hcl", question, forged) == (422, "answer_mismatch")
    carried = grenoble.post(
        opened.message.task_id, seal_answer(lyon.partial(opened, content=TWO_STEPS), key=lyon.key)
    )
    assert refused(network, "hcl", question, carried) == (422, "signer_unknown")


def test_an_answer_edited_after_its_signature_is_refused(network: Network) -> None:
    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    envelope = json.loads(seal_answer(node.partial(opened, content=TWO_STEPS), key=node.key))
    payload = json.loads(base64.b64decode(envelope["payload"]))
    payload["content"]["persons"]["count"] = 4000
    envelope["payload"] = base64.b64encode(canonical_bytes(payload)).decode()
    response = node.post(opened.message.task_id, json.dumps(envelope).encode())
    assert refused(network, "hcl", question, response) == (422, "envelope_altered")


@pytest.mark.parametrize("body", [b"", b"{", b"[" * 5000, b"\xff"])
def test_a_body_that_is_no_envelope_is_refused(network: Network, body: bytes) -> None:
    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    response = node.post(opened.message.task_id, body)
    assert refused(network, "hcl", question, response) == (422, "envelope_malformed")


BELOW = {"count": 10}


@pytest.mark.parametrize(
    "changes",
    [
        {"floor": 5},
        {"content": TWO_STEPS | {"persons": BELOW}},
        {"content": TWO_STEPS | {"steps": [{"count": 90}, BELOW]}},
        {"content": TWO_STEPS | {"years": [{"year": 2024, "persons": BELOW}]}},
        {"content": TWO_STEPS | {"persons": {"count": 0}}},
        {"content": TWO_STEPS | {"steps": [{"count": 90}]}},
        {"content": TWO_STEPS | {"patients": ["Mme Dupont"]}},
        {"content": {}},
        {"analysis": {"id": "count", "version": 1, "code": "sha256:" + "0" * 64}},
    ],
)
def test_a_content_that_must_not_be_shown_is_thrown_away(network: Network, changes: dict[str, Any]) -> None:
    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    message = node.partial(opened, **({"content": TWO_STEPS} | changes))
    response = node.answer(opened, message)
    assert told(response) == (422, "answer_rejected")
    assert told(node.answer(opened, message)) == (422, "answer_rejected")
    document = network.read(question)
    line = site_of(document, "hcl")
    assert (line["status"], line["reason"], line["content"]) == ("failed", "answer_rejected", None)
    assert document["combined"]["contributing"] == []
    assert "hub:answer:refuse" in network.audit()
    assert "Dupont" not in response.text


def test_a_test_network_may_have_a_floor_of_one(network: Network) -> None:
    network.configure(floor=1, test_network=True)
    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    three = {"persons": {"count": 3}, "years": [{"year": 2024, "persons": {"count": 3}}]}
    node.answer(opened, node.partial(opened, content=TWO_STEPS | three, floor=1))
    assert network.read(question)["combined"]["persons"] == {"count": 3}


def test_a_node_that_could_not_read_its_task_may_say_so(network: Network) -> None:
    """It knows neither question nor nonce, and names the hash of the bytes that it received."""
    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    unknown = {
        "question_id": "question-" + "0" * 32,
        "nonce": "0" * 32,
        "task_hash": sha256_hex(b"what came"),
    }
    blind = node.refusal(opened, Reason.ENVELOPE_ALTERED, **unknown)
    assert node.answer(opened, blind).json() == {"status": "recorded"}
    assert site_of(network.read(question), "hcl")["reason"] == "envelope_altered"


def test_a_node_that_read_its_task_may_not_pretend_that_it_did_not_know_it(network: Network) -> None:
    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    response = node.answer(opened, node.refusal(opened, Reason.POLICY_REFUSED, nonce="0" * 32))
    assert refused(network, "hcl", question, response) == (422, "answer_mismatch")


def test_an_answer_of_unknown_kind_is_refused_without_quoting_it(network: Network) -> None:
    class Wordy(Partial):
        comment: str = "Mme Dupont, née le 1er mars"

    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    wordy = Wordy.model_validate(node.partial(opened, content=TWO_STEPS).model_dump())
    response = node.answer(opened, wordy)
    assert refused(network, "hcl", question, response) == (422, "envelope_malformed")
    assert "Dupont" not in response.text


def test_a_poll_that_a_former_process_left_behind_takes_no_task_with_it(network: Network) -> None:
    (node,) = network.enrol("hcl")
    former = node.boot
    node.boot = new_id("boot")
    node.hello()
    network.ask()
    left_behind = node.send("GET", f"/api/node/v1/tasks/next?wait=0&boot={former}")
    assert told(left_behind) == (409, "boot_former")
    assert node.poll().status_code == 200


def test_a_node_that_was_handed_an_old_task_may_say_so(network: Network) -> None:
    """It never saw the task under whose name the old envelope came."""
    (node,) = network.enrol("hcl")
    question = network.ask()
    opened = node.take()
    unknown = {
        "question_id": "question-" + "0" * 32,
        "nonce": "0" * 32,
        "task_hash": sha256_hex(b"what came"),
    }
    blind = node.refusal(opened, Reason.ENVELOPE_REPLAYED, **unknown)
    assert node.answer(opened, blind).json() == {"status": "recorded"}
    assert site_of(network.read(question), "hcl")["reason"] == "envelope_replayed"
