"""The real worker is told to stop in the middle of a query of minutes: it is free for the next question."""

import shutil
import threading
from collections.abc import Generator
from contextlib import suppress
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from maillage.analysis.registry import code_hash
from maillage.base.clock import utc_now
from maillage.base.ids import new_id
from maillage.exchange.reasons import Reason
from maillage.exchange.result import Partial, Refusal
from maillage.node.errors import WorkerStoppedError
from maillage.node.log import Log
from maillage.node.worker.handle import WORKER_COMMAND, Worker
from maillage.node.worker.messages import Computed, Declined, Job
from tests.support.cohorts import COHORT
from tests.support.heavy import LONG, WIDE, load_heavy
from tests.support.nodes import agent_thread, make_node, send_task, wait_until
from tests.support.stand_in_hub import StandInHub, serve
from tests.support.workers import ANY_PERMIT, make_bench


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return load_heavy(tmp_path_factory.mktemp("heavy"))


def _make_worker(warehouse: Path, *, time_limit: float, memory: str = "1GB") -> Worker:
    bench = make_bench(warehouse, memory=memory)
    return Worker(bench, time_limit=time_limit, log=Log())


@pytest.fixture
def worker(warehouse: Path) -> Generator[Worker]:
    running = _make_worker(warehouse, time_limit=300)
    running.start()
    yield running
    running.end()


def _job(cohort: dict[str, Any]) -> Job:
    analysis = {"id": "count", "version": 1, "code": code_hash("count")}
    fields: dict[str, Any] = {"analysis": analysis, "parameters": {}, "floor": 11, "network_floor": 11}
    fields |= {"permit": ANY_PERMIT, "requester": "alice", "counts": {"kind": "exact"}}
    return Job.model_validate({"job_id": new_id("task"), "cohort": cohort} | fields)


def test_a_stopped_worker_heeds_and_answers_the_next_question(worker: Worker) -> None:
    job = _job(LONG)
    timer = threading.Timer(1.5, worker.stop, [job.job_id])
    timer.start()
    with pytest.raises(WorkerStoppedError):
        worker.run(job)
    timer.join()
    assert isinstance(worker.run(_job(COHORT)), Computed)


def test_a_stop_that_comes_before_the_first_query_is_heeded_too(worker: Worker) -> None:
    job = _job(LONG)
    worker.stop(job.job_id)
    with pytest.raises(WorkerStoppedError):
        worker.run(job)
    assert isinstance(worker.run(_job(COHORT)), Computed)


LIMITS = {
    "time": (LONG, 1, "time_limit_reached"),
    "memory": (WIDE, 300, "MemoryLimitError"),
}


@pytest.mark.parametrize("limit", LIMITS)
def test_a_limit_of_the_node_ends_the_question_and_the_log_says_which(
    warehouse: Path, limit: str, capfd: pytest.CaptureFixture[str]
) -> None:
    cohort, seconds, told = LIMITS[limit]
    worker = _make_worker(warehouse, time_limit=seconds, memory="150MB")
    worker.start()
    try:
        # A machine that is short of breath may have it killed instead; the agent then says the same.
        with suppress(WorkerStoppedError):
            answer = worker.run(_job(cohort))
            assert isinstance(answer, Declined)
            assert answer.reason is Reason.LIMIT_REACHED
    finally:
        worker.end()
    log = capfd.readouterr().err
    assert [word for _cohort, _seconds, word in LIMITS.values() if word in log] == [told]


def is_worker(process: psutil.Process) -> bool:
    """Other tests of the session have servers of their own running."""
    return "maillage.node.worker.process" in process.cmdline()


def test_a_question_that_expires_frees_the_engine(warehouse: Path, tmp_path: Path) -> None:
    with serve(StandInHub()) as hub:
        node = make_node(tmp_path / "hcl", hub_url=hub.url, hub_key=hub.key.public)
        hub.node_key = node.key.public
        shutil.copy(warehouse, node.warehouse)
        with agent_thread(node, worker_command=WORKER_COMMAND):
            hub.wait_for_hello()
            (process,) = (one for one in psutil.Process().children() if is_worker(one))
            asked = send_task(hub, cohort=LONG, expires_at=utc_now() + timedelta(seconds=6))
            before = process.cpu_times().user
            wait_until(lambda: process.cpu_times().user > before + 1)
            after = send_task(hub, cohort=COHORT)
            (refusal,) = hub.wait_for_answers(asked.task_id)
            (answer,) = hub.wait_for_answers(after.task_id)
    assert isinstance(refusal, Refusal)
    assert refusal.reason is Reason.ENVELOPE_EXPIRED
    assert isinstance(answer, Partial)
