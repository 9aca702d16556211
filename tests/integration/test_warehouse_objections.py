"""S6: a person who objected is in no table that a query can read, however the objection came."""

from collections.abc import Callable, Mapping
from pathlib import Path

import pytest
from sqlglot import select

from maillage.warehouse.build.omop import load_omop
from maillage.warehouse.engines.base import Persons
from maillage.warehouse.engines.duckdb import DuckDBEngine, open_warehouse
from maillage.warehouse.errors import SourceError, WarehouseBusyError, WarehouseNotFoundError
from maillage.warehouse.info import read_info
from maillage.warehouse.layout import DAY_COPIES, THIN_COPIES
from maillage.warehouse.objections import add_objections, withdraw_objections
from maillage.warehouse.schema import TABLES
from maillage.warehouse.schema.keys import key_of
from maillage.warehouse.schema.persons import FACTS, LINKED_TABLES, PERSON_COLUMNS
from tests.support.omop import Rows, people, write_csv, write_folder

STAYS, LEAVES, FAR = 1, 2, -9066461348708750663
PERSONS = (STAYS, LEAVES, FAR)
IDS = {fact.table: fact.id for fact in FACTS if fact.table != "person"}


def row_of(table: str, person: int) -> dict[str, object]:
    """One row of the person; its own id is 100 times the person's rank, the same in every table."""
    number = 100 * (PERSONS.index(person) + 1)
    row: dict[str, object] = {PERSON_COLUMNS[table]: person}
    return row | {IDS[table]: number} if table in IDS else row


def all_tables() -> Mapping[str, Rows]:
    """Each table that tells of persons, with one row for each person."""
    linked: dict[str, Rows] = {
        "note_nlp": [{"note_nlp_id": n, "note_id": n} for n in (100, 200, 300)],
        "episode_event": [{"episode_id": n, "event_id": n} for n in (100, 200, 300)],
        "cost": [
            {"cost_id": n, "cost_event_id": n, "cost_domain_id": domain}
            for n, domain in ((100, "Drug"), (200, "drug"), (300, "Unheard of"))
        ],
        "fact_relationship": [
            relation(domain=21, one=100, other=101),
            relation(domain=21, one=200, other=101),
            relation(domain=21, one=101, other=300),
            relation(domain=4242, one=101, other=200),
            relation(domain=56, one=STAYS, other=LEAVES),
            relation(domain=21, one=STAYS, other=LEAVES),
        ],
    }
    people_tables = {
        name: [row_of(name, person) for person in PERSONS] for name in PERSON_COLUMNS if name != "person"
    }
    return {"person": people(*PERSONS), **people_tables, **linked}


def relation(*, domain: int, one: int, other: int) -> dict[str, object]:
    return {
        "domain_concept_id_1": domain,
        "fact_id_1": one,
        "domain_concept_id_2": domain,
        "fact_id_2": other,
    }


def at_load_from_csv(folder: Path) -> Path:
    write_csv(folder / "Objection.csv", [{"person_id": LEAVES}, {"person_id": FAR}, {"person_id": 999}])
    return load(folder)


def after_load(folder: Path) -> Path:
    target = load(folder)
    add_objections(
        target, persons=write_csv(folder.parent / "p.csv", [{"PERSON_ID": LEAVES}, {"PERSON_ID": FAR}])
    )
    return target


def load(folder: Path) -> Path:
    target = folder.parent / "w.duckdb"
    load_omop(folder, target=target)
    return target


def count(engine: DuckDBEngine, table: str) -> int:
    return engine.fetch(select("count(*)").from_(table))[0][0]


WAYS = pytest.mark.parametrize("way", [at_load_from_csv, after_load])


def as_it_opens(folder: Path) -> DuckDBEngine:
    """The file knows of no objection: who opens it says whom it may not see."""
    return open_warehouse(load(folder), find_objected=lambda _persons: [LEAVES, FAR, 999])


def opened_by(way: Callable[[Path], Path]) -> Callable[[Path], DuckDBEngine]:
    return lambda folder: open_warehouse(way(folder))


@pytest.mark.parametrize("way", [opened_by(at_load_from_csv), opened_by(after_load), as_it_opens])
def test_an_objection_empties_every_table_of_the_person(
    tmp_path: Path, way: Callable[[Path], DuckDBEngine]
) -> None:
    folder = write_folder(tmp_path / "omop", all_tables())
    assert set(all_tables()) == set(LINKED_TABLES), "every table that tells of a person is under test"
    with way(folder) as engine:
        for table, column in {
            **PERSON_COLUMNS,
            **{one.table: "person_id" for one in (*THIN_COPIES.values(), *DAY_COPIES.values())},
        }.items():
            assert engine.fetch(select(column).from_(table)) == [(STAYS,)], table
        assert engine.fetch(select("note_id").from_("note_nlp")) == [(100,)]
        assert engine.fetch(select("episode_id").from_("episode_event")) == [(100,)]
        assert engine.fetch(select("cost_event_id").from_("cost")) == [(100,)]
        kept = select("domain_concept_id_1", "fact_id_1", "fact_id_2").from_("fact_relationship")
        assert engine.fetch(kept.order_by("fact_id_1")) == [(21, STAYS, LEAVES), (21, 100, 101)]


@pytest.mark.parametrize("way", [opened_by(at_load_from_csv), opened_by(after_load), as_it_opens])
def test_an_objection_holds_in_every_session_of_an_engine(
    tmp_path: Path, way: Callable[[Path], DuckDBEngine]
) -> None:
    folder = write_folder(tmp_path / "omop", all_tables())
    with way(folder) as engine:
        sessions = engine.spread()
        assert len(sessions) > 1
        for session in sessions:
            assert session.fetch(select("person_id").from_("person")) == [(STAYS,)]
            assert session.fetch(select("person_id").from_("condition_occurrence_by_concept")) == [(STAYS,)]


@WAYS
def test_a_withdrawn_objection_brings_every_row_back(tmp_path: Path, way: Callable[[Path], Path]) -> None:
    folder = write_folder(tmp_path / "omop", all_tables())
    target = way(folder)
    report = withdraw_objections(target, persons=write_csv(tmp_path / "q.csv", [{"person_id": LEAVES}]))
    assert (report.changed, report.withheld) == (1, 1)
    withdraw_objections(target, persons=write_csv(tmp_path / "r.csv", [{"person_id": FAR}]))
    with open_warehouse(target) as engine:
        for table, rows in all_tables().items():
            assert count(engine, table) == len(rows), table
        for copy in (*THIN_COPIES.values(), *DAY_COPIES.values()):
            assert count(engine, copy.table) == len(PERSONS), copy.table


def test_tables_that_tell_of_nobody_are_untouched(tmp_path: Path) -> None:
    others = {name: [{key_of(name)[0]: n} for n in (1, 2)] for name in TABLES if name not in LINKED_TABLES}
    folder = write_folder(tmp_path / "omop", {"person": people(*PERSONS), **others})
    with open_warehouse(at_load_from_csv(folder)) as engine:
        for table in others:
            assert count(engine, table) >= 2, table


def test_loading_again_keeps_the_objections(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "omop", {"person": people(*PERSONS)})
    target = after_load(folder)
    report = load_omop(folder, target=target)
    assert (report.persons, report.withheld) == (1, 2)
    write_csv(folder / "objection.csv", [{"person_id": STAYS}])
    report = load_omop(folder, target=target)
    assert (report.persons, report.withheld) == (0, 3)


def test_an_objection_counts_once_and_the_report_lists_nobody(tmp_path: Path) -> None:
    target = load(write_folder(tmp_path / "omop", {"person": people(*PERSONS)}))
    persons = write_csv(tmp_path / "p.csv", [{"person_id": one} for one in (LEAVES, LEAVES, 999)])
    first = add_objections(target, persons=persons)
    assert (first.changed, first.unchanged, first.total, first.withheld) == (2, 0, 2, 1)
    again = add_objections(target, persons=persons)
    assert (again.changed, again.unchanged, again.total, again.withheld) == (0, 2, 2, 1)
    info = read_info(target)
    assert (info.persons, info.objections, info.withheld) == (2, 2, 1)
    assert str(FAR) not in repr(info)


def test_an_open_session_goes_on_and_knows_that_it_is_outdated(tmp_path: Path) -> None:
    target = load(write_folder(tmp_path / "omop", {"person": people(*PERSONS)}))
    with open_warehouse(target) as old:
        assert not old.is_outdated()
        add_objections(target, persons=write_csv(tmp_path / "p.csv", [{"person_id": LEAVES}]))
        assert old.is_outdated()
        assert count(old, "person") == 3
        # A second session of the same process must see the new file, though the first is still open.
        with open_warehouse(target) as new:
            assert count(new, "person") == 2
            assert not new.is_outdated()


def test_a_list_of_persons_that_is_wrong_changes_nothing(tmp_path: Path) -> None:
    target = load(write_folder(tmp_path / "omop", {"person": people(*PERSONS)}))
    before = target.read_bytes()
    for text in ("patient\n2\n", "person_id\n2\nDupont\n", "", "person_id\n2.5\n"):
        (tmp_path / "p.csv").write_text(text, encoding="utf-8")
        with pytest.raises(SourceError) as caught:
            add_objections(target, persons=tmp_path / "p.csv")
        assert "Dupont" not in str(caught.value)
    with pytest.raises(SourceError):
        add_objections(target, persons=tmp_path / "absent.csv")
    assert target.read_bytes() == before


def test_an_objection_needs_a_warehouse_that_nobody_writes(tmp_path: Path) -> None:
    persons = write_csv(tmp_path / "p.csv", [{"person_id": LEAVES}])
    with pytest.raises(WarehouseNotFoundError):
        add_objections(tmp_path / "absent.duckdb", persons=persons)
    folder = write_folder(tmp_path / "omop", {"person": people(*PERSONS)})
    target = load(folder)

    def meanwhile(*_step: object) -> None:
        with pytest.raises(WarehouseBusyError):
            add_objections(target, persons=persons)

    load_omop(folder, target=target, progress=meanwhile)


def test_who_is_asked_as_a_file_opens_sees_everybody_in_it(tmp_path: Path) -> None:
    asked: list[tuple[int, str | None]] = []

    def nobody(persons: Persons) -> list[int]:
        asked.extend(persons)
        return []

    path = after_load(write_folder(tmp_path / "omop", all_tables()))
    with open_warehouse(path, find_objected=nobody) as engine:
        assert count(engine, "person") == 1
    assert {person for person, _source in asked} == set(PERSONS)
