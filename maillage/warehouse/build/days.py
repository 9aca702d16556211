"""The day copies of the tables of events: the concepts of a person and day as bits of a few numbers."""

from collections.abc import Iterator, Mapping

import duckdb
import numpy as np
from numpy.typing import NDArray

from maillage.warehouse.engines.base import BITS_A_BAND
from maillage.warehouse.layout import DAY_COPIES, THIN_COPIES
from maillage.warehouse.schema import EVENT_TABLES

_ROWS_A_PIECE = 2_000_000
"""About 100 MB of arrays."""

_Ints = NDArray[np.int64]


def create_day_copy(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Make, or make again, the day copy of a table of events; call it after `create_thin_copy`."""
    copy = DAY_COPIES[table]
    connection.execute(f"CREATE OR REPLACE TABLE main.{copy.concepts} AS {_number_concepts(table)}")
    connection.execute(
        f"CREATE OR REPLACE TABLE main.{copy.table}"
        " (person_id BIGINT, start_date DATE, band INTEGER, mask BIGINT)"
    )
    for rows in _read(connection, table):
        connection.register("incoming", _gather(*rows))
        days = connection.table("incoming").project("person_id, DATE '1970-01-01' + day, band, mask")
        days.insert_into(f"main.{copy.table}")
        connection.unregister("incoming")


def _number_concepts(table: str) -> str:
    """SQL for (concept_id, band, bit), the commonest first, so that most days lie in the first bands."""
    ranked = (
        "SELECT concept_id, row_number() OVER (ORDER BY count(*) DESC, concept_id) - 1 AS place"
        f" FROM main.{THIN_COPIES[table].table} WHERE concept_id IS NOT NULL GROUP BY concept_id"
    )
    # Small numbers are handed over in half the time.
    return (
        f"SELECT concept_id, CAST(place // {BITS_A_BAND} AS INTEGER) AS band,"
        f" CAST(place % {BITS_A_BAND} AS INTEGER) AS bit FROM ({ranked})"
    )


def _read(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[tuple[_Ints, _Ints, _Ints, _Ints]]:
    """Person, day since 1970, band and bit of every row, in the table's own order, which is by person and day."""
    event = EVENT_TABLES[table]
    ((rows,),) = connection.execute(f"SELECT coalesce(max(rowid) + 1, 0) FROM main.{table}").fetchall()
    for first in range(0, rows, _ROWS_A_PIECE):
        found = connection.execute(
            f"SELECT t.person_id, CAST(t.{event.start} - DATE '1970-01-01' AS INTEGER) AS day, c.band, c.bit"
            f" FROM main.{table} AS t JOIN main.{DAY_COPIES[table].concepts} AS c ON c.concept_id = t.{event.concept}"
            f" WHERE t.rowid >= {first} AND t.rowid < {first + _ROWS_A_PIECE}"
            f" AND t.person_id IS NOT NULL AND isfinite(t.{event.start})"
        ).fetchnumpy()
        person, day, band, bit = found.values()
        if len(person):
            yield person, day, band, bit


def _gather(person: _Ints, day: _Ints, band: _Ints, bit: _Ints) -> Mapping[str, _Ints]:
    """Rows of one person, day and band as one; those that do not lie together may stay several."""
    if band.any():
        days = np.cumsum(_begins(person, day))
        order = np.argsort(days * (band.max() + 1) + band, kind="stable")
        person, day, band, bit = person[order], day[order], band[order], bit[order]
    first = np.flatnonzero(_begins(person, day, band))
    mask = np.bitwise_or.reduceat(np.left_shift(np.int64(1), bit), first)
    return {"person_id": person[first], "day": day[first], "band": band[first], "mask": mask}


def _begins(*columns: _Ints) -> NDArray[np.bool_]:
    """Whether each row is another than the one before it."""
    begins = np.zeros(len(columns[0]), dtype=np.bool_)
    begins[:1] = True
    for column in columns:
        begins[1:] |= column[1:] != column[:-1]
    return begins
