"""What a load read for each table, and what it says of it."""

from collections.abc import Mapping
from dataclasses import dataclass, field

import duckdb

from maillage.warehouse.build.faults import NO_FAULTS, Faults
from maillage.warehouse.build.insert import Input
from maillage.warehouse.build.report import TableReport
from maillage.warehouse.layout import WITHHELD_SCHEMA
from maillage.warehouse.schema import TABLES, Table
from maillage.warehouse.schema.persons import LINKED_TABLES
from maillage.warehouse.sql import quote, text


@dataclass
class Origins:
    """What was read for one table."""

    weight: int = 0
    names: list[str] = field(default_factory=list[str])
    columns: set[str] = field(default_factory=set[str])
    files: list[Input] = field(default_factory=list["Input"])
    """Those of the sources that are files, which can be read again to say where something is wrong."""

    def add(self, source: Input, *, columns: set[str]) -> None:
        """Take one more source in."""
        self.weight += source.weight
        self.names.append(source.origin)
        self.columns |= columns
        if source.path is not None:
            self.files.append(source)


def report_tables(
    connection: duckdb.DuckDBPyConnection, origins: Mapping[str, Origins], faults: Mapping[str, Faults]
) -> tuple[TableReport, ...]:
    """One report for each table of the model."""
    counts = _count(connection, [TABLES[name] for name, read in origins.items() if read.names])
    return tuple(
        _report(table, origins[name], *counts[name], faults=faults.get(name, NO_FAULTS))
        if name in counts
        else TableReport(name=name, rows=0)
        for name, table in TABLES.items()
    )


def _report(table: Table, read: Origins, rows: int, nulls: list[int], *, faults: Faults) -> TableReport:
    return TableReport(
        name=table.name,
        rows=rows,
        origins=tuple(dict.fromkeys(read.names)),
        unknown_columns=tuple(sorted(read.columns - set(table.column_names))),
        absent_columns=tuple(name for name in table.column_names if name not in read.columns),
        null_required=tuple(
            (name, count) for name, count in zip(_required(table), nulls, strict=True) if count
        ),
        faults=faults,
    )


def _count(connection: duckdb.DuckDBPyConnection, tables: list[Table]) -> dict[str, tuple[int, list[int]]]:
    """By table, its rows and the nulls of each required column, in one query: many small ones cost more."""
    if not tables:
        return {}
    counted = connection.execute(" UNION ALL ".join(map(_counts, tables))).fetchall()
    return {name: (rows, nulls) for name, rows, nulls in counted}


def _counts(table: Table) -> str:
    nulls = ", ".join(f"count(*) - count({quote(name)})" for name in _required(table))
    rows = "count(*)"
    if table.name in LINKED_TABLES:
        rows += f" + (SELECT count(*) FROM {WITHHELD_SCHEMA}.{table.name})"  # noqa: S608
    return f"SELECT {text(table.name)}, {rows}, CAST([{nulls}] AS BIGINT[]) FROM main.{table.name}"  # noqa: S608


def _required(table: Table) -> list[str]:
    return [column.name for column in table.columns if column.required]
