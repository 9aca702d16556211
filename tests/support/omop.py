"""Small OMOP extracts for tests: only what a test says, the rest filled with harmless values."""

import csv
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from maillage.warehouse.build.omop import load_omop
from maillage.warehouse.engines.duckdb import DuckDBEngine, open_warehouse
from maillage.warehouse.schema import TABLES, CdmType

FILLING: Mapping[CdmType, object] = {
    CdmType.INTEGER: 0,
    CdmType.FLOAT: 0.5,
    CdmType.DATE: "2020-01-01",
    CdmType.DATETIME: "2020-01-01 00:00:00",
    CdmType.VARCHAR: "x",
}

Rows = Sequence[Mapping[str, object]]


def fill_row(table: str, row: Mapping[str, object]) -> dict[str, object]:
    """A row with every required column."""
    required = {column.name: FILLING[column.type] for column in TABLES[table].columns if column.required}
    return {**required, **row}


def write_csv(path: Path, rows: Rows, *, delimiter: str = ",") -> Path:
    """A CSV file; a null is an empty field."""
    with path.open("w", encoding="utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, fieldnames=list(rows[0]), delimiter=delimiter)
        writer.writeheader()
        writer.writerows(rows)
    return path


def write_folder(folder: Path, tables: Mapping[str, Rows]) -> Path:
    """A folder with one CSV file per table."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, rows in tables.items():
        write_csv(folder / f"{name}.csv", [fill_row(name, row) for row in rows])
    return folder


def people(*ids: int) -> Rows:
    """Rows of the table person."""
    return [{"person_id": one, "year_of_birth": 1950} for one in ids]


def write_parquet(path: Path, query: str) -> Path:
    """A Parquet file from a query."""
    with duckdb.connect() as connection:
        connection.execute(f"COPY ({query}) TO '{path}' (FORMAT parquet)")
    return path


def load_tables(folder: Path, tables: Mapping[str, Rows]) -> Path:
    """A warehouse that holds these rows."""
    target = folder / "test.duckdb"
    load_omop(write_folder(folder / "omop", tables), target=target)
    return target


def open_tables(folder: Path, tables: Mapping[str, Rows]) -> DuckDBEngine:
    """The same, open."""
    return open_warehouse(load_tables(folder, tables))
