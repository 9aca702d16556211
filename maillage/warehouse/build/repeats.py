"""Rows of one table under one key: how many there are, for a few nanoseconds a row.

A set of every number, as the engine makes one, would cost a fifth of a load. Numbers that lie close together,
as most sources give them, are ticked off in a string of bits; others, such as digests, are sorted in slices.
"""

import duckdb
import numpy as np

from maillage.warehouse.schema import TABLES, CdmType
from maillage.warehouse.schema.keys import key_of
from maillage.warehouse.sql import quote

_WIDEST = 1_000_000_000
"""The longest string of bits that the engine makes."""
_BITS_A_ROW = 64
_SLICE_ROWS = 1 << 24
"""So many numbers are sorted in a quarter of a gigabyte."""


def has_one_key(table: str) -> bool:
    """Whether a single column tells the rows apart."""
    return len(key_of(table)) == 1


def count_repeats(connection: duckdb.DuckDBPyConnection, schema: str, table: str) -> int:
    """Rows whose key an earlier row has; those without a key left aside."""
    (key,) = key_of(table)
    rows = connection.table(f"{schema}.{table}")
    types = {column.name: column.type for column in TABLES[table].columns}
    if types[key] is not CdmType.INTEGER:
        found = rows.aggregate(f"count({quote(key)}) - count(DISTINCT {quote(key)})").fetchall()
        return found[0][0]
    count, low, high = rows.aggregate(f"count({key}), min({key}), max({key})").fetchall()[0]
    if count < 2:
        return 0
    if high - low < min(_WIDEST, _BITS_A_ROW * count):
        ticked = f"bit_count(bitstring_agg({key}, {low}::BIGINT, {high}::BIGINT))"
        return count - rows.aggregate(ticked).fetchall()[0][0]
    return _sort_in_slices(rows, key, count)


def _sort_in_slices(rows: duckdb.DuckDBPyRelation, key: str, count: int) -> int:
    # A power of two: a slice is then the low bits of a number, which cost less than a remainder.
    slices = 1 << (count // _SLICE_ROWS).bit_length() if count > _SLICE_ROWS else 1
    repeats = 0
    for number in range(slices):
        wanted = f"({key} & {slices - 1}) = {number}" if slices > 1 else f"{key} IS NOT NULL"
        found = np.sort(np.asarray(rows.filter(wanted).project(key).fetchnumpy()[key]))
        repeats += int(np.count_nonzero(found[1:] == found[:-1]))
    return repeats
