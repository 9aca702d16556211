"""One road from rows to a warehouse file, whatever the rows come from."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from types import MappingProxyType

import duckdb
import numpy as np

from maillage.warehouse.build.derive import derive_tables
from maillage.warehouse.build.diagnose import explain
from maillage.warehouse.build.finish import (
    add_self_ancestors,
    check_persons,
    count_rows,
    create_tables,
    create_thin_copy,
    write_metadata,
)
from maillage.warehouse.build.insert import Input, insert_rows, source_columns
from maillage.warehouse.build.progress import Meter, Progress
from maillage.warehouse.build.report import LoadReport, TableReport
from maillage.warehouse.build.withhold import withhold_linked
from maillage.warehouse.build.writer import replacing
from maillage.warehouse.layout import OBJECTION_TABLE, THIN_COPIES, WITHHELD_SCHEMA
from maillage.warehouse.schema import TABLES, Table
from maillage.warehouse.schema.persons import LINKED_TABLES

_INSERT_SHARE, _THIN_SHARE = 3, 1
"""The work of writing a table against that of its thin copy, as measured on measurements."""


@dataclass
class _Origins:
    """What was read for one table."""

    weight: int = 0
    names: list[str] = field(default_factory=list[str])
    columns: set[str] = field(default_factory=set[str])


def assemble(
    inputs: Iterable[Input],
    *,
    target: Path,
    source_name: str,
    objections: Callable[[], np.ndarray],
    total: int,
    progress: Progress | None = None,
    memory_limit: str | None = None,
    ignored: tuple[str, ...] = (),
    facts: Mapping[str, str] = MappingProxyType({}),
    derive: bool = False,
    alone: bool = False,
) -> LoadReport:
    """Write a warehouse from inputs that weigh `total` together, all of it or nothing.

    Each statement commits by itself: the file is new and takes its name only when whole, and one transaction
    around everything would keep all rows in memory whatever `memory_limit` says.

    `objections` is asked for once the target is ours alone, so that none recorded meanwhile is lost. `facts`
    join the file's metadata. With `derive`, periods of observation and eras that no input gives are computed.
    """
    start = monotonic()
    with replacing(target, memory_limit=memory_limit, alone=alone) as connection:
        create_tables(connection)
        objected = record_objections(connection, objections())
        meter = Meter(connection, progress=progress, total=total * (_INSERT_SHARE + _THIN_SHARE))
        origins = _insert_all(connection, inputs, objections=objected, meter=meter)
        check_persons(connection)
        added = add_self_ancestors(connection)
        if derive:
            derive_tables(connection)
        if objected:
            withhold_linked(connection)
        for table in THIN_COPIES:
            with meter.step(table, origins[table].weight * _THIN_SHARE):
                create_thin_copy(connection, table)
        write_metadata(connection, source_name=source_name, facts=facts)
        meter.finish(source_name)
        tables = tuple(_report(connection, table, origins[table.name]) for table in TABLES.values())
        persons, withheld = (
            count_rows(connection, f"{schema}.person") for schema in ("main", WITHHELD_SCHEMA)
        )
    return LoadReport(
        target=target,
        source_name=source_name,
        tables=tables,
        persons=persons,
        withheld=withheld,
        self_ancestors=added,
        ignored_files=ignored,
        seconds=monotonic() - start,
    )


def record_objections(connection: duckdb.DuckDBPyConnection, persons: np.ndarray) -> bool:
    """Fill the empty table of objections with persons, by id; whether there are any."""
    if not persons.size:
        return False
    connection.register("incoming", {"person_id": np.unique(persons).astype(np.int64, casting="safe")})
    connection.table("incoming").insert_into(OBJECTION_TABLE)
    connection.unregister("incoming")
    return True


def _insert_all(
    connection: duckdb.DuckDBPyConnection, inputs: Iterable[Input], *, objections: bool, meter: Meter
) -> Mapping[str, _Origins]:
    origins: defaultdict[str, _Origins] = defaultdict(_Origins)
    for source in inputs:
        with meter.step(source.table.name, source.weight * _INSERT_SHARE), explain(source):
            rows = source.open(connection)
            insert_rows(rows, source.table, origin=source.origin, objections=objections)
        read = origins[source.table.name]
        read.weight += source.weight
        read.names.append(source.origin)
        read.columns |= source_columns(rows, origin=source.origin).keys()
    return origins


def _report(connection: duckdb.DuckDBPyConnection, table: Table, read: _Origins) -> TableReport:
    if not read.names:
        return TableReport(name=table.name, rows=0)
    rows = count_rows(connection, f"main.{table.name}")
    if table.name in LINKED_TABLES:
        rows += count_rows(connection, f"{WITHHELD_SCHEMA}.{table.name}")
    known = set(table.column_names)
    return TableReport(
        name=table.name,
        rows=rows,
        origins=tuple(dict.fromkeys(read.names)),
        unknown_columns=tuple(sorted(read.columns - known)),
        absent_columns=tuple(name for name in table.column_names if name not in read.columns),
        null_required=_count_nulls(connection, table),
    )


def _count_nulls(connection: duckdb.DuckDBPyConnection, table: Table) -> tuple[tuple[str, int], ...]:
    required = [column.name for column in table.columns if column.required]
    counts = ", ".join(f'count(*) - count("{name}")' for name in required)
    found = connection.table(f"main.{table.name}").aggregate(counts).fetchall()[0]
    return tuple((name, nulls) for name, nulls in zip(required, found, strict=True) if nulls)
