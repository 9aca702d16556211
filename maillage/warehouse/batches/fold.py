"""Many batches, one set of tables: of the rows of one key, those of the batch loaded last."""

import glob
from collections.abc import Mapping, Sequence
from functools import partial, reduce
from pathlib import Path

import duckdb

from maillage.warehouse.batches.codes import MAIN_CODE, VOCABULARY_TABLES, coded_columns
from maillage.warehouse.batches.domains import DESTINATIONS, DIAGNOSES, arriving, moving, staying
from maillage.warehouse.batches.units import look_up_with_units
from maillage.warehouse.build.insert import Input
from maillage.warehouse.build.stored import filled_columns, find_empty
from maillage.warehouse.schema import TABLES
from maillage.warehouse.schema.keys import key_of
from maillage.warehouse.sql import quote

Files = Mapping[str, Sequence[Path]]
"""The Parquet files of one batch by OMOP table."""


Parts = Sequence[tuple[str, Sequence[Path]]]
"""What each batch has of a table: its name and its files."""


def fold(batches: Sequence[tuple[str, Files]]) -> list[Input]:
    """One input per table from named batches, oldest first."""
    present = {table for _name, files in batches for table in files if table in TABLES}
    # Without a vocabulary no concept has a domain, and without codes nothing is looked up.
    moved = _coded(_parts(batches, DIAGNOSES)) if "concept" in present else ()
    if moved:
        present |= DESTINATIONS
    # The vocabulary first: codes of the other tables are looked up in it.
    tables = sorted(present, key=lambda table: (table not in VOCABULARY_TABLES, table))
    return [
        _input(table, _parts(batches, table), diagnoses=moved if table in DESTINATIONS else ())
        for table in tables
    ]


def _parts(batches: Sequence[tuple[str, Files]], table: str) -> Parts:
    return [(name, files[table]) for name, files in batches if table in files]


def _coded(parts: Parts) -> Parts:
    """The parts, all of them where one has codes."""
    paths = [path for _name, paths in parts for path in paths]
    if not paths:
        return ()
    with duckdb.connect() as connection:
        return parts if MAIN_CODE in _read(connection, paths).columns else ()


def find_unfilled(batches: Sequence[tuple[str, Files]]) -> Mapping[str, frozenset[str]]:
    """By table, the columns of the model that no batch fills and no code will."""
    files: dict[str, list[Path]] = {}
    for _name, found in batches:
        for table in found.keys() & TABLES.keys():
            files.setdefault(table, []).extend(found[table])
    with duckdb.connect() as connection:
        return find_empty((table, _filled(connection, table, paths)) for table, paths in files.items())


def _filled(connection: duckdb.DuckDBPyConnection, table: str, paths: Sequence[Path]) -> set[str]:
    present, filled = set(_read(connection, paths).columns), filled_columns(connection, paths)
    coded = {
        name
        for one in coded_columns(table, present)
        # A code that nobody gives has no concept, which is 0, and no text, which is null.
        for name in (one.concept, one.source_concept, one.source_value if one.code in filled else None)
        if name is not None
    }
    return filled | coded | arriving(table)


def _input(table: str, parts: Parts, *, diagnoses: Parts) -> Input:
    names = dict.fromkeys(name for name, _paths in [*parts, *diagnoses])
    return Input(
        table=TABLES[table],
        origin=f"{table} ({', '.join(names)})",
        weight=sum(path.stat().st_size for _name, paths in parts for path in paths),
        open=partial(_open, table=table, parts=parts, diagnoses=diagnoses),
    )


def _open(
    connection: duckdb.DuckDBPyConnection, *, table: str, parts: Parts, diagnoses: Parts
) -> duckdb.DuckDBPyRelation:
    """The rows of a table, with the diagnoses that belong there and without those that do not."""
    rows = [_newest(connection, table, parts)] if parts else []
    if table == DIAGNOSES:
        rows = [staying(one) for one in rows]
    if diagnoses:
        rows.append(moving(_newest(connection, DIAGNOSES, diagnoses), to=table))
    return _only_model(reduce(_union, rows), table)


def _newest(connection: duckdb.DuckDBPyConnection, table: str, parts: Parts) -> duckdb.DuckDBPyRelation:
    """The rows of every part that no later part replaces, their codes looked up."""
    rows = [_read(connection, paths) for _name, paths in parts]
    found = rows[-1]
    later = _keys(table, found)
    for older in reversed(rows[:-1]):
        kept = older.set_alias("older").join(later.set_alias("later"), _same_key(table), how="anti")
        found = _union(found, kept)
        later = later.union(_keys(table, older))
    files = _read(connection, [path for _name, paths in parts for path in paths])
    return look_up_with_units(connection, found, table=table, files=files)


def _only_model(rows: duckdb.DuckDBPyRelation, table: str) -> duckdb.DuckDBPyRelation:
    """Without what staging needs and the model does not have: it is no column that a source has too many."""
    known = set(TABLES[table].column_names)
    return rows.project(", ".join(quote(name) for name in rows.columns if name in known))


def _read(connection: duckdb.DuckDBPyConnection, paths: Sequence[Path]) -> duckdb.DuckDBPyRelation:
    return connection.read_parquet([glob.escape(str(path)) for path in paths], union_by_name=True)


def _keys(table: str, rows: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    return rows.project(", ".join(map(quote, key_of(table))))


def _same_key(table: str) -> str:
    return " AND ".join(f"older.{quote(name)} = later.{quote(name)}" for name in key_of(table))


def _union(newer: duckdb.DuckDBPyRelation, older: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
    """Rows under one set of names: a batch may lack columns that another has."""
    names = list(dict.fromkeys([*newer.columns, *older.columns]))
    return _with(newer, names).union(_with(older, names))


def _with(rows: duckdb.DuckDBPyRelation, names: Sequence[str]) -> duckdb.DuckDBPyRelation:
    present = set(rows.columns)
    return rows.project(
        ", ".join(quote(name) if name in present else f"NULL AS {quote(name)}" for name in names)
    )
