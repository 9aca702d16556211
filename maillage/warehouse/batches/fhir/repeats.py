"""One resource twice in an export: the version updated last is the truth."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from maillage.warehouse.batches.fhir.session import count_rows, path_list, work
from maillage.warehouse.schema.keys import key_of
from maillage.warehouse.sql import text

_SLICE_ROWS = 2_000_000
"""Ids are compared a slice at a time, so that memory does not grow with the export."""


def drop_repeats(
    connection: duckdb.DuckDBPyConnection, table: str, paths: Sequence[Path], *, target: Path
) -> int:
    """Keep one row a key. Where some repeat, `target` replaces the files; how many rows went."""
    total = count_rows(connection, paths)
    # A power of two: a slice is then the low bits of an id, which cost less than a remainder.
    slices = 1 << (total // _SLICE_ROWS).bit_length()
    words = {
        "key": key_of(table)[0],
        "files": path_list(paths),
        "mask": slices - 1,
        "target": text(str(target)),
    }
    distinct = sum(
        connection.execute(work("count_keys", number=number, **words)).fetchall()[0][0]
        for number in range(slices)
    )
    if distinct < total:
        connection.execute(work("keep_last", **words))
        for path in paths:
            path.unlink()
    return total - distinct
