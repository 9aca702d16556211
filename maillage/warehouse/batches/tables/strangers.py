"""Rows of a batch whose persons its warehouse does not have: no cohort counts them."""

import glob
from collections.abc import Sequence
from pathlib import Path

import duckdb

from maillage.warehouse.batches.shelf import Batch, Shelf
from maillage.warehouse.file import open_file
from maillage.warehouse.schema import EVENT_TABLES
from maillage.warehouse.sql import quote


def find_strangers(target: Path, batch: Batch) -> tuple[tuple[str, int], ...]:
    """By table, such rows of a batch; none of a batch that brings persons, where references tell them."""
    files = Shelf(target).files(batch)
    if "person" in files:
        return ()
    with open_file(target) as connection:
        tables = sorted(files.keys() & EVENT_TABLES.keys())
        found = [(table, _count(connection, table, files[table])) for table in tables]
    return tuple((table, rows) for table, rows in found if rows)


def _count(connection: duckdb.DuckDBPyConnection, table: str, paths: Sequence[Path]) -> int:
    id_ = EVENT_TABLES[table].id
    staged = connection.read_parquet([glob.escape(str(path)) for path in paths], union_by_name=True)
    brought = staged.project(quote(id_)).set_alias("brought")
    loaded = connection.table(f"main.{table}").set_alias("loaded")
    loaded = loaded.join(brought, f"brought.{id_} = loaded.{id_}", how="semi").set_alias("found")
    persons = connection.table("main.person").project("person_id").set_alias("known")
    rows = loaded.join(persons, "known.person_id = found.person_id", how="anti")
    return rows.aggregate("count(*)").fetchall()[0][0]
