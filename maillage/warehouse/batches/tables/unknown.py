"""Codes and units of a batch that no vocabulary of the warehouse knows, by frequency."""

import glob
from dataclasses import dataclass
from pathlib import Path

import duckdb

from maillage.warehouse.batches.shelf import Batch, Shelf
from maillage.warehouse.batches.tables.report import UnknownCode
from maillage.warehouse.batches.units import UNIT_CODE
from maillage.warehouse.file import open_file
from maillage.warehouse.schema import EVENT_TABLES
from maillage.warehouse.sql import quote

_SHOWN_FROM = 11
"""Persons, not rows: a patient's number taken for a code stands on many rows of one person."""
_MAX_SHOWN = 20


@dataclass(frozen=True)
class Unknown:
    """What of a batch has the concept 0, most frequent first; `vocabulary` is whether there is any to know it."""

    codes: tuple[UnknownCode, ...]
    units: tuple[UnknownCode, ...]
    vocabulary: bool


def find_unknown(target: Path, batch: Batch) -> Unknown:
    """Of the rows that the batch brought, the codes and the units whose concept is 0.

    One is shown when at least 11 persons have it; the others of a table are counted together.
    """
    codes: list[UnknownCode] = []
    units: list[UnknownCode] = []
    with open_file(target) as connection:
        for table, paths in Shelf(target).files(batch).items():
            names = [glob.escape(str(path)) for path in paths]
            staged = connection.read_parquet(names, union_by_name=True)
            if table not in EVENT_TABLES:
                continue
            if "source_code" in staged.columns:
                codes += _count(connection, staged, table, concept=EVENT_TABLES[table].concept)
            if UNIT_CODE in staged.columns:
                units += _count(connection, staged, table, concept="unit_concept_id")
        known = connection.table("main.concept").limit(1).fetchall()
    return Unknown(_in_order(codes), _in_order(units), bool(known))


def _in_order(found: list[UnknownCode]) -> tuple[UnknownCode, ...]:
    return tuple(sorted(found, key=lambda one: (one.code is None, -one.rows)))


def _count(
    connection: duckdb.DuckDBPyConnection, staged: duckdb.DuckDBPyRelation, table: str, *, concept: str
) -> list[UnknownCode]:
    id_ = EVENT_TABLES[table].id
    value = concept.replace("_concept_id", "_source_value")
    brought = staged.project(quote(id_)).set_alias("brought")
    lost = f"{concept} = 0 AND {value} IS NOT NULL"
    unknown = connection.table(f"main.{table}").filter(lost).set_alias("loaded")
    rows = unknown.join(brought, f"brought.{id_} = loaded.{id_}", how="semi")
    counts = rows.aggregate(f"{value}, count(*) AS rows, count(DISTINCT person_id) AS persons", value)
    shown = (
        counts.filter(f"persons >= {_SHOWN_FROM}").order(f"rows DESC, {value}").limit(_MAX_SHOWN).fetchall()
    )
    total = rows.aggregate("count(*)").fetchall()[0][0]
    hidden = total - sum(count for _code, count, _persons in shown)
    listed = [UnknownCode(table, code, count) for code, count, _persons in shown]
    return [*listed, UnknownCode(table, None, hidden)] if hidden else listed
