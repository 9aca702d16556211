"""Codes of a batch that no vocabulary of its warehouse knows, by frequency."""

import glob
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from maillage.base.statements import load_statements
from maillage.warehouse.batches.codes import Coded, coded_columns
from maillage.warehouse.batches.shelf import Batch, Shelf
from maillage.warehouse.file import open_file
from maillage.warehouse.schema import EVENT_TABLES
from maillage.warehouse.sql import text

_SHOWN_FROM = 11
"""Persons, not rows: a patient's number taken for a code stands on many rows of one person."""
_MAX_SHOWN = 20


@dataclass(frozen=True)
class UnmappedCode:
    """A code, the vocabulary that its source names (none: null), and its rows."""

    vocabulary: str | None
    code: str
    rows: int


@dataclass(frozen=True)
class Unmapped:
    """The rows of a table that have a code, and those whose code gave the concept 0."""

    table: str
    column: str
    """The column that has the concept 0."""
    coded: int
    rows: int
    texts: int
    """Among `rows`, those that have a text and no code."""
    shown: tuple[UnmappedCode, ...]
    """The most frequent codes that at least 11 persons have, at most 20."""

    @property
    def hidden(self) -> int:
        """The rows of codes that are not shown."""
        return self.rows - self.texts - sum(one.rows for one in self.shown)


def find_unmapped(target: Path, batch: Batch) -> tuple[Unmapped, ...] | None:
    """Of the rows that a batch brought to a warehouse, the codes without a concept, most frequent first.

    None where there are events and no vocabulary: all are without, and a list of them tells nothing.
    """
    files = Shelf(target).files(batch)
    if not files.keys() & EVENT_TABLES.keys():
        return ()
    with open_file(target) as connection:
        if not connection.table("main.concept").limit(1).fetchall():
            return None
        found = [
            one
            for table in files.keys() & EVENT_TABLES.keys()
            for one in _find(connection, table, files[table])
            if one.rows
        ]
    return tuple(sorted(found, key=lambda one: (-one.rows, one.table, one.column)))


def _find(connection: duckdb.DuckDBPyConnection, table: str, paths: list[Path]) -> Iterator[Unmapped]:
    files = ", ".join(text(glob.escape(str(path))) for path in paths)
    connection.execute(_statements()["read"].format(files=f"[{files}]"))
    for coded in coded_columns(table, set(connection.view("staged").columns)):
        yield _count(connection, table, coded)


def _count(connection: duckdb.DuckDBPyConnection, table: str, coded: Coded) -> Unmapped:
    statements = _statements()
    words = {
        "table": table,
        "id": EVENT_TABLES[table].id,
        "concept": coded.concept,
        "vocabulary": coded.vocabulary,
        "code": coded.code,
        "shown_from": _SHOWN_FROM,
        "shown": _MAX_SHOWN,
    }
    connection.execute(statements["find"].format(**words))
    total, rows, texts = connection.execute(statements["count"].format(**words)).fetchall()[0]
    shown = connection.execute(statements["show"].format(**words)).fetchall()
    return Unmapped(table, coded.concept, total, rows, texts, tuple(UnmappedCode(*one) for one in shown))


def _statements() -> Mapping[str, str]:
    return load_statements("maillage.warehouse.batches", "sql/unmapped.sql")
