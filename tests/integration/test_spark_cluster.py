"""A standalone Spark cluster with two workers, asked by `maillage cohort run` in a process of its own."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Generator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import duckdb
import pyspark
import pytest

from tests.support.circe import cohort, concept_set, concepts, correlated, group, observed, rule
from tests.support.hubs import free_port
from tests.support.in_place import write_objections
from tests.support.omop import load_tables
from tests.support.spark import export_parquet, need_java

pytestmark = pytest.mark.xdist_group("conformance-spark")

SPARK = Path(pyspark.__file__).parent
START_SECONDS = 120


@contextmanager
def spark_process(name: str, *arguments: str, log: Path) -> Generator[None]:
    """A master or a worker, until the `with` ends."""
    command = [str(SPARK / "bin" / "spark-class"), f"org.apache.spark.deploy.{name}", *arguments]
    environment = os.environ | {"SPARK_HOME": str(SPARK), "SPARK_LOCAL_IP": "127.0.0.1"}
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream, env=environment, cwd=log.parent)
        try:
            yield
        finally:
            process.terminate()
            process.wait(timeout=60)


def wait_for(log: Path, words: str, *, times: int = 1) -> None:
    deadline = time.monotonic() + START_SECONDS
    while log.read_text(errors="replace").count(words) < times:
        assert time.monotonic() < deadline, log.read_text(errors="replace")[-2000:]
        time.sleep(0.2)


@pytest.fixture
def master(tmp_path: Path) -> Generator[str]:
    need_java()
    port = free_port()
    address = f"spark://127.0.0.1:{port}"
    with ExitStack() as stack:
        log = tmp_path / "master.log"
        where = ("--host", "127.0.0.1")
        ports = ("--port", str(port), "--webui-port", "0")
        stack.enter_context(spark_process("master.Master", *where, *ports, log=log))
        wait_for(log, "New state: ALIVE")
        for number in (1, 2):
            folder = tmp_path / f"worker{number}"
            folder.mkdir()
            means = ("--cores", "1", "--memory", "3g", "--webui-port", "0", "--work-dir", str(folder))
            worker = spark_process("worker.Worker", *where, *means, address, log=folder / "log")
            stack.enter_context(worker)
        wait_for(log, "Registering worker", times=2)
        yield address


@pytest.mark.long
def test_two_workers_find_what_one_machine_finds(master: str, tmp_path: Path) -> None:
    events = [
        {
            "condition_occurrence_id": 10 * person + n,
            "person_id": person,
            "condition_concept_id": 5,
            "condition_start_date": f"2020-0{n}-01",
        }
        for person in range(1, 41)
        for n in range(1, 4)
    ]
    tables = {**observed(*range(1, 41)), "condition_occurrence": events, "concept": concepts(5)}
    condition = {"ConditionOccurrence": {"CodesetId": 0}}
    rules = [rule(group(correlated(condition, count=3)))]
    definition = tmp_path / "three.json"
    expression = cohort(condition, limit="First", ConceptSets=[concept_set(0, 5)], InclusionRules=rules)
    definition.write_text(json.dumps(expression), encoding="utf-8")
    lake = export_parquet(load_tables(tmp_path, tables), tmp_path / "lake")
    out = tmp_path / "rows.parquet"
    objections = write_objections(tmp_path, 1, 2, 3)
    options = ["--engine", "spark", "--master", master, "--objections", str(objections), "--out", str(out)]
    command = [sys.executable, "-m", "maillage", "cohort", "run", str(definition), "--warehouse", str(lake)]
    environment = os.environ | {"SPARK_LOCAL_IP": "127.0.0.1"}
    done = subprocess.run(
        [*command, *options], env=environment, capture_output=True, text=True, check=False, timeout=300
    )
    assert done.returncode == 0, done.stderr[-3000:]
    with duckdb.connect() as reader:
        persons = reader.from_parquet(str(out)).project("subject_id").fetchall()
    assert sorted(persons) == [(person,) for person in range(4, 41)]
    for number in (1, 2):
        assert "Asked to launch executor" in (tmp_path / f"worker{number}" / "log").read_text()
