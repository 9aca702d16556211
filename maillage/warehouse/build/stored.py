"""Which columns of a warehouse's tables are stored; the others, which no source fills, are computed as null.

Writing a null costs as much as writing a number, and half the columns of the model are empty in most
hospitals.
"""

import glob
from collections.abc import Iterable, Mapping
from pathlib import Path

import duckdb

from maillage.warehouse.schema import TABLES, Table
from maillage.warehouse.schema.persons import PERSON_COLUMNS
from maillage.warehouse.sql import text

DERIVED_TABLES = ("observation_period", "condition_era", "drug_era")
"""Filled from the events where no source fills them."""


def may_be_empty(table: Table) -> frozenset[str]:
    """The columns that need not be stored: what a vocabulary or a derivation may fill later is."""
    if table.name not in PERSON_COLUMNS or table.name in DERIVED_TABLES:
        return frozenset()
    return frozenset(column.name for column in table.columns if not column.required)


def find_empty(filled: Iterable[tuple[str, Iterable[str]]]) -> Mapping[str, frozenset[str]]:
    """By table, the columns that none of its sources fills, from the table and filled columns of each."""
    empty: dict[str, frozenset[str]] = {}
    for name, columns in filled:
        empty[name] = empty.get(name, may_be_empty(TABLES[name])).difference(columns)
    return empty


def filled_columns(connection: duckdb.DuckDBPyConnection, files: Iterable[Path]) -> set[str]:
    """The columns of Parquet files, in lower case, that have other than nulls.

    From what the files say of themselves: the engine believes it too, and reads nulls where they say so. A
    column of which they say nothing is taken to be filled.
    """
    paths = ", ".join(text(glob.escape(str(path))) for path in files)
    chunks = connection.sql(f"FROM parquet_metadata([{paths}])")
    full = chunks.filter("num_values > coalesce(stats_null_count, 0)").project("path_in_schema")
    return {name.strip().lower() for (name,) in full.distinct().fetchall()}


def stored_columns(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[str, ...]:
    """The stored columns of a table of the model, qualified by its schema, in their order."""
    # No column of ours has a default: what stands there is the formula of a column that is not stored.
    found = connection.execute(f"PRAGMA table_info({text(table)})").fetchall()
    return tuple(name for _rank, name, _type, _required, formula, _key in found if formula is None)
