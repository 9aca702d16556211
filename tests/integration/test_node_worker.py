"""The real worker on a real warehouse: what it counts, what it declines, how it ends."""

import json
import subprocess
import sys
from collections.abc import Generator
from pathlib import Path
from typing import Any

import pytest

from maillage.analysis.registry import code_hash
from maillage.base.ids import new_id
from maillage.exchange.message import AnalysisRef
from maillage.exchange.reasons import Reason
from maillage.node.errors import WorkerCrashedError
from maillage.node.log import Log
from maillage.node.store import create_store
from maillage.node.worker.child import Child
from maillage.node.worker.handle import WORKER_COMMAND, Worker
from maillage.node.worker.messages import Bench, Computed, Declined, Job, Ready
from maillage.warehouse.layout import METADATA_TABLE
from tests.support.cohorts import COHORT
from tests.support.omop import load_tables, people
from tests.support.workers import ANY_PERMIT, make_bench

PERSONS = 40
COHORT_OF_NO_CODE = json.loads(json.dumps(COHORT).replace("201826", "4000000"))


def _load(folder: Path, *, persons: int = PERSONS) -> Path:
    folder.mkdir(exist_ok=True)
    ids = range(1, persons + 1)
    span = {"observation_period_start_date": "2010-01-01", "observation_period_end_date": "2024-12-31"}
    condition = {"condition_concept_id": 201826, "condition_start_date": "2020-05-01"}
    return load_tables(
        folder,
        {
            # A floor's worth of others: a cohort of everybody would be told without years.
            "person": people(*ids, *range(10_001, 10_012)),
            "observation_period": [{"observation_period_id": n, "person_id": n} | span for n in ids],
            "condition_occurrence": [{"condition_occurrence_id": n, "person_id": n} | condition for n in ids],
            "concept_ancestor": [{"ancestor_concept_id": 201826, "descendant_concept_id": 201826}],
            "concept": [{"concept_id": 201826, "standard_concept": "S"}],
        },
    )


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return _load(tmp_path_factory.mktemp("warehouse"))


def _make_worker(warehouse: Path, *, time_limit: float = 60) -> Worker:
    bench = make_bench(warehouse)
    return Worker(bench, time_limit=time_limit, log=Log())


@pytest.fixture(scope="module")
def worker(warehouse: Path) -> Generator[Worker]:
    running = _make_worker(warehouse)
    yield running
    running.end()


def _job(**changes: Any) -> Job:
    fields: dict[str, Any] = {
        "job_id": new_id("task"),
        "analysis": AnalysisRef(id="count", version=1, code=code_hash("count")),
        "parameters": {},
        "cohort": COHORT,
        "floor": 11,
        "network_floor": 11,
        "permit": ANY_PERMIT,
        "requester": "alice",
        "counts": {"kind": "exact"},
    }
    return Job.model_validate(fields | changes)


def test_a_cohort_is_counted(worker: Worker) -> None:
    answer = worker.run(_job())
    assert isinstance(answer, Computed)
    assert answer.content["persons"] == {"count": PERSONS}
    assert answer.content["years"] == [{"year": 2020, "persons": {"count": PERSONS}}]


def test_a_raised_floor_is_obeyed(worker: Worker) -> None:
    answer = worker.run(_job(floor=PERSONS + 1))
    assert isinstance(answer, Computed)
    assert answer.content["persons"] == {"suppressed": "below_floor"}
    assert str(PERSONS) not in str(answer.content)


DECLINED = {
    "not an expression": ({"cohort": {"behave": "answer"}}, Reason.COHORT_INVALID),
    "unknown criterion": (
        {"cohort": COHORT | {"PrimaryCriteria": {"CriteriaList": [{"Genome": {}}]}}},
        Reason.COHORT_INVALID,
    ),
    "unknown codes": ({"cohort": COHORT_OF_NO_CODE}, Reason.CONCEPTS_UNKNOWN),
    "parameters": ({"parameters": {"rows": True}}, Reason.PARAMETERS_INVALID),
    "another program": (
        {"analysis": AnalysisRef(id="count", version=1, code="sha256:" + "0" * 64)},
        Reason.ANALYSIS_DIFFERS,
    ),
    "no program": (
        {"analysis": AnalysisRef(id="genomes", version=1, code="sha256:" + "0" * 64)},
        Reason.ANALYSIS_DIFFERS,
    ),
}


@pytest.mark.parametrize("case", DECLINED)
def test_a_job_that_cannot_be_done_is_declined_by_a_code(worker: Worker, case: str) -> None:
    changes, reason = DECLINED[case]
    answer = worker.run(_job(**changes))
    assert isinstance(answer, Declined)
    assert answer.reason is reason
    assert isinstance(worker.run(_job()), Computed)


def _break(path: Path) -> None:
    path.write_bytes(b"not a warehouse" * 1000)


def _age(path: Path) -> None:
    import duckdb

    with duckdb.connect(str(path)) as connection:
        connection.execute(f"UPDATE {METADATA_TABLE} SET value = '0' WHERE name = 'layout_version'")


SPOILED = {
    "absent": (lambda path: path.unlink(), Reason.WAREHOUSE_UNAVAILABLE),
    "broken": (_break, Reason.WAREHOUSE_UNAVAILABLE),
    "another version": (_age, Reason.WAREHOUSE_VERSION),
}


@pytest.mark.parametrize("case", SPOILED)
def test_a_spoiled_warehouse_is_told_and_a_mended_one_is_opened(tmp_path: Path, case: str) -> None:
    spoil, reason = SPOILED[case]
    path = _load(tmp_path / "hcl")
    whole = path.read_bytes()
    spoil(path)
    worker = _make_worker(path)
    try:
        answer = worker.run(_job())
        assert isinstance(answer, Declined)
        assert answer.reason is reason
        path.write_bytes(whole)
        assert isinstance(worker.run(_job()), Computed)
    finally:
        worker.end()


def test_a_reloaded_warehouse_is_read_at_once(tmp_path: Path) -> None:
    path = _load(tmp_path / "hcl")
    worker = _make_worker(path)
    try:
        worker.run(_job())
        _load(tmp_path / "hcl", persons=25)
        answer = worker.run(_job())
    finally:
        worker.end()
    assert isinstance(answer, Computed)
    assert answer.content["persons"] == {"count": 25}


def test_an_idle_worker_ends_and_comes_back(warehouse: Path) -> None:
    clock = {"now": 0.0}
    bench = make_bench(warehouse)
    worker = Worker(bench, time_limit=60, log=Log(), monotonic=lambda: clock["now"])
    worker.start()
    clock["now"] = 59.0
    worker.end_if_idle(seconds=60)
    assert worker.pid is not None
    clock["now"] = 61.0
    worker.end_if_idle(seconds=0)
    assert worker.pid is not None, "zero means never"
    worker.end_if_idle(seconds=60)
    assert worker.pid is None
    assert isinstance(worker.run(_job()), Computed)
    worker.end()


def test_a_killed_worker_leaves_nothing_on_the_disk(warehouse: Path, tmp_path: Path) -> None:
    bench = Bench(place=make_bench(warehouse).place, folder=tmp_path)
    create_store(tmp_path / "node.sqlite")
    child = Child(WORKER_COMMAND, bench=bench)
    assert isinstance(child.receive(seconds=60), Ready)
    assert [found.is_dir() for found in (tmp_path / "scratch").glob("worker-*/maillage-*")] == [True]
    child.kill()
    assert not list((tmp_path / "scratch").iterdir())


def test_a_worker_that_cannot_start_is_a_crash_not_a_wait(warehouse: Path) -> None:
    bench = make_bench(warehouse)
    worker = Worker(bench, time_limit=60, log=Log(), command=(sys.executable, "-c", "raise SystemExit(3)"))
    with pytest.raises(WorkerCrashedError):
        worker.run(_job())
    assert worker.pid is None


def test_the_worker_ends_when_its_pipe_closes(warehouse: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-P", "-m", "maillage.node.worker.process"],
        input=make_bench(warehouse).model_dump_json().encode() + b"\n",
        capture_output=True,
        timeout=60,
        check=True,
    )
    assert b'"ready"' in done.stdout
