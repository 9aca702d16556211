"""One resource twice in an export: the version updated last is the truth."""

from collections.abc import Sequence
from pathlib import Path

import duckdb

from maillage.warehouse.batches.fhir.session import path_list
from maillage.warehouse.schema.keys import key_of
from maillage.warehouse.sql import text

_SLICE_ROWS = 2_000_000
"""Ids are compared a slice at a time, so that memory does not grow with the export."""


def drop_repeats(
    connection: duckdb.DuckDBPyConnection, table: str, paths: Sequence[Path], *, target: Path
) -> int:
    """Keep one row a key. Where some repeat, `target` replaces the files; how many rows went."""
    rows = f"read_parquet({path_list(paths)}, union_by_name = true, hive_partitioning = false)"
    total = connection.execute(f"SELECT count(*) FROM {rows}").fetchall()[0][0]
    (key,) = key_of(table)
    slices = total // _SLICE_ROWS + 1
    distinct = sum(
        connection.execute(
            f"SELECT count(DISTINCT {key}) FROM {rows} WHERE {key} % {slices} = {number}"
        ).fetchall()[0][0]
        for number in range(slices)
    )
    if distinct == total:
        return 0
    connection.execute(
        f"COPY (SELECT * FROM {rows} QUALIFY row_number() OVER "
        f"(PARTITION BY {key} ORDER BY last_updated DESC NULLS LAST) = 1) "
        f"TO {text(str(target))} (FORMAT parquet, COMPRESSION zstd)"
    )
    for path in paths:
        path.unlink()
    return total - distinct
