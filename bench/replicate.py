"""A larger warehouse from a small one: every person again and again, under new ids, all else alike."""

from collections.abc import Iterator
from functools import partial
from pathlib import Path

import duckdb
import numpy as np

from maillage.warehouse.build.assemble import assemble
from maillage.warehouse.build.insert import Input
from maillage.warehouse.build.progress import Progress
from maillage.warehouse.build.report import LoadReport
from maillage.warehouse.build.sources import find_sources, open_file
from maillage.warehouse.schema import TABLES, Table
from maillage.warehouse.sql import quote

PERSONS_A_COPY = 100_000
"""More than a copied data set may have: persons of a copy come after those of the copy before."""

IDS_A_COPY = 10**9
_NO_OBJECTION = np.array([], dtype=np.int64)


def replicate(
    source: Path, *, copies: int, target: Path, progress: Progress | None = None, memory_limit: str = "4GB"
) -> LoadReport:
    """Build the warehouse `target` from a folder of OMOP tables, each person `copies` times.

    Persons are numbered from 0 in the order of their ids, then by copy; ids of events and visits are shifted,
    so that whatever belonged together still does. Copies are written one by one: memory does not grow.
    """
    inputs = [*_inputs(source, copies=copies)]
    return assemble(
        inputs,
        target=target,
        source_name=f"{source.name} × {copies}",
        objections=lambda: _NO_OBJECTION,
        total=sum(one.weight for one in inputs),
        progress=progress,
        memory_limit=memory_limit,
    )


def _inputs(source: Path, *, copies: int) -> Iterator[Input]:
    files = find_sources(source).files
    for copy in range(copies):
        for name, path in files.items():
            table = TABLES[name]
            if copy == 0 or "person_id" in table.column_names:
                weight = path.stat().st_size
                opened = partial(_copy, table=table, path=path, persons=files["person"], copy=copy)
                yield Input(table=table, origin=name, weight=weight, open=opened)


def _copy(
    connection: duckdb.DuckDBPyConnection, *, table: Table, path: Path, persons: Path, copy: int
) -> duckdb.DuckDBPyRelation:
    rows = open_file(connection, path)
    if "person_id" not in table.column_names:
        return rows
    numbers = open_file(connection, persons).project(
        f"person_id AS known, {PERSONS_A_COPY * copy} - 1 + row_number() OVER (ORDER BY person_id) AS number"
    )
    columns = ", ".join(_value(name, table, copy) for name in rows.columns)
    return rows.join(numbers, "person_id = known").project(columns)


def _value(name: str, table: Table, copy: int) -> str:
    if name == "person_id":
        return "number AS person_id"
    # The row's own id, and the visit that it belongs to.
    if name in (table.column_names[0], "visit_occurrence_id", "visit_detail_id"):
        return f"{quote(name)} + {IDS_A_COPY * copy} AS {quote(name)}"
    return quote(name)
