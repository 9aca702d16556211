"""kill -9 of the agent at each point of a task's life: nothing is lost, nothing is answered twice (S11)."""

import signal
from collections.abc import Generator
from pathlib import Path

import psutil
import pytest

from maillage.exchange.reasons import Reason
from maillage.exchange.result import Failure, Partial
from maillage.node import ledger
from maillage.node.errors import AgentRunningError
from maillage.node.folder import Node, is_agent_running, sole_agent
from maillage.node.states import Event
from maillage.node.verify import verify
from tests.support.nodes import (
    agent_process,
    agent_thread,
    make_node,
    read_jobs,
    read_states,
    send_task,
    wait_until,
)
from tests.support.stand_in_hub import StandInHub, serve


@pytest.fixture
def hub() -> Generator[StandInHub]:
    with serve(StandInHub()) as running:
        yield running


@pytest.mark.parametrize("point", ["received", "decided", "executed", "recorded", "sent"])
def test_a_killed_agent_answers_once_after_its_restart(hub: StandInHub, tmp_path: Path, point: str) -> None:
    node = make_node(tmp_path / "hcl", hub_url=hub.url, hub_key=hub.key.public)
    hub.node_key = node.key.public
    task = send_task(hub)
    with agent_process(node, die_at=point) as dying:
        assert dying.wait(timeout=30) == -signal.SIGKILL
    with agent_thread(node):
        hub.wait_for_answers(task.task_id)
        wait_until(lambda: read_states(node) == {task.task_id: "sent"})
    answers = hub.tasks[task.task_id].answers
    assert len(set(answers)) == 1, "two different answers left"
    assert isinstance(hub.read(answers[0]), Partial)
    assert len(read_jobs(node)) == (2 if point == "executed" else 1), "computed more often than needed"
    _check_ledger(node, task.task_id)


def _check_ledger(node: Node, task_id: str) -> None:
    with node.open_store() as store:
        assert verify(store, node=node).answers == 1
        events = [line.event for line in ledger.read_lines(store) if line.task_id == task_id]
    once = {Event.AGENT_TASK_RECEIVED, Event.POLICY_TASK_ACCEPTED, Event.AGENT_ANSWER_RECORDED}
    assert {event: events.count(event) for event in once} == dict.fromkeys(once, 1)
    assert Event.AGENT_ANSWER_SENT in events


@pytest.mark.parametrize("behave", ["crash", "babble"])
def test_a_task_that_kills_its_worker_fails_and_the_next_is_answered(
    hub: StandInHub, tmp_path: Path, behave: str
) -> None:
    node = make_node(tmp_path / "hcl", hub_url=hub.url, hub_key=hub.key.public)
    hub.node_key = node.key.public
    poison = send_task(hub, cohort={"behave": behave})
    good = send_task(hub)
    with agent_thread(node):
        (failed,) = hub.wait_for_answers(poison.task_id)
        (answered,) = hub.wait_for_answers(good.task_id)
    assert isinstance(failed, Failure)
    assert failed.reason is Reason.INTERNAL
    assert isinstance(answered, Partial)
    assert read_jobs(node) == [poison.task_id, poison.task_id, good.task_id]


def test_a_task_that_kills_its_agent_twice_fails(hub: StandInHub, tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl", hub_url=hub.url, hub_key=hub.key.public)
    hub.node_key = node.key.public
    poison = send_task(hub)
    for _ in range(2):
        with agent_process(node, die_at="executed") as dying:
            assert dying.wait(timeout=30) == -signal.SIGKILL
    with agent_thread(node):
        (answer,) = hub.wait_for_answers(poison.task_id)
    assert isinstance(answer, Failure)
    assert answer.reason is Reason.INTERNAL
    assert len(read_jobs(node)) == 2


def test_the_worker_dies_with_a_killed_agent(hub: StandInHub, tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl", hub_url=hub.url, hub_key=hub.key.public)
    hub.node_key = node.key.public
    with agent_process(node) as agent:
        hub.wait_for_hello()
        (worker,) = psutil.Process(agent.pid).children()
        agent.kill()
        worker.wait(timeout=20)


def test_an_orderly_stop_leaves_the_task_for_the_next_start(hub: StandInHub, tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl", hub_url=hub.url, hub_key=hub.key.public)
    hub.node_key = node.key.public
    task = send_task(hub, cohort={"behave": "heed"})
    for start in (1, 2, 3):
        with agent_process(node) as agent:
            wait_until(lambda start=start: len(read_jobs(node)) == start)
            agent.terminate()
            assert agent.wait(timeout=30) == 0
    assert read_states(node) == {task.task_id: "accepted"}
    assert not hub.tasks[task.task_id].answers


def test_two_agents_never_share_a_folder(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl")
    with sole_agent(node):
        assert is_agent_running(node)
        with pytest.raises(AgentRunningError), sole_agent(node):
            pass
    assert not is_agent_running(node)
