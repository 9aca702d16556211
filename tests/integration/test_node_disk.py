"""A node whose disk is full: nothing lost, nothing computed twice, said to the hub, over when there is room.

The limit on file size that the system lends to one process stands for the disk: it can be set and lifted.
"""

from collections.abc import Generator
from pathlib import Path

import psutil
import pytest

from maillage.exchange.result import Partial
from maillage.node.folder import Node
from maillage.node.verify import verify
from tests.support.nodes import agent_process, make_node, read_jobs, read_states, send_task, wait_until
from tests.support.stand_in_hub import StandInHub, serve


@pytest.fixture
def hub() -> Generator[StandInHub]:
    with serve(StandInHub()) as running:
        yield running


@pytest.fixture
def node(hub: StandInHub, tmp_path: Path) -> Node:
    node = make_node(tmp_path / "hcl", hub_url=hub.url, hub_key=hub.key.public)
    hub.node_key = node.key.public
    return node


def _fill(pid: int) -> None:
    psutil.Process(pid).rlimit(psutil.RLIMIT_FSIZE, (4096, psutil.RLIM_INFINITY))


def _free(pid: int) -> None:
    psutil.Process(pid).rlimit(psutil.RLIMIT_FSIZE, (psutil.RLIM_INFINITY, psutil.RLIM_INFINITY))


def test_a_task_that_could_not_be_stored_is_delivered_again(hub: StandInHub, node: Node) -> None:
    with agent_process(node) as agent:
        wait_until(lambda: hub.polls > 0)
        _fill(agent.pid)
        task = send_task(hub)
        wait_until(lambda: hub.hellos[-1]["health"] == "disk_full")
        assert not hub.tasks[task.task_id].answers
        _free(agent.pid)
        (answer,) = hub.wait_for_answers(task.task_id)
        assert hub.hellos[-1]["health"] != "disk_full"
    assert isinstance(answer, Partial)
    _check(node)


def test_a_result_that_could_not_be_recorded_waits_for_room(hub: StandInHub, node: Node) -> None:
    with agent_process(node) as agent:
        task = send_task(hub, cohort={"behave": "slow"})
        wait_until(lambda: read_jobs(node) == [task.task_id])
        _fill(agent.pid)
        wait_until(lambda: hub.hellos[-1]["health"] == "disk_full")
        assert not hub.tasks[task.task_id].answers
        _free(agent.pid)
        (answer,) = hub.wait_for_answers(task.task_id)
        wait_until(lambda: read_states(node)[task.task_id] == "sent")
    assert isinstance(answer, Partial)
    assert read_jobs(node) == [task.task_id]
    _check(node)


def _check(node: Node) -> None:
    with node.open_store() as store:
        assert verify(store, node=node).answers == 1
