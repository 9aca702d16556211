"""The daily catalogue at the node: what is counted, when, under which permit, and what the ledger says."""

import json
import threading
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pytest

from maillage.disclosure.catalogue import list_edges
from maillage.exchange.envelope import open_catalogue
from maillage.exchange.reasons import Reason
from maillage.node import ledger
from maillage.node.catalogue.count import count_concepts
from maillage.node.catalogue.daily import QUIET_SECONDS, Daily
from maillage.node.catalogue.make import find_due, record
from maillage.node.folder import Node
from maillage.node.log import Log
from maillage.node.permits import documents
from maillage.node.shared import Shared
from maillage.node.states import Event
from maillage.node.worker.bench import WorkBench
from maillage.node.worker.handle import Worker
from maillage.node.worker.messages import Bench, Catalogued, CatalogueJob, Declined
from maillage.warehouse.engines.duckdb import open_warehouse
from maillage.warehouse.synthetic import objecting_persons, synthesize
from tests.support.messages import example_permit
from tests.support.nodes import accept_permit, make_node

PATIENTS = 1_500
DIABETES = 201826
TABLES = {
    "condition_occurrence": "condition_concept_id",
    "drug_exposure": "drug_concept_id",
    "procedure_occurrence": "procedure_concept_id",
    "measurement": "measurement_concept_id",
    "observation": "observation_concept_id",
    "device_exposure": "device_concept_id",
    "visit_occurrence": "visit_concept_id",
    "visit_detail": "visit_detail_concept_id",
    "person": "gender_concept_id",
}


class Days:
    """A clock that moves when a test says so."""

    now = datetime(2026, 11, 22, 8, 0, tzinfo=UTC)

    def __call__(self) -> datetime:
        return self.now


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    target = tmp_path_factory.mktemp("catalogue") / "hcl.duckdb"
    synthesize("hcl", patients=PATIENTS, target=target)
    return target


def permit(**changes: Any) -> Any:
    return example_permit(**{"catalogue": True, "minimum_cell": 11} | changes)


def make(folder: Path, warehouse: Path, *, days: Days | None = None, **changes: Any) -> Node:
    node = make_node(folder / "node", permit=None, path=str(warehouse), clock=days or Days())
    accept_permit(node, permit(**changes))
    return node


def count(node: Node, floor: int = 11) -> Catalogued:
    bench = WorkBench(Bench(place=node.place, folder=node.folder), log=Log())
    try:
        found = bench.run_catalogue(CatalogueJob(job_id="catalogue-1", floor=floor, network_floor=11))
    finally:
        bench.close()
    assert isinstance(found, Catalogued), found
    return found


def expected(warehouse: Path) -> dict[int, int]:
    """What SQL counts, of the persons whom the file shows."""
    facts = " UNION ".join(
        f"SELECT person_id, {column} AS concept FROM {table}" for table, column in TABLES.items()
    )
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            f"""SELECT a.ancestor_concept_id, count(DISTINCT f.person_id) FROM ({facts}) f
            JOIN concept_ancestor a ON a.descendant_concept_id = f.concept WHERE f.concept > 0 GROUP BY 1"""
        ).fetchall()
    return dict(rows)


@pytest.mark.parametrize("rows_at_once", [2_000, 4_000_000])
def test_each_concept_counts_what_sql_counts_with_all_below(warehouse: Path, rows_at_once: int) -> None:
    engine = open_warehouse(warehouse)
    counted = count_concepts(engine, rows_at_once=rows_at_once)
    engine.close()
    assert counted.persons == expected(warehouse)
    assert counted.persons[DIABETES] > 50
    assert all(one != other for one, other in counted.below)


def test_nobody_who_objected_is_counted(warehouse: Path) -> None:
    assert len(objecting_persons("hcl", patients=PATIENTS)) > 0
    engine = open_warehouse(warehouse)
    persons = count_concepts(engine).persons
    engine.close()
    assert persons[8507] + persons[8532] == PATIENTS - len(objecting_persons("hcl", patients=PATIENTS))


def test_only_bands_leave_the_worker_and_the_same_again(warehouse: Path, tmp_path: Path) -> None:
    node = make(tmp_path, warehouse)
    counted = count(node)
    told = dict(counted.bands)
    assert set(told) <= set(list_edges(11))
    numbers = expected(warehouse)
    for concepts in told.values():
        assert all(numbers[concept] >= 22 for concept in concepts)
    assert DIABETES in told[100] + told.get(200, ())
    assert count(node) == counted


def test_its_years_are_told_where_it_is_shown_alone(warehouse: Path, tmp_path: Path) -> None:
    node = make(tmp_path, warehouse)
    counted = count(node)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        rows = connection.execute(
            "SELECT year(visit_start_date), count(DISTINCT person_id) FROM visit_occurrence GROUP BY 1"
        ).fetchall()
    surely = [year for year, persons in rows if persons >= 33]
    never = [year for year, persons in rows if persons < 22]
    assert counted.years is not None
    first, last = counted.years
    assert first <= min(surely) <= max(surely) <= last
    assert not {first, last} & set(never)
    for alone, told in ((False, None), (True, counted.years)):
        with node.open_store() as store:
            due = find_due(store, node=node)
            assert due is not None
            record(store, replace(due, shown_alone=alone, day=f"2026-11-2{alone:d}"), counted, node=node)
            row = store.row("catalogue")
            assert row is not None
            message = open_catalogue(
                row["envelope"], signers={node.key.public.fingerprint: node.key.public}
            ).message
        assert (message.years and (message.years.first, message.years.last)) == told


def test_another_hospital_has_other_edges(warehouse: Path, tmp_path: Path) -> None:
    assert count(make(tmp_path / "one", warehouse)) != count(make(tmp_path / "other", warehouse))


def test_without_a_permit_that_asks_for_it_nothing_is_due(warehouse: Path, tmp_path: Path) -> None:
    node = make_node(tmp_path / "node", path=str(warehouse))
    with node.open_store() as store:
        assert find_due(store, node=node) is None


def test_it_is_due_once_a_day_and_after_a_load(warehouse: Path, tmp_path: Path) -> None:
    days = Days()
    own = tmp_path / "own.duckdb"
    own.write_bytes(warehouse.read_bytes())
    node = make(tmp_path, own, days=days)
    counted = Catalogued(job_id="catalogue-1", bands=((11, (5,)),), reference="demo@1")
    with node.open_store() as store:
        due = find_due(store, node=node)
        assert due is not None
        record(store, due, counted, node=node)
        assert find_due(store, node=node) is None
        replacement = tmp_path / "replacement.duckdb"
        replacement.write_bytes(warehouse.read_bytes())
        replacement.replace(own)
        assert find_due(store, node=node) is not None, "a load changed the file"
        record(store, find_due(store, node=node) or due, counted, node=node)
        days.now += timedelta(days=1)
        assert find_due(store, node=node) is not None


def test_what_is_recorded_is_signed_and_in_the_ledger(warehouse: Path, tmp_path: Path) -> None:
    node = make(tmp_path, warehouse)
    with node.open_store() as store:
        due = find_due(store, node=node)
        assert due is not None
        record(store, due, count(node), node=node)
        row = store.row("catalogue")
        assert row is not None
        own = {node.key.public.fingerprint: node.key.public}
        message = open_catalogue(row["envelope"], signers=own).message
        assert (message.site, message.day, message.permit) == ("hcl", "2026-11-22", due.permit)
        line = [line for line in ledger.read_lines(store) if line.event == Event.AGENT_CATALOGUE_RECORDED][-1]
        assert line.body["hash"] == row["hash"]
        assert not any(isinstance(value, int) for value in line.body.values()), "the ledger holds no count"
        assert json.dumps(dict(line.body)).count("201826") == 0


def test_a_permit_that_is_withdrawn_lets_nothing_out(warehouse: Path, tmp_path: Path) -> None:
    node = make(tmp_path, warehouse)
    with node.open_store() as store:
        due = find_due(store, node=node)
        assert due is not None
        documents.withdraw(store, node=node, name="feasibility", by="Dr Faure")
        record(store, due, Catalogued(job_id="c", bands=(), reference=""), node=node)
        assert store.row("catalogue") is None
        assert find_due(store, node=node) is None


def test_the_higher_floor_of_permit_and_policy_holds(warehouse: Path, tmp_path: Path) -> None:
    node = make(tmp_path, warehouse, minimum_cell=20)
    with node.open_store() as store:
        due = find_due(store, node=node)
    assert due is not None
    assert due.disclosure.floor == 20


def test_a_question_stops_the_count(warehouse: Path, tmp_path: Path) -> None:
    node = make(tmp_path, warehouse)
    bench = WorkBench(Bench(place=node.place, folder=node.folder), log=Log())
    bench.expect("catalogue-1")
    bench.stop("catalogue-1")
    found = bench.run_catalogue(CatalogueJob(job_id="catalogue-1", floor=11, network_floor=11))
    bench.close()
    assert isinstance(found, Declined)
    assert found.reason is Reason.LIMIT_REACHED


def test_the_agent_counts_once_nobody_asked_for_a_while(warehouse: Path, tmp_path: Path) -> None:
    node = make(tmp_path, warehouse)
    worker = Worker(Bench(place=node.place, folder=node.folder), time_limit=60, log=Log())
    shared = Shared(node=node, worker=worker, log=Log(), probe=lambda _point: None, stop=threading.Event())
    now = [0.0]
    with node.open_store() as store:
        daily = Daily(shared, store, monotonic=lambda: now[0])
        daily.tick()
        assert worker.pid is None, "it has just started"
        now[0] = 2 * QUIET_SECONDS
        daily.note_question()
        daily.tick()
        assert worker.pid is None, "a question was just answered"
        now[0] = 4 * QUIET_SECONDS
        daily.tick()
        worker.end()
        row = store.row("catalogue")
        assert row is not None
        assert shared.to_send.is_set()
        now[0] = 6 * QUIET_SECONDS
        daily.tick()
        assert worker.pid is None, "not twice a day"
