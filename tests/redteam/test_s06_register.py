"""S6 and the register of a node: who objected since the last question is in no cell of the next.

One bench stays resident throughout: nothing is loaded, built or started again between two questions.
"""

import json
import sqlite3
from collections.abc import Generator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import duckdb
import pytest

from maillage.analysis.registry import code_hash
from maillage.base.ids import new_id
from maillage.cli.main import run
from maillage.exchange.message import AnalysisRef
from maillage.exchange.reasons import Reason
from maillage.node.folder import Node
from maillage.node.log import Log
from maillage.node.worker import bench
from maillage.node.worker.bench import WorkBench
from maillage.node.worker.messages import Bench, Computed, Declined, Job
from maillage.warehouse.place import FilePlace, Place
from maillage.warehouse.watch import identify
from tests.redteam.test_s03_nothing_of_a_patient import MARKS, PERSON, VISITS, observations, warehouse
from tests.support.in_place import make_place
from tests.support.nodes import make_node
from tests.support.workers import ANY_PERMIT

EVERYBODY = 40
# Spark has the same seam, held in test_s06_in_place.py: a question there takes seconds.
KINDS = [
    pytest.param(kind, marks=pytest.mark.xdist_group(f"conformance-{kind}"))
    for kind in ("duckdb", "postgres")
]


class Hospital:
    """A node, and its worker's bench, asked in this process."""

    def __init__(self, node: Node, place: Place) -> None:
        self.node = node
        self.place = place
        self.bench = WorkBench(Bench(place=place, folder=node.folder), log=Log())

    def ask(self, cohort: dict[str, Any] = VISITS) -> Computed | Declined:
        count = AnalysisRef(id="count", version=1, code=code_hash("count"))
        fields: dict[str, Any] = {"parameters": {}, "cohort": cohort, "floor": 1, "network_floor": 1}
        fields |= {"permit": ANY_PERMIT, "requester": "alice", "counts": {"kind": "exact"}}
        return self.bench.run(Job.model_validate({"job_id": new_id("task"), "analysis": count} | fields))

    def count(self, cohort: dict[str, Any] = VISITS) -> int:
        answer = self.ask(cohort)
        assert isinstance(answer, Computed)
        return answer.content["persons"]["count"]

    def objections(self, verb: str, *arguments: str) -> int:
        command = ["node", "objections", verb, str(self.node.folder), *arguments]
        return run([*command, "--by", "Dr Faure"])

    def record(self, *local_ids: str) -> None:
        path = self.node.folder / "liste.csv"
        path.write_text("local_id\n" + "".join(f"{one}\n" for one in local_ids), encoding="utf-8")
        assert self.objections("import", str(path)) == 0
        path.unlink()


@pytest.fixture(params=KINDS)
def hospital(request: pytest.FixtureRequest, tmp_path: Path) -> Generator[Hospital]:
    """Its own list names nobody."""
    path = warehouse(tmp_path, EVERYBODY)
    place = make_place(request.param, tmp_path, path)
    node = make_node(tmp_path / "node", path=str(path))
    found = Hospital(node, place)
    yield found
    found.bench.close()


def ipp(number: int) -> str:
    return f"NIP-SECRET-{PERSON + number}"


def test_who_objected_since_the_last_question_is_in_no_cell_of_the_next(
    hospital: Hospital, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    file = hospital.place.path if isinstance(hospital.place, FilePlace) else None
    as_it_was = file and identify(file)
    assert hospital.count() == EVERYBODY
    hospital.record(*map(ipp, range(7)), "IPP-OF-NOBODY-YET")
    assert hospital.count() == hospital.count(observations("D")) == EVERYBODY - 7
    for verb, left in (("withdraw", EVERYBODY - 6), ("add", EVERYBODY - 7)):
        answers = iter(["", ipp(3)])
        monkeypatch.setattr("typer.prompt", lambda *_, answers=answers, **__: next(answers))
        assert hospital.objections(verb) == 0
        assert hospital.count() == left
    assert (file and identify(file)) == as_it_was, "the warehouse was not made again"
    said = "".join(capfd.readouterr())
    assert "1 pas encore" in said
    assert not [mark for mark in MARKS if mark in said]


@pytest.fixture
def embedded(tmp_path: Path) -> Generator[Hospital]:
    path = warehouse(tmp_path, EVERYBODY)
    found = Hospital(make_node(tmp_path / "node", path=str(path)), FilePlace(path=path, threads=1))
    yield found
    found.bench.close()


def test_with_the_register_not_asked_who_objected_is_counted(
    embedded: Hospital, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked = bench.read_register
    monkeypatch.setattr(bench, "read_register", lambda folder: replace(asked(folder), names={}))
    embedded.record(*map(ipp, range(7)))
    assert embedded.count() == EVERYBODY


def test_a_register_that_cannot_be_read_answers_nothing(embedded: Hospital) -> None:
    embedded.record(ipp(0))
    assert embedded.count() == EVERYBODY - 1
    store = embedded.node.folder / "node.sqlite"
    (key,) = embedded.node.folder.glob("objections-*.key")
    kept = key.read_bytes()
    key.unlink()
    embedded.bench.close()
    answer = embedded.ask()
    assert isinstance(answer, Declined)
    assert answer.reason is Reason.WAREHOUSE_UNAVAILABLE
    key.write_bytes(kept)
    assert embedded.count() == EVERYBODY - 1
    with closing(sqlite3.connect(store)) as connection:
        connection.executescript("DROP TABLE ledger")
    assert isinstance(embedded.ask(), Declined), "the resident session is of no use either"
    store.unlink()
    assert isinstance(embedded.ask(), Declined)


def test_a_list_that_is_not_whole_changes_nothing(embedded: Hospital) -> None:
    path = embedded.node.folder / "liste.csv"
    path.write_text(f"ins,local_id\n,{ipp(0)}\n221042545611404,{ipp(1)}\n", encoding="utf-8")
    assert embedded.objections("import", str(path)) == 2
    assert embedded.count() == EVERYBODY
    assert embedded.objections("import", str(path), "--replace") == 2
    assert embedded.count() == EVERYBODY


def test_a_node_that_the_agent_runs_gives_its_register_to_the_worker(embedded: Hospital) -> None:
    from maillage.node.agent import _bench

    assert _bench(embedded.node).folder == embedded.node.folder


def test_a_cohort_on_the_command_line_heeds_the_register_that_it_is_told(embedded: Hospital) -> None:
    embedded.record(*map(ipp, range(7)))
    folder = embedded.node.folder
    (folder / "visits.json").write_text(json.dumps(VISITS), encoding="utf-8")
    rows = folder / "rows.parquet"
    command = ["cohort", "run", str(folder / "visits.json"), "--out", str(rows)]
    warehouse_of = ["--warehouse", embedded.node.settings.warehouse.path or ""]
    assert run([*command, *warehouse_of, "--node", str(folder)]) == 0
    persons = duckdb.connect().read_parquet(str(rows)).aggregate("count(DISTINCT subject_id)").fetchall()
    assert persons == [(EVERYBODY - 7,)]
