"""Columns in memory become a warehouse: for whoever makes rows rather than reads them."""

from collections.abc import Iterable, Iterator, Mapping
from functools import partial
from pathlib import Path

import duckdb
import numpy as np

from maillage.base.i18n import _
from maillage.warehouse.build.assemble import assemble
from maillage.warehouse.build.insert import Input
from maillage.warehouse.build.progress import Progress
from maillage.warehouse.build.report import LoadReport
from maillage.warehouse.errors import SourceError
from maillage.warehouse.schema import TABLES

Columns = Mapping[str, np.ndarray]
"""One table's rows by column, all of one length. Null is None, NaN, NaT or a masked value."""


def write_warehouse(
    tables: Mapping[str, Columns],
    *,
    target: Path,
    source_name: str,
    objections: np.ndarray,
    progress: Progress | None = None,
) -> LoadReport:
    """Build the warehouse `target` from arrays by table and column.

    `objections` are ids of persons. Unlike a load from files, this forgets those of a former file there.
    """
    return write_parts(
        [tables],
        target=target,
        source_name=source_name,
        objections=objections,
        expected_rows=sum(map(_length, tables.values())),
        progress=progress,
    )


def write_parts(
    parts: Iterable[Mapping[str, Columns]],
    *,
    target: Path,
    source_name: str,
    objections: np.ndarray,
    expected_rows: int,
    progress: Progress | None = None,
    memory_limit: str | None = None,
) -> LoadReport:
    """The same from parts made one after the other, so that only one is in memory.

    Each part must hold persons whose ids are above those of the part before: the tables are then in person
    order. `expected_rows`, of all parts, only makes the progress true.
    """
    return assemble(
        _inputs(parts),
        target=target,
        source_name=source_name,
        objections=lambda: objections,
        total=expected_rows,
        progress=progress,
        memory_limit=memory_limit,
    )


def _inputs(parts: Iterable[Mapping[str, Columns]]) -> Iterator[Input]:
    for part in parts:
        for name, columns in part.items():
            if name not in TABLES:
                raise SourceError(_("{table} n’est pas une table OMOP.").format(table=name))
            yield Input(
                table=TABLES[name],
                origin=name,
                weight=_length(columns),
                open=partial(_register, columns=columns),
                by_column=True,
            )


def _length(columns: Columns) -> int:
    return max((len(values) for values in columns.values()), default=0)


def _register(connection: duckdb.DuckDBPyConnection, columns: Columns) -> duckdb.DuckDBPyRelation:
    connection.register("incoming", {name: _readable(values) for name, values in columns.items()})
    return connection.table("incoming")


def _readable(values: np.ndarray) -> np.ndarray:
    """DuckDB reads dates by the second and not by the day, and texts of fixed width or as objects."""
    if values.dtype.kind == "M":
        return values.astype("datetime64[s]") if values.dtype == np.dtype("datetime64[D]") else values
    return values.astype(object) if values.dtype.kind == "T" else values
