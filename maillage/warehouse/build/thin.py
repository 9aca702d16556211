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
    count = whole.shape[0]
    if count <= _ROWS_A_SORT:
        # A hospital fills half the tables: nothing is sorted for the others.
        yield from [rows] if count else []
        return
    counted = whole.filter(f"{concept} IS NOT NULL").aggregate(f"{concept}, count(*) AS size", concept)
    sizes: list[tuple[int, int]] = counted.order(concept).fetchall()
    first, held = sizes[0][0] if sizes else 0, 0
    for found, size in sizes:
        if held and held + size > _ROWS_A_SORT:
            yield rows.filter(f"concept_id >= {first} AND concept_id < {found}")
            first, held = found, 0
        held += size
    # Rows without a concept come last.
    yield rows.filter(f"concept_id >= {first} OR concept_id IS NULL")
