"""Broken files, a full disk, a killed load: a clear error, and what was there is still there."""

import gzip
import re
import resource
import signal
import struct
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from sqlglot import select

from maillage.warehouse.build.omop import load_omop
from maillage.warehouse.engines.duckdb import open_warehouse
from maillage.warehouse.errors import (
    EngineError,
    SourceError,
    WarehouseBrokenError,
    WarehouseBusyError,
    WarehouseError,
    WarehouseNotFoundError,
    WarehouseVersionError,
)
from maillage.warehouse.info import read_info
from maillage.warehouse.layout import METADATA_TABLE
from tests.support.omop import fill_row, load_tables, people, write_csv, write_folder, write_parquet

PERSON_PARQUET = (
    "SELECT range AS person_id, 0 AS gender_concept_id, 1950 AS year_of_birth, 0 AS race_concept_id, "
    "0 AS ethnicity_concept_id, 'M. Dupont ' || range AS person_source_value FROM range(5000)"
)


@pytest.fixture
def warehouse(tmp_path: Path) -> Path:
    return load_tables(tmp_path, {"person": people(1, 2, 3)})


# --- files that are no warehouse, or no longer one


def cut(path: Path) -> None:
    path.write_bytes(path.read_bytes()[:-300_000])


def empty(path: Path) -> None:
    path.write_bytes(b"")


def replace_by_text(path: Path) -> None:
    path.write_text("person_id\n1\n" * 1000, encoding="utf-8")


def replace_by_another_database(path: Path) -> None:
    path.unlink()
    with duckdb.connect(str(path)) as connection:
        connection.execute("CREATE TABLE person (person_id BIGINT)")


def scramble_the_header(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:4160] = bytes(64)
    content[8192:8256] = bytes(64)
    path.write_bytes(content)


@pytest.mark.parametrize(
    "damage", [cut, empty, replace_by_text, replace_by_another_database, scramble_the_header]
)
def test_a_file_that_is_no_whole_warehouse_is_named(warehouse: Path, damage: Callable[[Path], None]) -> None:
    damage(warehouse)
    for use in (open_warehouse, read_info):
        with pytest.raises(WarehouseBrokenError) as caught:
            use(warehouse)
        assert str(warehouse) in caught.value.what
        assert caught.value.remedy


def test_another_layout_version_asks_for_a_new_load_and_then_keeps_objections(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "omop", {"person": people(1, 2, 3)})
    write_csv(folder / "objection.csv", [{"person_id": 2}])
    target = tmp_path / "w.duckdb"
    load_omop(folder, target=target)
    (folder / "objection.csv").unlink()
    with duckdb.connect(str(target)) as connection:
        connection.execute(f"UPDATE {METADATA_TABLE} SET value = '999' WHERE name = 'layout_version'")
    with pytest.raises(WarehouseVersionError, match="999") as caught:
        open_warehouse(target)
    assert "maillage warehouse load" in caught.value.remedy
    assert load_omop(folder, target=target).withheld == 1


def test_a_newer_storage_version_is_told_apart_from_damage(warehouse: Path) -> None:
    content = bytearray(warehouse.read_bytes())
    content[12:20] = struct.pack("<Q", 2**31)
    warehouse.write_bytes(content)
    # The header's checksum must be right, or it would be damage: the engine says which it expects.
    with pytest.raises(duckdb.Error, match="checksum") as caught:
        duckdb.connect(str(warehouse), read_only=True)
    expected = re.findall(r"computed checksum (\d+)", str(caught.value))[0]
    content[0:8] = struct.pack("<Q", int(expected))
    warehouse.write_bytes(content)
    with pytest.raises(WarehouseVersionError):
        open_warehouse(warehouse)


@pytest.mark.parametrize("name", ["absent.duckdb", "."])
def test_no_file_is_told_as_such(tmp_path: Path, name: str) -> None:
    with pytest.raises(WarehouseNotFoundError):
        open_warehouse(tmp_path / name)


def test_a_load_does_not_replace_what_is_no_warehouse(tmp_path: Path) -> None:
    folder = write_folder(tmp_path / "omop", {"person": people(1)})
    target = tmp_path / "thesis.txt"
    target.write_text("ten years of work", encoding="utf-8")
    with pytest.raises(WarehouseBrokenError, match=r"thesis\.txt"):
        load_omop(folder, target=target)
    assert target.read_text(encoding="utf-8") == "ten years of work"


def test_damage_in_the_middle_is_an_error_of_the_query(tmp_path: Path) -> None:
    folder = tmp_path / "omop"
    folder.mkdir()
    write_parquet(folder / "person.parquet", PERSON_PARQUET)
    target = tmp_path / "w.duckdb"
    load_omop(folder, target=target)
    content = bytearray(target.read_bytes())
    for block in range(12_288, len(content), 262_144):
        content[block + 100 : block + 5000] = bytes(4900)
    target.write_bytes(content)
    with pytest.raises(WarehouseError), open_warehouse(target) as engine:
        engine.fetch(select("sum(person_id)", "max(person_source_value)").from_("person"))


def test_a_file_that_another_program_writes_is_told_busy(warehouse: Path) -> None:
    hold = (
        "import duckdb, sys, time; c = duckdb.connect(sys.argv[1]); print('open', flush=True); time.sleep(60)"
    )
    with subprocess.Popen([sys.executable, "-c", hold, str(warehouse)], stdout=subprocess.PIPE) as holder:
        try:
            assert holder.stdout is not None
            holder.stdout.readline()
            with pytest.raises(WarehouseBusyError):
                open_warehouse(warehouse)
        finally:
            holder.kill()


# --- extracts that are broken


def parquet_cut(folder: Path) -> str:
    path = write_parquet(folder / "person.parquet", PERSON_PARQUET)
    path.write_bytes(path.read_bytes()[:-100])
    return path.name


def parquet_damaged(folder: Path) -> str:
    path = write_parquet(folder / "person.parquet", PERSON_PARQUET)
    content = bytearray(path.read_bytes())
    content[200:4000] = b"\xff" * 3800
    path.write_bytes(content)
    return path.name


def parquet_that_is_text(folder: Path) -> str:
    (folder / "person.parquet").write_text("person_id\n1\n", encoding="utf-8")
    return "person.parquet"


def csv_of(text: bytes, name: str = "person.csv") -> Callable[[Path], str]:
    def write(folder: Path) -> str:
        (folder / name).write_bytes(text)
        return name

    return write


HEADER = ",".join(fill_row("person", {})).encode()
GOOD = b"\n1,0,1950,0,0"
BROKEN_FILES: dict[str, Callable[[Path], str]] = {
    "parquet cut": parquet_cut,
    "parquet damaged": parquet_damaged,
    "parquet that is text": parquet_that_is_text,
    "empty csv": csv_of(b""),
    "csv that is binary": csv_of(bytes(range(256)) * 20),
    "header in another encoding": csv_of("person_id,année\n1,2\n".encode("latin-1")),
    "text in another encoding": csv_of(
        HEADER + b",person_source_value" + GOOD + ",\xe9t\xe9\n".encode("latin-1")
    ),
    "too few columns": csv_of(HEADER + GOOD + b"\n2,0\n"),
    "too many columns": csv_of(HEADER + GOOD + GOOD + b",7,7\n"),
    "an open quotation": csv_of(HEADER + b",person_source_value" + GOOD + b',"M. Dupont\n2,0,1950,0,0,x\n'),
    "gzip cut": csv_of(gzip.compress(HEADER + GOOD * 10_000)[:-200], "person.csv.gz"),
    "gzip that is text": csv_of(HEADER + GOOD, "person.csv.gz"),
}


@pytest.mark.parametrize("case", sorted(BROKEN_FILES))
def test_a_broken_file_is_named_and_the_former_warehouse_stays(
    tmp_path: Path, case: str, warehouse: Path
) -> None:
    folder = tmp_path / "broken"
    folder.mkdir()
    name = BROKEN_FILES[case](folder)
    before = warehouse.read_bytes()
    with pytest.raises(SourceError) as caught:
        load_omop(folder, target=warehouse)
    assert name in caught.value.what
    assert caught.value.remedy
    assert "Dupont" not in str(caught.value)
    assert warehouse.read_bytes() == before
    assert sorted(path.name for path in tmp_path.iterdir()) == ["broken", "omop", "test.duckdb"]


@pytest.mark.parametrize(
    ("case", "line"), [("too few columns", 3), ("too many columns", 3), ("text in another encoding", 2)]
)
def test_a_broken_line_is_numbered(tmp_path: Path, case: str, line: int) -> None:
    BROKEN_FILES[case](tmp_path)
    with pytest.raises(SourceError, match=f"ligne {line} "):
        load_omop(tmp_path, target=tmp_path / "w.duckdb")


# --- a machine that fails

LOAD = "import sys; from pathlib import Path; from maillage.warehouse.build.omop import load_omop; "


@pytest.fixture
def big_folder(tmp_path: Path) -> Path:
    folder = tmp_path / "big"
    folder.mkdir()
    write_parquet(folder / "person.parquet", PERSON_PARQUET.replace("5000", "200000"))
    return folder


def limit_file_size() -> None:
    signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
    resource.setrlimit(resource.RLIMIT_FSIZE, (1_500_000, 1_500_000))


def test_a_full_disk_leaves_the_former_warehouse(warehouse: Path, big_folder: Path) -> None:
    before = warehouse.read_bytes()
    script = LOAD + (
        "from maillage.warehouse.errors import WarehouseWriteError\n"
        "try: load_omop(Path(sys.argv[1]), target=Path(sys.argv[2]))\n"
        "except WarehouseWriteError as error: print(error)"
    )
    done = subprocess.run(
        [sys.executable, "-c", script, str(big_folder), str(warehouse)],
        preexec_fn=limit_file_size,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    assert "Libérez de la place" in done.stdout
    assert "Dupont" not in done.stdout + done.stderr
    assert warehouse.read_bytes() == before
    assert [path.name for path in warehouse.parent.iterdir() if path.name.startswith(".")] == []


@pytest.mark.parametrize("moment", [0.0, 0.15, 0.4])
def test_a_killed_load_leaves_the_former_warehouse_and_the_next_one_works(
    warehouse: Path, big_folder: Path, moment: float
) -> None:
    before = warehouse.read_bytes()
    script = LOAD + "load_omop(Path(sys.argv[1]), target=Path(sys.argv[2]))"
    with subprocess.Popen([sys.executable, "-c", script, str(big_folder), str(warehouse)]) as loader:
        wait_for(warehouse.with_name(f".{warehouse.name}.loading"), loader)
        time.sleep(moment)
        loader.kill()
    assert warehouse.read_bytes() == before or read_info(warehouse).persons == 200_000
    assert load_omop(big_folder, target=warehouse).persons == 200_000
    assert [path.name for path in warehouse.parent.iterdir() if path.name.startswith(".")] == []


def test_the_former_file_is_replaced_in_one_step_and_never_written_over(
    warehouse: Path, big_folder: Path
) -> None:
    former = warehouse.with_name("former.duckdb")
    former.hardlink_to(warehouse)
    before = former.read_bytes()
    load_omop(big_folder, target=warehouse)
    assert former.read_bytes() == before


def wait_for(path: Path, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + 30
    while not path.exists() and process.poll() is None:
        assert time.monotonic() < deadline
        time.sleep(0.01)


def test_too_little_memory_is_told(tmp_path: Path, big_folder: Path) -> None:
    with pytest.raises((WarehouseError, EngineError), match="mémoire"):
        load_omop(big_folder, target=tmp_path / "w.duckdb", memory_limit="1MB")
    assert not (tmp_path / "w.duckdb").exists()
