"""What of a batch the warehouse does not know: codes and units by frequency, and persons."""

import glob
from collections.abc import Sequence
from pathlib import Path

import duckdb

from maillage.warehouse.batches.shelf import Batch, Shelf
from maillage.warehouse.batches.tables.report import Findings, Unmapped
from maillage.warehouse.batches.units import UNIT_CODE
from maillage.warehouse.file import open_file
from maillage.warehouse.schema import EVENT_TABLES
from maillage.warehouse.sql import quote

_SHOWN_FROM = 11
"""Persons, not rows: a patient's number taken for a code stands on many rows of one person."""
_MAX_SHOWN = 20


def find_unknown(target: Path, batch: Batch) -> Findings:
    """Of the rows that the batch brought: codes and units without a concept, and persons without a row."""
    unmapped: list[Unmapped] = []
    strangers: list[tuple[str, int]] = []
    files = Shelf(target).files(batch)
    with open_file(target) as connection:
        for table in files.keys() & EVENT_TABLES.keys():
            names = [glob.escape(str(path)) for path in files[table]]
            staged = connection.read_parquet(names, union_by_name=True)
            unmapped += _find_unmapped(connection, staged, table)
            if "person" not in files:
                strangers.append((table, _count_strangers(connection, staged, table)))
        vocabulary = connection.table("main.concept").limit(1).fetchall()
    return Findings(
        tuple(sorted(unmapped, key=lambda one: (-one.rows, one.table, one.what))),
        tuple((table, rows) for table, rows in sorted(strangers) if rows),
        bool(vocabulary),
    )


def _find_unmapped(
    connection: duckdb.DuckDBPyConnection, staged: duckdb.DuckDBPyRelation, table: str
) -> Sequence[Unmapped]:
    found: list[Unmapped] = []
    loaded = _loaded(connection, staged, table)
    if "source_code" in staged.columns:
        found.append(_count(loaded, table, "code", EVENT_TABLES[table].concept))
    if UNIT_CODE in staged.columns:
        found.append(_count(loaded, table, "unit", "unit_concept_id"))
    return [one for one in found if one.rows]


def _loaded(
    connection: duckdb.DuckDBPyConnection, staged: duckdb.DuckDBPyRelation, table: str
) -> duckdb.DuckDBPyRelation:
    id_ = EVENT_TABLES[table].id
    brought = staged.project(quote(id_)).set_alias("brought")
    loaded = connection.table(f"main.{table}").set_alias("loaded")
    return loaded.join(brought, f"brought.{id_} = loaded.{id_}", how="semi")


def _count(loaded: duckdb.DuckDBPyRelation, table: str, what: str, concept: str) -> Unmapped:
    value = concept.replace("_concept_id", "_source_value")
    coded = loaded.filter(f"{value} IS NOT NULL")
    unknown = coded.filter(f"{concept} = 0")
    counts = unknown.aggregate(f"{value}, count(*) AS rows, count(DISTINCT person_id) AS persons", value)
    shown = counts.filter(f"persons >= {_SHOWN_FROM}").order(f"rows DESC, {value}").limit(_MAX_SHOWN)
    return Unmapped(
        table,
        "unit" if what == "unit" else "code",
        _rows(unknown),
        _rows(coded),
        tuple(shown.project(f"{value}, rows").fetchall()),
    )


def _count_strangers(
    connection: duckdb.DuckDBPyConnection, staged: duckdb.DuckDBPyRelation, table: str
) -> int:
    persons = connection.table("main.person").project("person_id").set_alias("known")
    loaded = _loaded(connection, staged, table).set_alias("brought")
    return _rows(loaded.join(persons, "known.person_id = brought.person_id", how="anti"))


def _rows(rows: duckdb.DuckDBPyRelation) -> int:
    return rows.aggregate("count(*)").fetchall()[0][0]
