"""Blocks of a mapping become Parquet files, and every row of their sources is accounted for."""

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from maillage.base.i18n import _
from maillage.warehouse.batches.tables.block import BlockCompiler, Query, run_query
from maillage.warehouse.batches.tables.files import NAMED, OpenSource, line_of
from maillage.warehouse.batches.tables.mapping import Reference
from maillage.warehouse.batches.tables.read import MappingFile, id_of
from maillage.warehouse.batches.tables.report import BlockReport, Rejected
from maillage.warehouse.batches.tables.values import Fault, Reason, describe_reason
from maillage.warehouse.errors import SourceError
from maillage.warehouse.schema.keys import key_of
from maillage.warehouse.sql import quote

_GOOD = "_kept AND _fault IS NULL"


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
        rows = connection.table(f"block_{index}").filter(_GOOD).project(values)
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
        mapped=_count(connection, into, _GOOD),
        left_out=_count(connection, into, "NOT _kept"),
        repeated=repeated,
        rejected=(*_unreadable(source), *_rejected(connection, source, faults, into=into)),
        emptied=tuple(
            (name, _count(connection, into, f"{_GOOD} AND {quote(f'_emptied_{name}')}"))
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
    key = ", ".join(quote(name) for name in key_of(table) if name in query.values)
    if not key:
        return 0
    for other in earlier:
        connection.execute(
            f"UPDATE {into} SET _fault = {taken} WHERE {_GOOD} AND ({key}) IN"
            f" (SELECT ({key}) FROM {other} WHERE {_GOOD})"
        )
    twice = f"SELECT {key} FROM {into} WHERE {_GOOD} GROUP BY {key} HAVING count(*) > 1"
    whole = f"row({', '.join(map(quote, query.values))})"
    over = f"OVER (PARTITION BY {key} ORDER BY _file, _record)"
    connection.execute(
        f"CREATE OR REPLACE TEMP TABLE later AS SELECT _file, _record, alike FROM"
        f" (SELECT _file, _record, row_number() {over} AS rank,"
        f" {whole} IS NOT DISTINCT FROM first_value({whole}) {over} AS alike"
        f" FROM {into} WHERE {_GOOD} AND ({key}) IN (SELECT ({key}) FROM ({twice}))) WHERE rank > 1"
    )
    found = _count(connection, "later", "alike")
    if _count(connection, "later", "true"):
        # A repeated row gets an index past every fault: it is neither good nor rejected.
        connection.execute(
            f"UPDATE {into} SET _fault = CASE WHEN alike THEN {taken + 1} ELSE {taken} END FROM later"
            f" WHERE {into}._file = later._file AND {into}._record = later._record"
        )
    return found


def _count(connection: duckdb.DuckDBPyConnection, table: str, condition: str) -> int:
    return connection.table(table).filter(condition).aggregate("count(*)").fetchall()[0][0]


def _unreadable(source: OpenSource) -> list[Rejected]:
    if not source.unreadable:
        return []
    places = [(one.file, line) for one in source.unreadable for line in one.lines]
    rows = sum(len(one.records) for one in source.unreadable)
    return [Rejected(Reason.LINE, "", rows, tuple(sorted(places)[:NAMED]))]


def _rejected(
    connection: duckdb.DuckDBPyConnection, source: OpenSource, faults: Sequence[Fault], *, into: str
) -> list[Rejected]:
    bad = connection.table(into).filter(f"_kept AND _fault < {len(faults)}")
    counts = bad.aggregate("_fault, count(*) AS rows", "_fault").order("_fault").fetchall()
    found: list[Rejected] = []
    for index, rows in counts:
        first = bad.filter(f"_fault = {index}").order("_file, _record").limit(NAMED)
        places = tuple(
            (source.files[file].name, line_of(connection, source, file=file, record=record))
            for file, record in first.project("_file, _record").fetchall()
        )
        found.append(Rejected(faults[index].reason, faults[index].column, rows, places))
    return found


def _check_tolerance(report: BlockReport, tolerate: float) -> None:
    """Raise SourceError when more rows were rejected than is tolerated."""
    # The conditions' rows are not candidates: a filter must not hide a column that is wholly wrong.
    candidates = report.rows - report.left_out
    if report.rejected_rows <= tolerate * candidates:
        return
    raise SourceError(
        _("{table} : {rejected} lignes rejetées sur {rows}.").format(
            table=report.table, rejected=report.rejected_rows, rows=candidates
        ),
        why="\n" + "\n".join(describe_rejected(report)),
        remedy=_("Corrigez la correspondance (ligne {line}) ou l’extraction, ou permettez plus (--tolerate).").format(
            line=report.line
        ),
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
    into = f"block_{compiler.place[1]}"
    orphans: list[tuple[str, int]] = []
    for name, value in compiler.block.columns.items():
        targets = [one for one in compilers if isinstance(value, Reference) and one.block.table == value.ref]
        if not isinstance(value, Reference) or not targets:
            continue
        held = " UNION ALL ".join(
            f"SELECT {quote(str(id_of(value.ref)))} FROM block_{one.place[1]} WHERE {_GOOD}" for one in targets
        )
        count = _count(
            connection, into, f"{_GOOD} AND {quote(name)} IS NOT NULL AND {quote(name)} NOT IN ({held})"
        )
        if count:
            orphans.append((name, count))
    return BlockReport(**{**vars(report), "orphans": tuple(orphans)})
