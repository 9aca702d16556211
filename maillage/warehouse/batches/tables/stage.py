"""Blocks of a mapping become Parquet files, and every row of their sources is accounted for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import reduce
from pathlib import Path

import duckdb

from maillage.base.i18n import _
from maillage.warehouse.batches.tables.block import BlockCompiler, Query, run_query, statements
from maillage.warehouse.batches.tables.files import NAMED, OpenSource, find_lines
from maillage.warehouse.batches.tables.mapping import Reference
from maillage.warehouse.batches.tables.read import MappingFile, id_of
from maillage.warehouse.batches.tables.report import BlockReport, Rejected
from maillage.warehouse.batches.tables.values import Fault, Reason, describe_reason
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
    same = [
        f"block_{index}"
        for index, other in enumerate(compiler.file.mapping.tables[:earlier])
        if other.table == block.table
    ]
    taken = len(query.faults)
    repeated = _settle_keys(connection, block.table, query, into=into, earlier=same, taken=taken)
    faults = (*query.faults, Fault(Reason.KEY_TAKEN, ", ".join(block.key or key_of(block.table)), ""))
    source = compiler.sources[block.source]
    return BlockReport(
        table=block.table,
        source=block.source,
        line=compiler.file.document.line_of(compiler.place),
        rows=source.rows + sum(len(one.records) for one in source.unreadable),
        added=_count(connection, into, "true") - source.rows,
        mapped=_count(connection, into, GOOD),
        left_out=_count(connection, into, "NOT _kept"),
        repeated=repeated,
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
    earlier: Sequence[str],
    taken: int,
) -> int:
    """Of the rows of one key the first stays; the same again is left out and counted, another is a fault."""
    names = {
        "into": into,
        "key": ", ".join(quote(name) for name in key_of(table) if name in query.values),
        "values": ", ".join(map(quote, query.values)),
        "good": GOOD,
        "taken": taken,
        # Past every fault: such a row is neither good nor rejected.
        "repeated": taken + 1,
    }
    if not names["key"]:
        return 0
    for other in earlier:
        connection.execute(statements()["refuse_taken"].format(other=other, **names))
    connection.execute(statements()["find_later"].format(**names))
    if _count(connection, "later", "true"):
        connection.execute(statements()["mark_later"].format(**names))
    return _count(connection, "later", "alike")


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
        first = bad.filter(f"_fault = {index}").order("_file, _record").limit(NAMED)
        places = _places(source, first.project("_file, _record").fetchall())
        found.append(Rejected(faults[index].reason, faults[index].column, rows, places))
    return found


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


def describe_rejected(report: BlockReport) -> list[str]:
    """One line for each reason, then the first places; twenty in all."""
    texts: list[str] = []
    left = NAMED
    for one in report.rejected:
        named = ", ".join(f"{file}:{line}" for file, line in one.places[:left])
        left -= len(one.places[:left])
        what = describe_reason(one.reason)
        column = _(", colonne {column}").format(column=one.column) if one.column else ""
        texts.append(f"{what}{column} ({one.rows}) {named}".rstrip())
    return texts


def _with_orphans(
    connection: duckdb.DuckDBPyConnection,
    compiler: BlockCompiler,
    report: BlockReport,
    compilers: Sequence[BlockCompiler],
) -> BlockReport:
    """References to rows that this batch should hold, for it has the table, and does not."""
    orphans: list[tuple[str, int]] = []
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
            orphans.append((name, lost.aggregate("count(*)").fetchall()[0][0]))
    return replace(report, orphans=tuple((name, count) for name, count in orphans if count))


def _good_rows(connection: duckdb.DuckDBPyConnection, compiler: BlockCompiler) -> duckdb.DuckDBPyRelation:
    return connection.table(f"block_{compiler.index}").filter(GOOD)
