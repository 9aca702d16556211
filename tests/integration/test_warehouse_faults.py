"""Rows that cannot be right: refused with their lines, left out or kept, and told; never silent."""

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import duckdb
import pytest

from maillage.cli.main import run
from maillage.warehouse.build import repeats
from maillage.warehouse.build.faults import Faults
from maillage.warehouse.engines.open import open_engine
from maillage.warehouse.info import read_info
from maillage.warehouse.place import PostgresPlace
from maillage.warehouse.quality.measure import Tally
from tests.support.circe import observed
from tests.support.in_place import make_place
from tests.support.omop import Rows, load_tables, people, write_csv, write_folder, write_parquet
from tests.support.postgres import shared_cluster
from tests.support.quality import measured


def visit(number: int | str, person: int | str, *, start: str = "2020-01-01") -> dict[str, object]:
    return {
        "visit_occurrence_id": number,
        "person_id": person,
        "visit_start_date": start,
        "visit_end_date": start,
    }


def load(folder: Path, tables: Mapping[str, Rows], *options: str) -> int:
    source = write_folder(folder / "omop", tables)
    return run(["warehouse", "load", str(source), "--to", str(folder / "w.duckdb"), *options])


def visits(folder: Path, *, schema: str = "main") -> list[tuple[Any, ...]]:
    with duckdb.connect(str(folder / "w.duckdb"), read_only=True) as connection:
        rows = connection.table(f"{schema}.visit_occurrence")
        return rows.project("visit_occurrence_id, person_id").fetchall()


TABLES: Mapping[str, Rows] = {
    "person": people(-1, 2, 3),
    "visit_occurrence": [
        visit(1, -1),
        visit(1, -1),
        visit(2, 2),
        visit(2, 3),
        visit(3, 9),
        visit(4, ""),
        visit(5, 3, start="2019-01-01"),
    ],
}


def test_what_counts_twice_is_left_out_what_is_doubtful_kept_and_both_are_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert load(tmp_path, TABLES) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "2 lignes de personnes absentes de la table person : chargées, à corriger" in told
    assert "1 ligne en répète une autre : non chargée" in told
    assert "1 ligne a la clé (visit_occurrence_id) d’une autre et en diffère" in told
    # In the order of persons and dates, which scans rely on.
    assert visits(tmp_path) == [(1, -1), (2, 2), (5, 3), (2, 3), (3, 9), (4, None)]
    found = read_info(tmp_path / "w.duckdb")
    assert found.faults == {"visit_occurrence": Faults(2, 1, 1, 1, 2)}
    assert run(["warehouse", "info", str(tmp_path / "w.duckdb")]) == 0
    assert "visit_occurrence : 2 lignes de personnes absentes" in " ".join(capsys.readouterr().out.split())


def test_the_quality_report_tells_what_the_load_found(tmp_path: Path) -> None:
    assert load(tmp_path, TABLES) == 0
    target = tmp_path / "report.json"
    assert run(["warehouse", "report", str(tmp_path / "w.duckdb"), "--exact", "--out", str(target)]) == 0
    impossible = json.loads(target.read_text(encoding="utf-8"))["impossible"]
    assert {(one["check"], one["rows"], one["persons"]) for one in impossible if one["rows"]} == {
        ("unknown_person", 2, 1),
        ("repeated_key", 1, 2),
    }


def test_in_place_rows_of_unknown_persons_are_reported(tmp_path: Path) -> None:
    place = make_place("postgres", tmp_path, load_tables(tmp_path, observed(1, 2)))
    assert isinstance(place, PostgresPlace)
    with shared_cluster().connect() as session:
        session.execute(f"DELETE FROM {place.cdm_schema}.person WHERE person_id = 2".encode())
        session.execute(
            f"INSERT INTO {place.cdm_schema}.death (person_id, death_date) VALUES (2, '2020-01-01')".encode()
        )
    engine = open_engine(place)
    try:
        found = {(one.table, one.check): one.found for one in measured(engine).impossible}
        assert found["death", "unknown_person"] == Tally(1, 1)
    finally:
        engine.close()


def test_rows_of_who_objected_are_made_single_too(tmp_path: Path) -> None:
    tables = {"person": people(1, 2), "visit_occurrence": [visit(1, 1), visit(1, 1), visit(2, 2)]}
    folder = write_folder(tmp_path / "omop", tables)
    write_csv(folder / "objection.csv", [{"person_id": 1}])
    assert load(tmp_path, tables) == 0
    assert visits(tmp_path, schema="maillage_withheld") == [(1, 1)]


def test_a_batch_whose_persons_come_later_is_whole_then(tmp_path: Path) -> None:
    events = {"person": people(1), "visit_occurrence": [visit(1, 1), visit(2, 2)]}
    assert load(tmp_path, events, "--batch", "a") == 0
    assert read_info(tmp_path / "w.duckdb").faults == {"visit_occurrence": Faults(1, 1)}
    source = write_folder(tmp_path / "b", {"person": people(2)})
    assert run(["warehouse", "load", str(source), "--to", str(tmp_path / "w.duckdb"), "--batch", "b"]) == 0
    assert read_info(tmp_path / "w.duckdb").faults == {}


@pytest.mark.parametrize("suffix", ["csv", "parquet"])
def test_a_person_on_two_rows_is_named_by_its_lines(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], suffix: str
) -> None:
    folder = write_folder(tmp_path / "omop", {"person": people(7, 8, 7)})
    if suffix == "parquet":
        write_parquet(folder / "person.parquet", f"SELECT * FROM read_csv('{folder}/person.csv')")
        (folder / "person.csv").unlink()
    assert run(["warehouse", "load", str(folder), "--to", str(tmp_path / "w.duckdb")]) == 2
    told = " ".join(capsys.readouterr().err.split())
    lines = "ligne 4 : déjà ligne 2" if suffix == "csv" else "ligne 3 : déjà ligne 1"
    assert f"person.{suffix}, {lines}" in told


@pytest.mark.parametrize(
    ("numbers", "repeated"),
    [
        (list(range(1000)), 0),
        ([*range(1000), 5, 5, 900], 3),
        ([n * 1_000_000_007 for n in range(1000)], 0),
        ([*(n * -1_000_000_007 for n in range(1000)), -7_000_000_049, 0], 2),
        ([-(2**62), 2**62, 2**62, None, None], 1),
        ([None, 3], 0),
        ([], 0),
    ],
)
def test_repeated_numbers_are_counted_whatever_their_range(
    monkeypatch: pytest.MonkeyPatch, numbers: list[int | None], repeated: int
) -> None:
    monkeypatch.setattr(repeats, "_SLICE_ROWS", 100)
    with duckdb.connect() as connection:
        connection.execute("CREATE TABLE main.visit_occurrence (visit_occurrence_id BIGINT)")
        connection.execute("INSERT INTO main.visit_occurrence FROM unnest(?::BIGINT[])", [numbers])
        assert repeats.count_repeats(connection, "main", "visit_occurrence") == repeated
