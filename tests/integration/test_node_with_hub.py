"""An agent against the real hub: what the stand-in of the other tests agrees to, the hub must too."""

import signal
from collections.abc import Generator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from maillage.base.keys import PublicKey
from maillage.node import review
from maillage.node.folder import Node
from maillage.node.hello import read_hello
from maillage.node.verify import verify
from tests.support.cohorts import COHORT
from tests.support.hubs import LiveHub, live_hub
from tests.support.nodes import agent_process, agent_thread, make_node, read_jobs, read_states, wait_until

pytestmark = pytest.mark.xdist_group("node-with-hub")

QUESTION: dict[str, Any] = {
    "title": "Diabète",
    "analysis": "count",
    "cohort": COHORT | {"InclusionRules": []},
}


@pytest.fixture(scope="module")
def hub(tmp_path_factory: pytest.TempPathFactory) -> Generator[LiveHub]:
    """One hub for all tests, each with a hospital of its own: starting one takes seconds."""
    with live_hub(tmp_path_factory.mktemp("network") / "hub") as running:
        yield running


@pytest.fixture(scope="module")
def http(hub: LiveHub) -> Generator[httpx2.Client]:
    with hub.client(hub.command("token", "create", "alice").split()[-1]) as client:
        yield client


def _enrol(hub: LiveHub, folder: Path, *, site: str, decision: str = "auto") -> Node:
    hub_key = PublicKey.parse(hub.command("key", str(hub.folder)).split()[-1])
    rules = f'shown_alone = true\n[[rule]]\ndecision = "{decision}"\n'
    node = make_node(folder / site, site=site, hub_url=hub.url, hub_key=hub_key, policy=rules)
    hub.command("register", site, "--name", site.upper(), "--key", node.key.public.text)
    return node


def _ask(http: httpx2.Client, site: str) -> dict[str, Any]:
    response = http.post("/api/v1/questions", json=QUESTION | {"sites": [site]})
    assert response.status_code == 201, response.text
    return response.json()


def _wait_for(http: httpx2.Client, question: dict[str, Any], status: str) -> dict[str, Any]:
    """The hospital's line, once it has this status."""
    document = question
    for _ in range(20):
        if document["sites"][0]["status"] == status:
            return document["sites"][0]
        address = f"/api/v1/questions/{question['id']}?wait=10&seen={document['version']}"
        document = http.get(address).json()
    raise AssertionError(document)


def test_a_question_goes_through_and_both_ledgers_agree(
    hub: LiveHub, http: httpx2.Client, tmp_path: Path
) -> None:
    node = _enrol(hub, tmp_path, site="chu-one")
    with agent_thread(node):
        site = _wait_for(http, _ask(http, "chu-one"), "answered")
        wait_until(lambda: set(read_states(node).values()) == {"sent"})
    assert site["persons"] == {"count": 412}
    with node.open_store() as store, node.call_hub() as client:
        anchor = client.hello(read_hello(store)).anchor
        assert anchor is not None
        assert verify(store, node=node, anchor=anchor).hub


@pytest.mark.long
def test_a_killed_agent_and_a_restarted_hub_still_give_one_answer(
    hub: LiveHub, http: httpx2.Client, tmp_path: Path
) -> None:
    node = _enrol(hub, tmp_path, site="chu-two")
    question = _ask(http, "chu-two")
    with agent_process(node, die_at="recorded") as dying:
        assert dying.wait(timeout=30) == -signal.SIGKILL
    hub.stop(signal.SIGKILL)
    with agent_thread(node):
        hub.start()
        site = _wait_for(http, question, "answered")
    assert site["persons"] == {"count": 412}
    assert len(read_jobs(node)) == 1


def test_a_held_question_is_told_then_released(hub: LiveHub, http: httpx2.Client, tmp_path: Path) -> None:
    node = _enrol(hub, tmp_path, site="chu-three", decision="hold")
    question = _ask(http, "chu-three")
    with agent_thread(node), node.open_store() as store:
        _wait_for(http, question, "held")
        (held,) = review.list_pending(store, node=node)
        assert held.task is not None
        assert (held.task.title, held.task.requester) == ("Diabète", "alice")
        review.release(store, node=node, task_id=held.task_id, by="Dr Faure")
        _wait_for(http, question, "answered")


def test_a_cancelled_question_is_given_up(hub: LiveHub, http: httpx2.Client, tmp_path: Path) -> None:
    node = _enrol(hub, tmp_path, site="chu-four", decision="hold")
    question = _ask(http, "chu-four")
    with agent_thread(node):
        _wait_for(http, question, "held")
        assert http.delete(f"/api/v1/questions/{question['id']}").status_code == 200
        wait_until(lambda: not {"held", "received", "answered"} & set(read_states(node).values()))
    assert not read_jobs(node)


@pytest.mark.long
def test_a_node_that_the_hub_does_not_know_goes_on_asking(hub: LiveHub, tmp_path: Path) -> None:
    node = _enrol(hub, tmp_path, site="chu-five")
    stranger = make_node(
        tmp_path / "stranger", hub_url=hub.url, hub_key=PublicKey.parse(node.settings.hub.key)
    )
    assert stranger.key.public != node.key.public
    with agent_thread(stranger):
        hub.command("suspend", "chu-five")
        wait_until(lambda: _refusals(stranger) == ["node_unknown"])
    with agent_thread(node):
        wait_until(lambda: _refusals(node) == ["node_suspended"])
        hub.command("reinstate", "chu-five")
        wait_until(lambda: _has_greeted(node))


def _refusals(node: Node) -> list[str]:
    with node.open_store() as store:
        rows = store.connection.execute(
            "SELECT sealed ->> '$.body.code' AS code FROM ledger JOIN ledger_bodies USING (sequence) "
            "WHERE event = 'hub:request:refused'"
        ).fetchall()
    return [row["code"] for row in rows]


def _has_greeted(node: Node) -> bool:
    with node.open_store() as store:
        return store.row("fact", name="hello") is not None
