"""The day copies of the tables of events: the concepts of a person and day as bits of a few numbers."""

from collections.abc import Iterator, Mapping
from itertools import pairwise

import duckdb
import numpy as np
from numpy.typing import NDArray

from maillage.warehouse.build.finish import count_rows
from maillage.warehouse.engines.base import BITS_A_BAND
from maillage.warehouse.layout import DAY_COPIES, THIN_COPIES
from maillage.warehouse.schema import EVENT_TABLES

_ROWS_A_PIECE = 2_000_000
"""About 100 MB of arrays."""

_Ints = NDArray[np.int64]


def create_day_copy(connection: duckdb.DuckDBPyConnection, table: str) -> None:
    """Make, or make again, the day copy of a table of events; call it after `create_thin_copy`."""
    copy = DAY_COPIES[table]
    for name, columns in (
        (copy.concepts, "concept_id BIGINT, band BIGINT, bit BIGINT"),
        (copy.table, "person_id BIGINT, start_date DATE, band BIGINT, mask BIGINT"),
    ):
        connection.execute(f"CREATE OR REPLACE TABLE main.{name} ({columns})")
    _number_concepts(connection, table).insert_into(f"main.{copy.concepts}")
    for rows in _read(connection, table):
        connection.register("incoming", _gather(*rows))
        days = connection.table("incoming").project("person_id, DATE '1970-01-01' + day, band, mask")
        days.insert_into(f"main.{copy.table}")
        connection.unregister("incoming")


def _number_concepts(connection: duckdb.DuckDBPyConnection, table: str) -> duckdb.DuckDBPyRelation:
    """The concepts, the commonest first, so that most days lie in the first bands."""
    coded = connection.table(f"main.{THIN_COPIES[table].table}").filter("concept_id IS NOT NULL")
    counted = coded.aggregate("concept_id, count(*) AS size", "concept_id")
    ranked = counted.project("concept_id, row_number() OVER (ORDER BY size DESC, concept_id) - 1 AS place")
    return ranked.project(f"concept_id, place // {BITS_A_BAND}, place % {BITS_A_BAND}")


def _read(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[tuple[_Ints, _Ints, _Ints, _Ints]]:
    """Person, day since 1970, band and bit of the rows, in the table's own order: by person and start."""
    event, copy = EVENT_TABLES[table], DAY_COPIES[table]
    for persons in _cut(connection, table):
        found = connection.execute(
            f"FROM main.{table} AS t JOIN main.{copy.concepts} AS c ON c.concept_id = t.{event.concept}"
            # Small numbers are handed over in half the time.
            f" SELECT t.person_id, CAST(t.{event.start} - DATE '1970-01-01' AS INTEGER) AS day,"
            " CAST(c.band AS INTEGER) AS band, CAST(c.bit AS TINYINT) AS bit"
            f" WHERE {persons} AND isfinite(t.{event.start})"
        ).fetchnumpy()
        person, day, band, bit = (np.asarray(column) for column in found.values())
        if len(person):
            yield person, day, band, bit


def _cut(connection: duckdb.DuckDBPyConnection, table: str) -> Iterator[str]:
    """Conditions on `t.person_id` that cut the rows into pieces, as if everybody had as many."""
    rows = count_rows(connection, f"main.{table}")
    if not rows:
        return
    everyone = connection.table("main.person").project("person_id").order("person_id").fetchnumpy()
    persons = np.asarray(everyone["person_id"])
    pieces = -(-rows // _ROWS_A_PIECE)
    edges = sorted({int(one) for one in persons[:: max(1, -(-len(persons) // pieces))][1:]})
    # Open at both ends, and never null: rows of persons who are not in the table of persons are rows too.
    yield "t.person_id IS NOT NULL" if not edges else f"t.person_id < {edges[0]}"
    for low, high in pairwise(edges):
        yield f"t.person_id >= {low} AND t.person_id < {high}"
    if edges:
        yield f"t.person_id >= {edges[-1]}"


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
