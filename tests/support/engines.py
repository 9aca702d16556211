"""One way to ask a cohort of rows, on every kind of engine that the project has.

`KINDS` is what a test loops over. A kind takes an expression and rows as in `tests.support.omop`: required
columns that a row lacks are filled, other absent columns are null, absent tables are empty.
"""

import os
import tempfile
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Protocol

import duckdb
import psycopg

from maillage.cohort import CohortExpression
from maillage.cohort.batch import run_cohorts
from maillage.cohort.compile.cohort import ROW_COLUMNS
from maillage.cohort.compile.sql import col, select, table
from maillage.cohort.reference import CohortRow, EventMask, find_masks, find_rows
from maillage.cohort.run import run_cohort
from maillage.warehouse.build.copies import create_copies
from maillage.warehouse.build.finish import add_self_ancestors, create_tables
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.engines.duckdb import DuckDBEngine
from maillage.warehouse.engines.open import open_engine
from maillage.warehouse.layout import THIN_COPIES
from maillage.warehouse.schema import TABLES, CdmType
from tests.support.in_place import write_objections
from tests.support.omop import Rows, fill_row
from tests.support.postgres import create_schema, has_postgres, shared_cluster
from tests.support.spark import keep_spark, quick_place

Tables = Mapping[str, Rows]
FullRow = dict[str, object]


@dataclass(frozen=True)
class Found:
    """The rows of a cohort, sorted; its qualified events, sorted, or None where a kind does not tell them."""

    rows: Sequence[CohortRow]
    masks: Sequence[EventMask] | None


class Answerer(Protocol):
    """Finds a cohort in rows. Raises what the production code raises."""

    def __call__(self, expression: CohortExpression, *, tables: Tables) -> Found:
        """The rows, and the qualified events."""
        ...


def complete(tables: Tables) -> dict[str, list[FullRow]]:
    """Every table of the model with every column; dates as dates, whatever way the test wrote them."""
    assert not (unknown := tables.keys() - TABLES.keys()), f"no such table: {unknown}"
    return {name: [_complete_row(name, row) for row in tables.get(name, ())] for name in TABLES}


def _complete_row(name: str, row: Mapping[str, object]) -> FullRow:
    filled = fill_row(name, row)
    columns = {column.name: column.type for column in TABLES[name].columns}
    assert not (unknown := filled.keys() - columns.keys()), f"{name} has no column {unknown}"
    return {column: _value(kind, filled.get(column)) for column, kind in columns.items()}


def _value(kind: CdmType, value: object) -> object:
    if isinstance(value, str) and kind is CdmType.DATE:
        return date.fromisoformat(value)
    if isinstance(value, str) and kind is CdmType.DATETIME:
        return datetime.fromisoformat(value)
    return value


def found_by(engine: Engine, expression: CohortExpression) -> Found:
    """What an open engine finds, asked as a question asks it: rows and masks together."""
    with run_cohort(expression, engine=engine) as made:
        rows = engine.fetch(select([col("r", name) for name in ROW_COLUMNS], table(made.rows, "r")))
        columns = [col("e", name) for name in ("person_id", "start_date", "inclusion_mask")]
        masks = engine.fetch(select(columns, table(made.events, "e")))
    return Found(sorted(map(CohortRow._make, rows)), sorted(map(EventMask._make, masks)))


def rows_in_batch(engine: Engine, expression: CohortExpression) -> Found:
    """What it finds as part of a batch, which compiles to other statements and keeps no mask."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "rows.parquet"
        run_cohorts({"cohort": expression}, engine=engine, to=path)
        rows = duckdb.read_parquet(str(path), connection=_reader()).project(", ".join(ROW_COLUMNS)).fetchall()
    return Found(sorted(map(CohortRow._make, rows)), None)


@cache
def _reader() -> duckdb.DuckDBPyConnection:
    return duckdb.connect()


@dataclass
class _Memory:
    """A warehouse in memory, made by the production functions, once: making one takes longer than a question.

    `holds` is what it was last filled with; `filled` names the tables that have rows.
    """

    connection: duckdb.DuckDBPyConnection
    filled: set[str]
    holds: Tables | None = None

    def fill(self, tables: Tables) -> None:
        """Hold these rows and no other, with their thin copies. The same object is not read again."""
        if tables is self.holds:
            return
        self.holds = None
        full = {name: rows for name, rows in complete(tables).items() if rows}
        for name in self.filled:
            self.connection.execute(f"TRUNCATE main.{name}")
        self.filled, former = {*full, "concept_ancestor"}, self.filled
        for name, rows in full.items():
            self._insert(name, rows)
        add_self_ancestors(self.connection)
        for name in (former | self.filled) & THIN_COPIES.keys():
            create_copies(self.connection, name)
        self.holds = tables

    def _insert(self, name: str, rows: list[FullRow]) -> None:
        columns = TABLES[name].column_names
        one = f"({', '.join('?' * len(columns))})"
        values = [value for row in rows for value in row.values()]
        self.connection.execute(f"INSERT INTO main.{name} VALUES {', '.join([one] * len(rows))}", values)


@cache
def _memory() -> _Memory:
    connection = duckdb.connect()
    connection.execute("SET TimeZone = 'UTC'")
    connection.execute("SET threads = 1")
    create_tables(connection)
    for name in THIN_COPIES:
        create_copies(connection, name)
    return _Memory(connection, set())


def _duckdb(ask: Callable[[Engine, CohortExpression], Found]) -> Answerer:
    def answer(expression: CohortExpression, *, tables: Tables) -> Found:
        memory = _memory()
        memory.fill(tables)
        nowhere = Path("no file")
        return ask(DuckDBEngine(memory.connection, path=nowhere, scratch=_scratch()), expression)

    return answer


@cache
def _scratch() -> Path:
    return Path(tempfile.mkdtemp(prefix="maillage-tests-"))


def reference(expression: CohortExpression, *, tables: Tables) -> Found:
    """What the definition says, read plainly: every kind must find it."""
    full = complete(tables)
    return Found(find_rows(expression, tables=full), find_masks(expression, tables=full))


@dataclass
class _Schema:
    """A schema of PostgreSQL and a session over it: rows that change there are seen at once."""

    session: psycopg.Connection
    engine: Engine
    filled: set[str]
    holds: Tables | None = None

    def fill(self, tables: Tables) -> None:
        """Hold these rows and no other."""
        if tables is self.holds:
            return
        self.holds = None
        full = {name: rows for name, rows in complete(tables).items() if rows}
        # Few rows: deleting them is quicker than giving each table a new file.
        for name in self.filled:
            self.session.execute(f"DELETE FROM rows.{name}".encode())
        self.filled = {*full}
        for name, rows in full.items():
            with self.session.cursor().copy(f"COPY rows.{name} FROM STDIN".encode()) as copy:
                for row in rows:
                    copy.write_row(list(row.values()))
        self.holds = tables


@cache
def _schema() -> _Schema:
    cluster = shared_cluster()
    create_schema(cluster, "rows")
    place = cluster.place("rows", objections=write_objections(_scratch()))
    return _Schema(cluster.connect(), open_engine(place), set())


def _postgres(expression: CohortExpression, *, tables: Tables) -> Found:
    schema = _schema()
    schema.fill(tables)
    return found_by(schema.engine, expression)


def _spark(expression: CohortExpression, *, tables: Tables) -> Found:
    keep_spark()
    memory = _memory()
    memory.fill(tables)
    with tempfile.TemporaryDirectory() as folder:
        for name in memory.filled:
            memory.connection.execute(f"COPY main.{name} TO '{folder}/{name}.parquet' (FORMAT parquet)")
        if "person" not in memory.filled:
            memory.connection.execute(f"COPY main.person TO '{folder}/person.parquet' (FORMAT parquet)")
        engine = open_engine(quick_place(Path(folder), objections=write_objections(_scratch())))
        try:
            return found_by(engine, expression)
        finally:
            engine.close()


def _kinds() -> Mapping[str, Answerer]:
    kinds: dict[str, Answerer] = {"duckdb": _duckdb(found_by), "duckdb_batch": _duckdb(rows_in_batch)}
    if has_postgres():
        kinds["postgres"] = _postgres
    # Seconds for each question, so only on demand; tests/conformance and tests/oracle always ask Spark.
    if os.environ.get("MAILLAGE_TEST_ENGINE") == "spark":
        kinds["spark"] = _spark
    return MappingProxyType(kinds)


KINDS: Mapping[str, Answerer] = _kinds()
"""Every kind of engine. A new one is a line here, and every test of semantics asks it."""


def disagreements(found: Mapping[str, Found], *, expected: Found) -> Iterable[str]:
    """What each kind answered that was not expected, in words that name the kind."""
    for kind, one in found.items():
        if one.rows != expected.rows:
            yield f"{kind}: rows {one.rows}, not {expected.rows}"
        if one.masks is not None and one.masks != expected.masks:
            yield f"{kind}: masks {one.masks}, not {expected.masks}"
