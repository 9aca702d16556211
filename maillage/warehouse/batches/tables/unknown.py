"""Codes of a batch that no vocabulary of the warehouse knows, by frequency."""

import glob
from pathlib import Path

import duckdb

from maillage.warehouse.batches.shelf import Batch, Shelf
from maillage.warehouse.batches.tables.report import UnknownCode
from maillage.warehouse.file import open_file
from maillage.warehouse.schema import EVENT_TABLES
from maillage.warehouse.sql import quote

_SHOWN_FROM = 11
"""Persons, not rows: a patient's number taken for a code stands on many rows of one person."""
_MAX_SHOWN = 20


def count_unknown(target: Path, batch: Batch) -> tuple[UnknownCode, ...]:
    """The rows that the batch brought and whose code gave the concept 0, most frequent first.

    A code is shown when at least 11 persons have it; the others of a table are counted together.
    """
    found: list[UnknownCode] = []
    with open_file(target) as connection:
        for table, paths in Shelf(target).files(batch).items():
            names = [glob.escape(str(path)) for path in paths]
            staged = connection.read_parquet(names, union_by_name=True)
            if table in EVENT_TABLES and "source_code" in staged.columns:
                found += _count(connection, staged, table)
    return tuple(sorted(found, key=lambda one: (one.code is None, -one.rows)))


def _count(
    connection: duckdb.DuckDBPyConnection, staged: duckdb.DuckDBPyRelation, table: str
) -> list[UnknownCode]:
    event = EVENT_TABLES[table]
    value = event.concept.replace("_concept_id", "_source_value")
    brought = staged.project(quote(event.id)).set_alias("brought")
    unknown = connection.table(f"main.{table}").filter(f"{event.concept} = 0").set_alias("loaded")
    rows = unknown.join(brought, f"brought.{event.id} = loaded.{event.id}", how="semi")
    counts = rows.aggregate(f"{value}, count(*) AS rows, count(DISTINCT person_id) AS persons", value)
    shown = (
        counts.filter(f"persons >= {_SHOWN_FROM}").order(f"rows DESC, {value}").limit(_MAX_SHOWN).fetchall()
    )
    total = rows.aggregate("count(*)").fetchall()[0][0]
    hidden = total - sum(count for _code, count, _persons in shown)
    listed = [UnknownCode(table, code, count) for code, count, _persons in shown]
    return [*listed, UnknownCode(table, None, hidden)] if hidden else listed
