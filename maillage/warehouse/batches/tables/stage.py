"""Blocks of a mapping become Parquet files, and every row of their sources is accounted for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path

import duckdb

from maillage.base.i18n import _
from maillage.warehouse.batches.tables.block import BlockCompiler, Query, run_query, statements
from maillage.warehouse.batches.tables.describe import describe_rejected
from maillage.warehouse.batches.tables.files import NAMED, OpenSource, find_lines
from maillage.warehouse.batches.tables.mapping import Reference
from maillage.warehouse.batches.tables.read import MappingFile, id_of
from maillage.warehouse.batches.tables.report import BlockReport, Orphans, Rejected
from maillage.warehouse.batches.tables.values import Fault, Reason
from maillage.warehouse.errors import SourceError
from maillage.warehouse.schema.keys import key_of
from maillage.warehouse.sql import quote

GOOD = "_kept AND _fault IS NULL"


def stage_blocks(
    connection: duckdb.DuckDBPyConnection,
    file: MappingFile,
    sources: Mapping[str, OpenSource],
    *,
    folder: Path,
    tolerate: float,
) -> tuple[BlockReport, ...]:
    """Write each block's rows into the folder. `tolerate` is the share of rows, 0 to 1, that may be rejected.

    Raises MappingError, SourceError.
    """
    compilers = [BlockCompiler(file, index, sources) for index in range(len(file.mapping.tables))]
    for compiler in compilers:
        compiler.find_joined()
    # Every column of every block before the first row.
    queries = [compiler.compile(connection) for compiler in compilers]
    reports: list[BlockReport] = []
    parts = Counter(block.table for block in file.mapping.tables)
    seen: Counter[str] = Counter()
    for index, (compiler, query) in enumerate(zip(compilers, queries, strict=True)):
        report = _stage(connection, compiler, query, earlier=index)
        _check_tolerance(report, tolerate)
        table = compiler.block.table
        seen[table] += 1
        name = table if parts[table] == 1 else f"{table}-{seen[table]}"
        values = ", ".join(map(quote, query.values))
        rows = connection.table(f"block_{index}").filter(GOOD).project(values)
        rows.write_parquet(str(folder / f"{name}.parquet"), compression="zstd")
        reports.append(report)
    return tuple(
        _with_orphans(connection, compiler, report, compilers)
        for compiler, report in zip(compilers, reports, strict=True)
    )


def _stage(
    connection: duckdb.DuckDBPyConnection, compiler: BlockCompiler, query: Query, *, earlier: int
) -> BlockReport:
    into, block = f"block_{earlier}", compiler.block
    run_query(connection, compiler, query, into=into)
    same = {
        f"block_{index}": connection.table(f"block_{index}").columns
        for index, other in enumerate(compiler.file.mapping.tables[:earlier])
        if other.table == block.table
    }
    taken = len(query.faults)
    _settle_keys(connection, block.table, query, into=into, earlier=same, taken=taken)
    key = tuple(block.key_columns or key_of(block.table))
    faults = (*query.faults, Fault(Reason.KEY_TAKEN, ", ".join(key), ""))
    source, repeated = compiler.sources[block.source], f"_fault = {taken + 1}"
    return BlockReport(
        table=block.table,
        source=block.source,
        line=compiler.file.document.line_of(compiler.place),
        rows=source.rows + sum(len(one.records) for one in source.unreadable),
        added=_count(connection, into, "true") - source.rows,
        mapped=_count(connection, into, GOOD),
        left_out=_count(connection, into, "NOT _kept"),
        repeated=_count(connection, into, repeated),
        repeated_places=_first_places(connection.table(into).filter(repeated), source),
        key=key,
        rejected=(*_unreadable(source), *_rejected(connection, source, faults, into=into)),
        emptied=tuple(
            (name, _count(connection, into, f"{GOOD} AND {quote(f'_emptied_{name}')}"))
            for name in query.emptied
        ),
        orphans=(),
    )


def _settle_keys(
    connection: duckdb.DuckDBPyConnection,
    table: str,
    query: Query,
    *,
    into: str,
    earlier: Mapping[str, Sequence[str]],
    taken: int,
) -> None:
    """Of the rows of one key the first stays; the same again is left out and counted, another is a fault."""
    keys = [name for name in key_of(table) if name in query.values]
    names = {
        "into": into,
        "key": ", ".join(map(quote, keys)),
        "values": ", ".join(map(quote, query.values)),
        "good": GOOD,
        "taken": taken,
        # Past every fault: such a row is neither good nor rejected.
        "repeated": taken + 1,
    }
    if not keys:
        return
    for other, columns in earlier.items():
        shared = [quote(name) for name in query.values if name in columns]
        same = " AND ".join(f"{into}.{name} = former.{name}" for name in map(quote, keys))
        both = {
            "shared": ", ".join(f"{into}.{name}" for name in shared),
            "former": ", ".join(f"former.{name}" for name in shared),
        }
        connection.execute(statements()["refuse_taken"].format(other=other, same=same, **both, **names))
    connection.execute(statements()["find_later"].format(**names))
    if _count(connection, "later", "true"):
        connection.execute(statements()["mark_later"].format(**names))


def _count(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> int:
    return connection.table(table).filter(condition).aggregate("count(*)").fetchall()[0][0]


def _unreadable(source: OpenSource) -> list[Rejected]:
    if not source.unreadable:
        return []
    places: list[tuple[str, int]] = [(one.file, line) for one in source.unreadable for line in one.lines]
    rows = sum(len(one.records) for one in source.unreadable)
    return [Rejected(Reason.LINE, "", rows, tuple(sorted(places)[:NAMED]))]


def _rejected(
    connection: duckdb.DuckDBPyConnection, source: OpenSource, faults: Sequence[Fault], *, into: str
) -> list[Rejected]:
    bad = connection.table(into).filter(f"_kept AND _fault < {len(faults)}")
    counts = bad.aggregate("_fault, count(*) AS rows", "_fault").order("_fault").fetchall()
    found: list[Rejected] = []
    for index, rows in ((int(index), int(rows)) for index, rows in counts):
        places = _first_places(bad.filter(f"_fault = {index}"), source)
        found.append(Rejected(faults[index].reason, faults[index].column, rows, places))
    return found


def _first_places(rows: duckdb.DuckDBPyRelation, source: OpenSource) -> tuple[tuple[str, int], ...]:
    first = rows.project("_file, _record").distinct().order("_file, _record").limit(NAMED)
    return _places(source, first.fetchall())


def _places(source: OpenSource, rows: Sequence[tuple[int, int]]) -> tuple[tuple[str, int], ...]:
    """File and line of rows given by file and number."""
    places: list[tuple[str, int]] = []
    for file in dict.fromkeys(file for file, _record in rows):
        records = [record for other, record in rows if other == file]
        lines = find_lines(source, file=file, records=records)
        places += [(source.files[file].name, lines.get(record, record + 1)) for record in records]
    return tuple(places)


def _check_tolerance(report: BlockReport, tolerate: float) -> None:
    """Raise SourceError when more rows were rejected than is tolerated."""
    # The conditions' rows are not candidates: a filter must not hide a column that is wholly wrong.
    candidates = report.rows + report.added - report.left_out
    if report.rejected_rows <= tolerate * candidates:
        return
    raise SourceError(
        _("{table} : {rejected} lignes rejetées sur {rows}.").format(
            table=report.table, rejected=report.rejected_rows, rows=candidates
        ),
        why="\n".join(describe_rejected(report)),
        remedy=_(
            "Corrigez la correspondance (ligne {line}) ou l’extraction, ou permettez plus (--tolerate)."
        ).format(line=report.line),
    )


def _with_orphans(
    connection: duckdb.DuckDBPyConnection,
    compiler: BlockCompiler,
    report: BlockReport,
    compilers: Sequence[BlockCompiler],
) -> BlockReport:
    """References to rows that this batch should hold, for it has the table, and does not."""
    orphans: list[Orphans] = []
    source = compiler.sources[compiler.block.source]
    for name, value in compiler.block.columns.items():
        if not isinstance(value, Reference):
            continue
        held = [
            _good_rows(connection, one).project(f"{id_of(value.ref)} AS id")
            for one in compilers
            if one.block.table == value.ref
        ]
        named = _good_rows(connection, compiler).filter(f"{quote(name)} IS NOT NULL").set_alias("named")
        if held:
            known = reduce(duckdb.DuckDBPyRelation.union, held).set_alias("held")
            lost = named.join(known, f"named.{quote(name)} = held.id", how="anti")
            count = lost.aggregate("count(*)").fetchall()[0][0]
            orphans.append(Orphans(name, value.ref, count, _first_places(lost, source) if count else ()))
    return replace(report, orphans=tuple(one for one in orphans if one.rows))


def _good_rows(connection: duckdb.DuckDBPyConnection, compiler: BlockCompiler) -> duckdb.DuckDBPyRelation:
    return connection.table(f"block_{compiler.index}").filter(GOOD)
