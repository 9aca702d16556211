"""Nodes for tests: a folder, tasks that it would take, an agent in a thread or in a process."""

import os
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from typing import Any

from maillage.analysis.registry import code_hash
from maillage.base.canon import canonical_hash
from maillage.base.clock import Clock, utc_now
from maillage.base.ids import new_id
from maillage.base.keys import PublicKey
from maillage.exchange.envelope import seal_permit, seal_task
from maillage.exchange.permit import Permit
from maillage.exchange.task import Task
from maillage.node.agent import run_agent
from maillage.node.folder import Node, create_node
from maillage.node.log import Log
from maillage.node.permits import committee, documents
from maillage.node.settings import HubSettings, NodeSettings, WarehouseSettings
from tests.support.agent_process import STAND_IN_WORKER
from tests.support.messages import COMMITTEE_KEY, HUB_KEY, example_permit, example_task
from tests.support.stand_in_hub import StandInHub

ROOT = Path(__file__).parent.parent.parent
AUTO = '[[rule]]\ndecision = "auto"\n'
STANDING = example_permit()
HOLD = '[[rule]]\ndecision = "hold"\n'


def make_node(
    folder: Path,
    *,
    site: str = "hcl",
    hub_url: str = "http://127.0.0.1:9",
    hub_key: PublicKey = HUB_KEY.public,
    policy: str = AUTO,
    clock: Clock = utc_now,
    permit: Permit | None = STANDING,
    **warehouse: Any,
) -> Node:
    """A node with quick retries, which accepted this permit."""
    settings = NodeSettings(
        site=site,
        hub=HubSettings(url=hub_url, key=hub_key.text, wait_seconds=1, retry_seconds_max=1),
        warehouse=WarehouseSettings.model_validate({"path": "warehouse.duckdb"} | warehouse),
    )
    node = create_node(folder, settings=settings, policy=policy, clock=clock)
    if permit is not None:
        accept_permit(node, permit)
    return node


def accept_permit(node: Node, permit: Permit) -> None:
    """What a steward does: trust the committee, take its permit, accept it."""
    with node.open_store() as store:
        if not committee.list_keys(store):
            committee.trust(store, node=node, key=COMMITTEE_KEY.public, by="Dr Faure")
        documents.receive(store, node=node, envelope=seal_permit(permit, key=COMMITTEE_KEY))
        documents.accept(store, node=node, name=permit.permit_id, by="Dr Faure")


def node_task(**changes: Any) -> Task:
    """A fresh task that `make_node` would take now; `cohort` may say how the stand-in worker behaves."""
    now = utc_now()
    cohort = changes.pop("cohort", {})
    fields: dict[str, Any] = {
        "task_id": new_id("task"),
        "question_id": new_id("question"),
        "nonce": new_id("n").removeprefix("n-"),
        "analysis": {"id": "count", "version": 1, "code": code_hash("count")},
        "cohort": cohort,
        "cohort_hash": canonical_hash(cohort),
        "issued_at": now,
        "expires_at": now + timedelta(hours=1),
    }
    return example_task(**fields | changes)


def send_task(hub: StandInHub, **changes: Any) -> Task:
    """A task signed by this hub, in its queue."""
    task = node_task(**changes)
    hub.deliver(task.task_id, seal_task(task, key=hub.key))
    return task


@contextmanager
def agent_thread(
    node: Node, *, worker_command: Sequence[str] = STAND_IN_WORKER
) -> Generator[threading.Event]:
    """The agent, with the stand-in worker unless told otherwise, in this process, until the body ends."""
    stop = threading.Event()
    trouble: list[BaseException] = []

    def work() -> None:
        try:
            run_agent(node, log=Log({"process": "agent"}), stop=stop, worker_command=worker_command)
        except BaseException as error:  # noqa: BLE001 - told below, in the test's own thread
            trouble.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    try:
        yield stop
    finally:
        stop.set()
        thread.join(timeout=30)
        # The long poll that was under way; a real agent's process does not wait for it.
        for left in [each for each in threading.enumerate() if each.name == "poller"]:
            left.join(timeout=30)
    assert not trouble, trouble


@contextmanager
def agent_process(node: Node, *, die_at: str = "") -> Generator[subprocess.Popen[bytes]]:
    """The agent with the stand-in worker, in its own process, ended with the body if it still runs."""
    arguments = [sys.executable, "-m", "tests.support.agent_process", str(node.folder), die_at]
    process = subprocess.Popen(arguments, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)})
    try:
        yield process
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(timeout=30)


def wait_until(holds: Callable[[], bool], *, seconds: float = 30) -> None:
    """Look again and again until it holds; fails when it never does."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it never came true"
        time.sleep(0.02)


def read_jobs(node: Node) -> list[str]:
    """The jobs that stand-in workers began."""
    journal = node.warehouse.with_suffix(".jobs")
    return journal.read_text().split() if journal.exists() else []


def read_states(node: Node) -> dict[str, str]:
    """Where each task stands."""
    with node.open_store() as store:
        rows = store.connection.execute("SELECT task_id, state FROM tasks").fetchall()
    return {row["task_id"]: row["state"] for row in rows}
