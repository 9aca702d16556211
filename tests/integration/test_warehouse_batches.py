"""Named loads: again, newer, undone, interrupted; the warehouse is the former or the new one, whole."""

import os
import random
import subprocess
import sys
import time
from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from maillage.cli.main import run
from maillage.warehouse.batches import list_batches
from maillage.warehouse.engines.duckdb import open_warehouse
from maillage.warehouse.info import read_info
from tests.support.omop import Rows, people, write_csv, write_folder

KILLS = int(os.environ.get("MAILLAGE_KILLS", "5"))


def condition(
    number: int, person: int, *, start: str = "2020-01-01", concept: int = 7
) -> Mapping[str, object]:
    return {
        "condition_occurrence_id": number,
        "person_id": person,
        "condition_concept_id": 7,
        "condition_start_date": start,
    }


def load(folder: Path, name: str, tables: Mapping[str, Rows], *, batch: str = "") -> int:
    source = write_folder(folder / name, tables)
    options = ["--batch", batch] if batch else []
    return run(["warehouse", "load", str(source), "--to", str(folder / "w.duckdb"), *options])


def read(folder: Path, columns: str, table: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / "w.duckdb"), read_only=True) as connection:
        return sorted(connection.table(table).project(columns).fetchall())


def names(folder: Path) -> list[str]:
    return [batch.name for batch in list_batches(folder / "w.duckdb")]


def shelf(folder: Path) -> list[str]:
    """The batches whose rows lie beside the warehouse."""
    return sorted(path.name.partition("@")[0] for path in (folder / "w.duckdb.batches").iterdir())


FIRST = {"person": people(1, 2), "condition_occurrence": [condition(10, 1), condition(20, 2)]}
SECOND = {
    "person": people(2, 3),
    "condition_occurrence": [condition(20, 2, start="2021-05-05"), condition(30, 3)],
}


def test_a_batch_that_is_refused_leaves_nothing_on_the_shelf(tmp_path: Path) -> None:
    assert load(tmp_path, "a", FIRST, batch="a") == 0
    before = (tmp_path / "w.duckdb").read_bytes()
    assert load(tmp_path, "b", {"person": people(3, 3)}, batch="b") != 0
    assert (tmp_path / "w.duckdb").read_bytes() == before
    assert shelf(tmp_path) == ["a"]


def test_a_row_that_two_batches_have_is_that_of_the_later_one(tmp_path: Path) -> None:
    assert load(tmp_path, "a", FIRST, batch="a") == 0
    assert load(tmp_path, "b", SECOND, batch="b") == 0
    assert [one for (one,) in read(tmp_path, "person_id", "person")] == [1, 2, 3]
    starts = read(tmp_path, "condition_occurrence_id, condition_start_date::VARCHAR", "condition_occurrence")
    assert starts == [(10, "2020-01-01"), (20, "2021-05-05"), (30, "2020-01-01")]


def test_the_same_files_again_change_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    load(tmp_path, "a", FIRST, batch="a")
    before = (tmp_path / "w.duckdb").stat().st_mtime_ns
    assert load(tmp_path, "a", FIRST, batch="a") == 0
    assert "rien n’a changé" in capsys.readouterr().out
    assert (tmp_path / "w.duckdb").stat().st_mtime_ns == before


def test_a_newer_export_replaces_the_batch_and_undo_brings_the_former_back(tmp_path: Path) -> None:
    load(tmp_path, "base", {"person": people(9)}, batch="base")
    load(tmp_path, "old", FIRST, batch="a")
    load(tmp_path, "new", SECOND, batch="a")
    assert [one for (one,) in read(tmp_path, "person_id", "person")] == [2, 3, 9]
    undo = ["warehouse", "undo", str(tmp_path / "w.duckdb"), "a"]
    assert run(undo) == 0
    assert [one for (one,) in read(tmp_path, "person_id", "person")] == [1, 2, 9]
    assert run(undo) == 0
    assert [one for (one,) in read(tmp_path, "person_id", "person")] == [9]
    assert names(tmp_path) == ["base"]
    assert run(undo) == 2, "there is no such batch any more"


def test_a_warehouse_loaded_whole_keeps_what_it_held(tmp_path: Path) -> None:
    load(tmp_path, "whole", FIRST)
    load(tmp_path, "more", {"person": people(5)}, batch="more")
    assert names(tmp_path) == ["initial", "more"]
    assert [one for (one,) in read(tmp_path, "person_id", "person")] == [1, 2, 5]


@pytest.mark.parametrize("name", ["initial", "referentiel"])
def test_a_name_that_the_system_gives_is_no_name_for_a_load(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], name: str
) -> None:
    load(tmp_path, "whole", FIRST)
    assert load(tmp_path, "more", {"person": people(5)}, batch=name) == 2
    assert "se réserve" in capsys.readouterr().err
    assert [one for (one,) in read(tmp_path, "person_id", "person")] == [1, 2]
    load(tmp_path, "more", {"person": people(5)}, batch="more")
    assert load(tmp_path, "last", {"person": people(6)}, batch=name) == 2
    assert [one for (one,) in read(tmp_path, "person_id", "person")] == [1, 2, 5]


def test_what_was_there_before_the_batches_is_no_load_to_undo(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load(tmp_path, "whole", FIRST)
    load(tmp_path, "more", {"person": people(5)}, batch="more")
    assert run(["warehouse", "undo", str(tmp_path / "w.duckdb"), "initial"]) == 2
    assert "ne s’annule pas" in capsys.readouterr().err
    assert [one for (one,) in read(tmp_path, "person_id", "person")] == [1, 2, 5]


def test_a_load_of_the_whole_does_not_forget_batches(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load(tmp_path, "a", FIRST, batch="a")
    assert load(tmp_path, "b", SECOND) == 2
    assert "--batch" in capsys.readouterr().err
    assert names(tmp_path) == ["a"]


def test_objections_outlive_every_change_of_batches(tmp_path: Path) -> None:
    load(tmp_path, "a", FIRST, batch="a")
    persons = write_csv(tmp_path / "persons.csv", [{"person_id": 2}])
    run(["warehouse", "object", str(tmp_path / "w.duckdb"), "--persons", str(persons)])
    load(tmp_path, "b", SECOND, batch="b")
    assert [one for (one,) in read(tmp_path, "person_id", "person")] == [1, 3]
    run(["warehouse", "undo", str(tmp_path / "w.duckdb"), "b"])
    assert [one for (one,) in read(tmp_path, "person_id", "person")] == [1]
    run(["warehouse", "object", str(tmp_path / "w.duckdb"), "--persons", str(persons), "--withdraw"])
    assert [one for (one,) in read(tmp_path, "person_id", "person")] == [1, 2]


def test_periods_and_eras_come_from_events_where_no_source_gives_them(tmp_path: Path) -> None:
    rows = [
        condition(1, 1, start="2020-01-01"),
        condition(2, 1, start="2020-01-31"),
        condition(3, 1, start="2020-06-01"),
        condition(4, 2, start="2019-03-01"),
    ]
    given = {
        "observation_period_id": 77,
        "person_id": 2,
        "observation_period_start_date": "2000-01-01",
        "observation_period_end_date": "2024-12-31",
    }
    tables = {"person": people(1, 2), "condition_occurrence": rows, "observation_period": [given]}
    death = [{"person_id": 1, "death_date": "2020-05-31"}]
    load(tmp_path, "a", {**tables, "death": death}, batch="a")
    periods = "person_id, observation_period_start_date::VARCHAR, observation_period_end_date::VARCHAR"
    assert read(tmp_path, periods, "observation_period") == [
        (1, "2020-01-01", "2020-05-31"),
        (2, "2000-01-01", "2024-12-31"),
    ]
    dates = "condition_era_start_date::VARCHAR, condition_era_end_date::VARCHAR"
    assert read(tmp_path, f"person_id, {dates}, condition_occurrence_count", "condition_era") == [
        (1, "2020-01-01", "2020-02-01", 2),
        (1, "2020-06-01", "2020-06-02", 1),
        (2, "2019-03-01", "2019-03-02", 1),
    ]


@pytest.mark.parametrize("name", ["", "../up", "Maj", "a" * 61, "-x"])
def test_a_name_that_is_no_name_is_refused(tmp_path: Path, name: str) -> None:
    load(tmp_path, "a", FIRST, batch="a")
    before = (tmp_path / "w.duckdb").read_bytes()
    source = str(tmp_path / "a")
    assert run(["warehouse", "load", source, "--to", str(tmp_path / "w.duckdb"), f"--batch={name}"]) == 2
    assert (tmp_path / "w.duckdb").read_bytes() == before


def test_a_broken_batch_names_its_line_and_leaves_everything(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    load(tmp_path, "a", FIRST, batch="a")
    before = (tmp_path / "w.duckdb").read_bytes()
    broken = {"person": people(4), "condition_occurrence": [condition(40, 4, start="le 3 mai")]}
    assert load(tmp_path, "b", broken, batch="b") == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "condition_occurrence.csv, ligne 2, colonne condition_start_date" in told
    assert "le 3 mai" not in told
    assert (tmp_path / "w.duckdb").read_bytes() == before
    assert shelf(tmp_path) == ["a"]


def test_killed_at_any_moment_a_load_leaves_the_former_warehouse_or_the_new_one(tmp_path: Path) -> None:
    many = {
        "person": people(*range(1000, 3000)),
        "condition_occurrence": [condition(n, 1000 + n % 2000) for n in range(20_000)],
    }
    load(tmp_path, "a", FIRST, batch="a")
    source, target = write_folder(tmp_path / "many", many), tmp_path / "w.duckdb"
    command = [sys.executable, "-m", "maillage", "warehouse", "load", str(source), "--to", str(target)]
    started = time.monotonic()
    subprocess.run([*command, "--batch", "timing"], check=True, capture_output=True)
    whole = time.monotonic() - started
    run(["warehouse", "undo", str(target), "timing"])
    generator = random.Random(20261124)
    seen: set[tuple[int, tuple[str, ...]]] = set()
    for _kill in range(KILLS):
        process = subprocess.Popen(
            [*command, "--batch", "many"], stderr=subprocess.DEVNULL, stdout=subprocess.DEVNULL
        )
        time.sleep(generator.uniform(0.3, 1.05) * whole)
        process.kill()
        process.wait()
        seen.add(state_of(target))
        if "many" in names(tmp_path):
            assert run(["warehouse", "undo", str(target), "many"]) == 0
    assert seen <= {(2, ("a",)), (2002, ("a", "many"))}
    assert run([*command[3:], "--batch", "many"]) == 0
    assert state_of(target) == (2002, ("a", "many"))
    assert sorted(path.name.partition("@")[0] for path in Path(f"{target}.batches").iterdir()) == [
        "a",
        "many",
    ]


def state_of(target: Path) -> tuple[int, tuple[str, ...]]:
    open_warehouse(target).close()
    return read_info(target).persons, tuple(batch.name for batch in list_batches(target))
