"""Envelopes that were edited, replayed, kept too long or sent elsewhere, on the real road in both directions.

A relay between a node and its hub plays the proxy that opens TLS; a member whose key the test owns plays the
hospital that cheats.
"""

import base64
import json
import time
from collections.abc import Generator
from typing import Any

import httpx2
import pytest

from maillage.base.canon import canonical_bytes
from maillage.exchange.envelope import Opened, seal_answer
from maillage.exchange.task import Task
from tests.support.breakable import Network, check_answered_once, check_total, site_of
from tests.support.hubs import ProbeNode
from tests.support.nodes import wait_until
from tests.support.relay import Delivery, Relay, relaying

pytestmark = pytest.mark.xdist_group("breakable")

CONTENT: dict[str, Any] = {
    "persons": {"count": 40},
    "steps": [{"count": 90}, {"count": 40}],
    "years": [{"year": 2024, "persons": {"count": 40}}],
    "other_years": None,
}


HASTE_SECONDS = 4


@pytest.fixture
def hasty(network: Network) -> Generator[None]:
    """A hub whose questions live for seconds."""
    settings = network.running.folder / "hub" / "hub.toml"
    usual = settings.read_text(encoding="utf-8")
    network.running.stop("hub")
    settings.write_text(f"question_hours = {HASTE_SECONDS / 3600}\n" + usual, encoding="utf-8")
    network.start_hub()
    yield
    settings.write_text(usual, encoding="utf-8")
    network.running.stop("hub")


# --- towards the node, through a relay


@pytest.fixture
def relay(network: Network) -> Generator[Relay]:
    """The node `relais` behind a relay, which leaves everything as it is until the test says otherwise."""
    with relaying(network.running.url) as running:
        network.amend("relais", old=f'url = "{network.running.url}"', new=f'url = "{running.url}"')
        network.start("relais")
        yield running
        network.running.stop("relais")
        network.amend("relais", old=f'url = "{running.url}"', new=f'url = "{network.running.url}"')


def edit(delivery: Delivery) -> Delivery:
    """A question for one more hospital, under the signature of the first one."""
    name, data = delivery
    envelope = json.loads(data)
    payload = json.loads(base64.b64decode(envelope["payload"]))
    payload["minimum_participants"] = 1
    envelope["payload"] = base64.b64encode(canonical_bytes(payload)).decode()
    return name, json.dumps(envelope).encode()


def last_words(network: Network, site: str, task_id: str) -> tuple[list[str], list[str]]:
    """Reasons: of the answer in the node's ledger; of the answer, or of its refusal, in the hub's audit."""
    here = [
        str(line.body["reason"])
        for line in network.read_ledger(site, task_id=task_id)
        if line.event == "agent:answer:recorded"
    ]
    audit = network.read_audit(task_id=task_id)
    there = [
        line["facts"].get("reason") or line["facts"].get("code") or ""
        for line in audit
        if line["type"] in {"node:answer:record", "hub:answer:refuse"}
    ]
    return here, there


def test_an_edited_task_is_refused_and_both_ledgers_say_so(network: Network, relay: Relay) -> None:
    relay.on_delivery = edit
    question = network.ask("nord", "relais", "sud")
    result = network.wait_complete(question)
    assert site_of(result, "relais").status == "refused"
    assert "modifié après sa signature" in site_of(result, "relais").sentence
    check_total(result, "nord", "sud")
    ((task_id, _),) = relay.deliveries
    assert last_words(network, "relais", task_id) == (["envelope_altered"], ["envelope_altered"])
    check_answered_once(network, question)
    network.verify("relais")


@pytest.mark.long
def test_an_old_task_under_a_new_name_is_refused_and_both_ledgers_say_so(
    network: Network, relay: Relay
) -> None:
    network.wait_complete(network.ask("nord", "relais", "sud"))
    ((_, old),) = relay.deliveries
    relay.on_delivery = lambda delivery: (delivery[0], old)
    result = network.wait_complete(network.ask("nord", "relais", "sud"))
    assert site_of(result, "relais").status == "refused"
    assert "déjà servi" in site_of(result, "relais").sentence
    task_id, _ = relay.deliveries[-1]
    assert last_words(network, "relais", task_id) == (["envelope_replayed"], ["envelope_replayed"])
    network.verify("relais")


@pytest.mark.long
def test_another_hospitals_task_is_refused_and_the_true_one_answered_later(
    network: Network, relay: Relay
) -> None:
    with network.http() as http:
        probe = network.probe("sonde", http)
        probe.hello()
        question = network.ask("nord", "relais", "sonde")
        response = probe.poll(wait=10)
        foreign = (response.headers["Maillage-Task"], response.content)
        network.running.stop("relais")
        relay.on_delivery = lambda _: foreign
        network.start("relais")
        wait_until(lambda: bool(relay.refused))
        network.running.stop("relais")
        here, there = last_words(network, "relais", foreign[0])
        assert (here, there) == (["envelope_retargeted"], ["answer_mismatch"])
        relay.on_delivery = lambda delivery: delivery
        network.start("relais")
        assert network.wait_answered(question, "nord", "relais")
        with network.connect() as hub:
            hub.cancel(question)
    network.verify("relais")


@pytest.mark.usefixtures("hasty")
def test_a_task_that_was_kept_too_long_is_refused_and_both_ledgers_say_so(
    network: Network, relay: Relay
) -> None:
    def keep(delivery: Delivery) -> Delivery:
        time.sleep(HASTE_SECONDS + 0.5)
        return delivery

    relay.on_delivery = keep
    result = network.wait_complete(network.ask("nord", "relais", "sud"))
    assert (result.status, site_of(result, "relais").status) == ("expired", "missing")
    check_total(result, "nord", "sud")
    wait_until(lambda: bool(relay.refused))
    ((task_id, _),) = relay.deliveries
    wait_until(lambda: _rejected(network, "relais", task_id))
    assert last_words(network, "relais", task_id) == (["envelope_expired"], ["question_closed"])
    network.verify("relais")


def _rejected(network: Network, site: str, task_id: str) -> bool:
    events = [line.event for line in network.read_ledger(site, task_id=task_id)]
    return "agent:answer:rejected" in events


def test_an_answer_edited_on_its_way_is_not_heard_and_the_true_one_is(network: Network, relay: Relay) -> None:
    relay.on_answer = lambda body: body.replace(b"a", b"b", 1)
    question = network.ask("nord", "relais", "sud")
    network.wait_answered(question, "nord", "sud")
    wait_until(lambda: len(relay.refused) >= 2)
    assert json.loads(relay.refused[0])["code"] == "signature_invalid"
    assert site_of(network.read(question), "relais").persons is None
    relay.on_answer = bytes
    check_total(network.wait_complete(question), "nord", "relais", "sud")
    check_answered_once(network, question)


# --- towards the hub, from a member who cheats


@pytest.fixture
def probe(network: Network) -> Generator[ProbeNode]:
    with network.http() as http:
        probe = network.probe("sonde", http)
        assert probe.hello().status_code == 200
        yield probe
        # A task that was not answered must not be the next test's.
        for question in http.get("/api/v1/questions").json()["questions"]:
            if question["status"] == "open":
                http.delete(f"/api/v1/questions/{question['id']}")


def seal(probe: ProbeNode, opened: Opened[Task], **changes: Any) -> bytes:
    """A good answer, but for the changes."""
    return seal_answer(probe.partial(opened, **({"content": CONTENT} | changes)), key=probe.key)


def told(response: httpx2.Response) -> tuple[int, str]:
    document = response.json()
    assert document["what"]
    return response.status_code, document["code"]


def test_a_member_who_cheats_is_refused_each_time_and_may_then_answer(
    network: Network, probe: ProbeNode
) -> None:
    first = network.ask("nord", "sonde", "sud")
    opened = probe.take(wait=10)
    task_id = opened.message.task_id
    honest = seal(probe, opened)
    envelope = json.loads(honest)
    payload = json.loads(base64.b64decode(envelope["payload"]))
    payload["content"]["persons"]["count"] = 4000
    edited = envelope | {"payload": base64.b64encode(canonical_bytes(payload)).decode()}
    assert told(probe.post(task_id, json.dumps(edited).encode())) == (422, "envelope_altered")
    assert probe.post(task_id, honest).json() == {"status": "recorded"}
    assert told(probe.post(task_id, seal(probe, opened, content=CONTENT | {"years": []}, floor=12)))[0] == 409
    check_total(network.wait_complete(first), "nord", "sonde", "sud")

    second = network.ask("nord", "sonde", "sud")
    again = probe.take(wait=10)
    assert told(probe.post(again.message.task_id, honest)) == (422, "answer_mismatch"), "replayed"
    foreign = _task_of(network, second, site="nord")
    assert told(probe.post(foreign, seal(probe, again, task_id=foreign))) == (422, "answer_mismatch")
    headers = probe.sign("POST", f"/api/node/v1/tasks/{again.message.task_id}/answer", seal(probe, again))
    address = f"/api/node/v1/tasks/{again.message.task_id}/answer"
    body = seal(probe, again, shown_alone=False)
    assert told(probe.http.post(address, content=body, headers=headers)) == (401, "signature_invalid")
    good = seal(probe, again)
    headers = probe.sign("POST", address, good)
    assert probe.http.post(address, content=good, headers=headers).json() == {"status": "recorded"}
    assert told(probe.http.post(address, content=good, headers=headers)) == (401, "signature_invalid")
    check_total(network.wait_complete(second), "nord", "sonde", "sud")
    refused = [line["facts"]["code"] for line in network.read_audit() if line["type"] == "hub:answer:refuse"]
    assert refused[-4:] == ["envelope_altered", "answer_exists", "answer_mismatch", "answer_mismatch"]
    network.verify("nord")


def _task_of(network: Network, question: str, *, site: str) -> str:
    network.wait_answered(question, site)
    lines = [line for line in network.read_audit() if line["type"] == "hub:task:deliver"]
    return next(
        line["subject"] for line in lines if (line["actor"], line["facts"]["question"]) == (site, question)
    )


@pytest.mark.usefixtures("hasty")
@pytest.mark.long
def test_an_answer_after_the_date_changes_nothing(network: Network, probe: ProbeNode) -> None:
    question = network.ask("nord", "sonde", "sud")
    opened = probe.take(wait=10)
    result = network.wait_complete(question)
    assert (result.status, site_of(result, "sonde").status) == ("expired", "missing")
    assert told(probe.post(opened.message.task_id, seal(probe, opened))) == (409, "question_closed")
    assert network.read(question) == result
    codes = [line["facts"].get("code") for line in network.read_audit(task_id=opened.message.task_id)]
    assert codes[-1] == "question_closed"
