"""An OMOP schema in PostgreSQL, read in place: nothing is copied, nothing is written but temporary tables.

The session reads under a role that cannot write; each table that a query names is replaced by a query that
leaves out who objected. Parts of a cohort become temporary tables that the planner has counted.
"""

import shutil
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path
from types import MappingProxyType
from typing import Self, TypeVar

import numpy as np
import psycopg
from numpy.typing import NDArray
from sqlglot import exp

from maillage.base.i18n import _
from maillage.warehouse.engines.base import DayCopy, FindObjected, Row, ThinCopy, split_columns, split_numbers
from maillage.warehouse.engines.dialects import write_sql
from maillage.warehouse.engines.guard import check_in_place
from maillage.warehouse.engines.parquet import deliver, write_rows
from maillage.warehouse.engines.postgres_errors import translated
from maillage.warehouse.engines.postgres_session import open_session
from maillage.warehouse.errors import (
    EngineError,
)
from maillage.warehouse.place import PostgresPlace
from maillage.warehouse.schema import TABLES
from maillage.warehouse.sql import quote
from maillage.warehouse.watch import Identity, identify

CONNECT_SECONDS = 10
CANCEL_SECONDS = 5.0
BATCH_ROWS = 20_000

_PARQUET_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "bool": "BOOLEAN",
        "int2": "BIGINT",
        "int4": "BIGINT",
        "int8": "BIGINT",
        "numeric": "DOUBLE",
        "float4": "DOUBLE",
        "float8": "DOUBLE",
        "date": "DATE",
        "timestamp": "TIMESTAMP",
    }
)

Answer = TypeVar("Answer")


class PostgresEngine:
    """One session over one schema; see `Engine`. Closes itself at the end of a `with`."""

    dialect = "postgres"
    thin_copies: Mapping[str, ThinCopy] = MappingProxyType({})
    day_copies: Mapping[str, DayCopy] = MappingProxyType({})
    kept = None
    """Rows may change in place from one question to the next."""

    def __init__(
        self,
        connection: psycopg.Connection[Row],
        *,
        model: Mapping[str, exp.Select],
        objections: tuple[Path, Identity | None],
    ) -> None:
        self._connection = connection
        self._model = model
        self._objections = objections
        self._temporary: set[str] = set()

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_error: object) -> None:
        self.close()

    @property
    def vocabulary_version(self) -> str:
        """The version that OMOP keeps in the line `None` of its table of vocabularies."""
        named = exp.column("vocabulary_id").eq(exp.Literal.string("None"))
        rows = self.fetch(exp.select("vocabulary_version").from_("vocabulary").where(named))
        return str(rows[0][0]) if rows and rows[0][0] else ""

    def prefers_table(self, *, once: bool, coded: bool) -> bool:  # noqa: ARG002 - all do better
        """Always: a table that was counted is planned well, a long query with guessed sizes is not.

        Measured on the 367 phenotypes: see docs/warehouse-engines.md.
        """
        return True

    def fetch(self, query: exp.Query) -> list[Row]:
        """All rows of the answer."""
        sql = self._checked(query)
        return self._run(lambda: self._connection.execute(sql.encode()).fetchall())

    def fetch_integers(self, query: exp.Query) -> tuple[NDArray[np.int64], ...]:
        """The answer by column."""
        return split_columns(self.fetch(query), width=len(query.selects))

    def fetch_numbers(self, query: exp.Query) -> tuple[NDArray[np.float64], ...]:
        """The answer by column."""
        return split_numbers(self.fetch(query), width=len(query.selects))

    def create_temp(self, name: str, query: exp.Query) -> None:
        """Keep the answer in a temporary table, counted so that the planner knows it."""
        if name in TABLES:
            raise EngineError(_("{name} est le nom d’une table de l’entrepôt.").format(name=name))
        table = quote(name)
        self._write(f"CREATE TEMPORARY TABLE {table} AS {self._checked(query)}; ANALYZE {table}")
        self._temporary.add(name)

    def drop_temp(self, name: str) -> None:
        """Forget a temporary table; one that does not exist is no error."""
        if name in self._temporary and not self._connection.closed:
            self._write(f"DROP TABLE IF EXISTS pg_temp.{quote(name)}")
        self._temporary.discard(name)

    def write_parquet(self, query: exp.Query, path: Path) -> None:
        """Write the answer to a Parquet file on this machine, complete or not at all."""
        sql = self._checked(query)
        scratch = Path(tempfile.mkdtemp(prefix="maillage-"))
        try:
            self._run(lambda: self._export(sql, scratch / "answer.parquet"))
            deliver(scratch / "answer.parquet", path)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _export(self, sql: str, path: Path) -> None:
        # A cursor of the server: the answer passes in batches, whatever its size.
        with self._connection.transaction(), self._connection.cursor("answer") as cursor:
            cursor.execute(sql.encode())
            columns = {
                column.name: _PARQUET_TYPES.get(_type_name(self._connection, column.type_code), "VARCHAR")
                for column in cursor.description or ()
            }
            write_rows(columns, _batches(cursor), to=path)

    def spread(self) -> Sequence[Self]:
        """This session alone: another would not see its temporary tables."""
        return [self]

    def interrupt(self) -> None:
        """Stop the running query, from any thread."""
        with suppress(psycopg.Error):
            self._connection.cancel_safe(timeout=CANCEL_SECONDS)

    def is_outdated(self) -> bool:
        """Whether the list of objections was replaced, or the server ended the session."""
        path, read = self._objections
        return self._connection.closed or identify(path) != read

    def close(self) -> None:
        """End the session; its temporary tables go with it."""
        self._connection.close()

    def _checked(self, query: exp.Query) -> str:
        check_in_place(query, tables=self._model.keys() | self._temporary)
        # Quoted, for an identifier in quotes is one whatever it holds.
        return write_sql(_replaced(query, self._model), engine=self.dialect, identify=True)

    def _write(self, sql: str) -> None:
        """Run what makes or drops a temporary table: the session reads only, save here."""

        def work() -> None:
            try:
                self._connection.execute(f"BEGIN READ WRITE; {sql}; COMMIT".encode())
            except psycopg.Error:
                with suppress(psycopg.Error):
                    self._connection.rollback()
                raise

        self._run(work)

    def _run(self, work: Callable[[], Answer]) -> Answer:
        return translated(work)


def open_postgres(place: PostgresPlace, find_objected: FindObjected | None = None) -> PostgresEngine:
    """Open a session. Raises SourceError (no list of objections), WarehouseError."""
    read = identify(place.objections)
    connection, model = open_session(place, find_objected)
    return PostgresEngine(connection, model=model, objections=(place.objections, read))


def _replaced(query: exp.Query, model: Mapping[str, exp.Select]) -> exp.Query:
    """The query with each table of the model replaced by its visible rows."""
    query = query.copy()
    for table in list(query.find_all(exp.Table)):
        if isinstance(table.this, exp.Identifier) and table.name in model:
            alias = exp.TableAlias(this=exp.to_identifier(table.alias_or_name))
            rows = exp.Subquery(this=model[table.name].copy(), alias=alias)
            for part in ("joins", "laterals"):
                rows.set(part, table.args.get(part))
            table.replace(rows)
    return query


def _batches(cursor: psycopg.ServerCursor[Row]) -> Iterator[Sequence[Row]]:
    while rows := cursor.fetchmany(BATCH_ROWS):
        yield rows


def _type_name(connection: psycopg.Connection[Row], oid: int) -> str:
    known = connection.adapters.types.get(oid)
    return known.name if known else ""
