"""S3: a real agent and worker on patients with unmistakable values, which are then looked for everywhere."""

import base64
import copy
import json
import sqlite3
import threading
from collections.abc import Generator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from maillage.analysis.registry import code_hash
from maillage.base.ids import new_id
from maillage.exchange.message import AnalysisRef
from maillage.node.agent import run_agent
from maillage.node.folder import Node
from maillage.node.log import Log
from maillage.node.worker import bench
from maillage.node.worker.bench import WorkBench
from maillage.node.worker.messages import Bench, Declined, Job
from tests.support.cohorts import COHORT
from tests.support.nodes import make_node, send_task, wait_until
from tests.support.omop import load_tables
from tests.support.stand_in_hub import StandInHub, serve
from tests.support.workers import ANY_PERMIT

PERSON = 987_650_000
MARKS = ("98765000", "NIP-SECRET", "DUPONT", "1931-07-23", "19310723", "2019-02-17")
VISITS: dict[str, Any] = COHORT | {
    "PrimaryCriteria": COHORT["PrimaryCriteria"] | {"CriteriaList": [{"VisitOccurrence": {}}]},
    "InclusionRules": [],
}


def warehouse(folder: Path, persons: int) -> Path:
    ids = [PERSON + number for number in range(persons)]
    return load_tables(
        folder,
        {
            "person": [
                {
                    "person_id": each,
                    "year_of_birth": 1931,
                    "month_of_birth": 7,
                    "day_of_birth": 23,
                    "birth_datetime": "1931-07-23 00:00:00",
                    "person_source_value": f"NIP-SECRET-{each}",
                }
                for each in ids
            ],
            "observation_period": [
                {
                    "observation_period_id": each,
                    "person_id": each,
                    "observation_period_start_date": "2010-01-01",
                    "observation_period_end_date": "2025-01-01",
                }
                for each in ids
            ],
            "visit_occurrence": [
                {
                    "visit_occurrence_id": each,
                    "person_id": each,
                    "visit_start_date": "2019-02-17",
                    "visit_end_date": "2019-02-18",
                    "visit_source_value": f"DUPONT^MARIE^{each}",
                }
                for each in ids
            ],
            "observation": [
                {
                    "observation_id": each,
                    "person_id": each,
                    "observation_date": "2019-02-17",
                    "value_as_string": f"DUPONT MARIE {each}",
                }
                for each in ids
            ],
        },
    )


def observations(text: str) -> dict[str, Any]:
    """A cohort that looks for a text in what was written of patients."""
    cohort = copy.deepcopy(VISITS)
    criterion = {"Observation": {"ValueAsString": {"Text": text, "Op": "startsWith"}}}
    cohort["PrimaryCriteria"]["CriteriaList"] = [criterion]
    return cohort


def questions() -> list[dict[str, Any]]:
    unsupported = copy.deepcopy(VISITS)
    unsupported["PrimaryCriteria"]["CriteriaList"] = [{"Nothing": {}}]
    return [VISITS, observations("D"), observations("Q"), observations("' OR 1=1 --"), unsupported]


def everything_kept(node: Node, hub: StandInHub) -> dict[str, str]:
    """By place: the store's rows with envelopes unpacked, the signed head, and what the hub received."""
    with closing(sqlite3.connect(node.folder / "node.sqlite")) as store:
        tables = ("tasks", "answers", "ledger", "facts", "nonces")
        rows = {table: store.execute(f"SELECT * FROM {table}").fetchall() for table in tables}
    sent = [answer for entry in hub.tasks.values() for answer in entry.answers]
    return {
        **{table: str(found) for table, found in rows.items()},
        "head": node.head_path.read_text(),
        "sent": "".join(base64.b64decode(json.loads(data)["payload"]).decode() for data in sent),
        "hellos": str(hub.hellos),
    }


class DriverError(Exception):
    """A library's own, whose message quotes the row that it fell over."""


@pytest.fixture
def fallen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Generator[WorkBench]:
    """A worker's bench whose analysis falls over a patient's row."""

    def fall(**_asked: object) -> None:
        raise DriverError(f"could not convert 'DUPONT MARIE {PERSON}' to a number")

    monkeypatch.setattr(bench, "load_local", lambda name: fall)
    path = warehouse(tmp_path, 40)
    node = make_node(tmp_path / "node", path=str(path))
    found = WorkBench(Bench(place=node.place, folder=node.folder), log=Log())
    yield found
    found.close()


def fall_over(found: WorkBench) -> Declined:
    count = AnalysisRef(id="count", version=1, code=code_hash("count"))
    fields: dict[str, Any] = {"parameters": {}, "cohort": VISITS, "floor": 11, "network_floor": 11}
    fields |= {"permit": ANY_PERMIT, "requester": "alice", "counts": {"kind": "exact"}}
    answer = found.run(Job.model_validate({"job_id": new_id("task"), "analysis": count} | fields))
    assert isinstance(answer, Declined)
    return answer


def test_an_error_that_quotes_a_patient_is_told_by_its_type_alone(
    fallen: WorkBench, capfd: pytest.CaptureFixture[str]
) -> None:
    answer = fall_over(fallen)
    said = capfd.readouterr().err
    assert answer.incident in said
    assert "DriverError" in said
    assert [mark for mark in MARKS if mark in said + answer.model_dump_json()] == []


def test_with_an_error_s_own_words_logged_the_patient_is_in_the_log(
    fallen: WorkBench, capfd: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    def quote(log: Log, event: str, *, error: BaseException, **_context: object) -> str:
        log.error(event, what=str(error))
        return new_id("incident")

    monkeypatch.setattr(bench, "log_incident", quote)
    fall_over(fallen)
    said = capfd.readouterr().err
    assert [mark for mark in MARKS if mark in said] == ["98765000", "DUPONT"]


@pytest.mark.parametrize("persons", [40, 3])
def test_no_value_of_a_patient_leaves_the_warehouse(
    tmp_path: Path, persons: int, capfd: pytest.CaptureFixture[str]
) -> None:
    path = warehouse(tmp_path, persons)
    with serve(StandInHub()) as hub:
        node = make_node(tmp_path / "node", hub_url=hub.url, hub_key=hub.key.public, path=str(path))
        hub.node_key = node.key.public
        stop = threading.Event()
        agent = threading.Thread(
            target=run_agent, args=(node,), kwargs={"log": Log({"process": "agent"}), "stop": stop}
        )
        agent.start()
        try:
            tasks = [send_task(hub, cohort=cohort) for cohort in questions()]
            wait_until(lambda: all(hub.tasks[task.task_id].answers for task in tasks))
            path.write_bytes(path.read_bytes()[:5000])
            broken = send_task(hub, cohort=VISITS)
            wait_until(lambda: bool(hub.tasks[broken.task_id].answers))
        finally:
            stop.set()
            agent.join(timeout=30)
            for left in [each for each in threading.enumerate() if each.name == "poller"]:
                left.join(timeout=30)
        kept = everything_kept(node, hub)
    said = capfd.readouterr()
    for place, text in (kept | {"stdout": said.out, "stderr": said.err}).items():
        assert [mark for mark in MARKS if mark in text] == [], place
    assert "agent_started" in said.err, "the log was looked at"
    assert ('"count":40' in kept["sent"]) == (persons == 40), "the right warehouse was asked"
    assert "below_floor" in kept["sent"]
