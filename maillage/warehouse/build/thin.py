"""The concept-sorted copies of the tables of events."""

from collections.abc import Iterator

import duckdb

from maillage.warehouse.build.stored import stored_columns
from maillage.warehouse.layout import THIN_COPIES, THIN_SORT_KEY, define_column
from maillage.warehouse.schema import EVENT_TABLES, TABLES
from maillage.warehouse.sql import quote

_ROWS_A_SORT = 20_000_000
"""So many rows are sorted in 2 GB. More, sorted at once, would go to the disk and back."""


def create_thin_copy(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Make, or make again, the concept-sorted copy of a table of events, with as many rows."""
    copy = THIN_COPIES[table]
    stored = set(stored_columns(connection, f"main.{table}"))
    types = {column.name: column.type for column in TABLES[table].columns}
    definitions = ", ".join(
        define_column(alias, types[name], empty=name not in stored) for name, alias in copy.columns.items()
    )
    connection.execute(f"CREATE OR REPLACE TABLE main.{copy.table} ({definitions})")
    columns = [f"{quote(name)} AS {alias}" for name, alias in copy.columns.items() if name in stored]
    rows = connection.table(f"main.{table}").project(", ".join(columns))
    for piece in _cut(rows, connection.table(f"main.{table}"), EVENT_TABLES[table].concept):
        piece.order(", ".join(THIN_SORT_KEY)).insert_into(f"main.{copy.table}")


def _cut(
    rows: duckdb.DuckDBPyRelation, whole: duckdb.DuckDBPyRelation, concept: str
) -> Iterator[duckdb.DuckDBPyRelation]:
    """The rows of a thin copy in pieces that follow one another in its order."""
    if whole.aggregate("count(*)").fetchall()[0][0] <= _ROWS_A_SORT:
        yield rows
        return
    sizes = whole.aggregate(f"{concept}, count(*) AS size", concept).order(f"{concept} NULLS LAST").fetchall()
    bounds, size = [], 0
    for found, count in sizes:
        size += count
        if found is not None and size > _ROWS_A_SORT:
            bounds.append(found)
            size = count
    for first, last in zip([None, *bounds], [*bounds, None], strict=True):
        above = "true" if first is None else f"concept_id >= {first}"
        below = f"concept_id < {last}" if last is not None else "true"
        # Rows without a concept come last.
        wanted = f"{above} AND {below}" if last is not None else f"({above}) IS NOT false"
        yield rows.filter(wanted)
