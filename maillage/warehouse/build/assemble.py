"""One road from rows to a warehouse file, whatever the rows come from."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import replace
from pathlib import Path
from time import monotonic
from types import MappingProxyType

import duckdb
import numpy as np

from maillage.warehouse.build.copies import create_copies
from maillage.warehouse.build.derive import derive_tables
from maillage.warehouse.build.diagnose import explain
from maillage.warehouse.build.faults import FAULTS_FACT, Faults, format_faults, settle_faults
from maillage.warehouse.build.finish import (
    add_self_ancestors,
    check_persons,
    count_rows,
    create_tables,
    write_metadata,
)
from maillage.warehouse.build.insert import Input, insert_rows
from maillage.warehouse.build.origins import Origins, report_tables
from maillage.warehouse.build.progress import Meter, Progress
from maillage.warehouse.build.report import LoadReport, TableReport
from maillage.warehouse.build.withhold import withhold_linked
from maillage.warehouse.build.writer import replacing
from maillage.warehouse.layout import OBJECTION_TABLE, THIN_COPIES, WITHHELD_SCHEMA

_INSERT_SHARE, _THIN_SHARE = 3, 1
"""The work of writing a table against that of its thin copy, as measured on measurements."""


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
    empty: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> LoadReport:
    """Write a warehouse from inputs that weigh `total` together, all of it or nothing.

    Each statement commits by itself: the file is new and takes its name only when whole, and one transaction
    around everything would keep all rows in memory whatever `memory_limit` says.

    `objections` is asked for once the target is ours alone, so that none recorded meanwhile is lost. `facts`
    join the file's metadata. With `derive`, periods of observation and eras that no input gives are computed.
    `empty` names, by table, columns that no input fills.
    """
    start = monotonic()
    with replacing(target, memory_limit=memory_limit, alone=alone) as connection:
        create_tables(connection, empty=empty)
        objected = record_objections(connection, objections())
        meter = Meter(connection, progress=progress, total=total * (_INSERT_SHARE + _THIN_SHARE))
        origins = _insert_all(connection, inputs, objections=objected, meter=meter)
        check_persons(connection, origins["person"].files)
        loaded = [name for name, read in origins.items() if read.names]
        faults = settle_faults(connection, loaded, withheld=objected)
        added = _complete(connection, origins, objections=objected, derive=derive, meter=meter)
        said = {**facts, FAULTS_FACT: format_faults(faults)}
        write_metadata(connection, source_name=source_name, facts=said)
        meter.finish(source_name)
        counted = _count(connection, origins, faults)
        report = LoadReport(target, source_name, *counted, added, ignored, seconds=monotonic() - start)
    # Closing the file and giving it its name takes time too.
    return replace(report, seconds=monotonic() - start)


def _count(
    connection: duckdb.DuckDBPyConnection, origins: Mapping[str, Origins], faults: Mapping[str, Faults]
) -> tuple[tuple[TableReport, ...], int, int]:
    """Each table's rows, the persons that queries see, those who objected."""
    seen, withheld = (count_rows(connection, f"{schema}.person") for schema in ("main", WITHHELD_SCHEMA))
    return report_tables(connection, origins, faults), seen, withheld


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
) -> Mapping[str, Origins]:
    origins: defaultdict[str, Origins] = defaultdict(Origins)
    for source in inputs:
        with meter.step(source.table.name, source.weight * _INSERT_SHARE), explain(source):
            rows = source.open(connection)
            insert_rows(connection, rows, source, objections=objections)
        columns = {name.strip().lower() for name in rows.columns}
        origins[source.table.name].add(source, columns=columns)
    return origins


def _complete(
    connection: duckdb.DuckDBPyConnection,
    origins: Mapping[str, Origins],
    *,
    objections: bool,
    derive: bool,
    meter: Meter,
) -> int:
    """Whatever follows from the rows; how many ancestors were added."""
    added = add_self_ancestors(connection)
    if derive:
        derive_tables(connection, withheld=objections)
    if objections:
        withhold_linked(connection)
    for table in THIN_COPIES:
        with meter.step(table, origins[table].weight * _THIN_SHARE):
            create_copies(connection, table)
    return added
