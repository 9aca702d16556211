"""A lakehouse read in place by Spark: Parquet files or a catalog's tables, on one machine or a cluster.

Each table of the model is a temporary view that leaves out who objected. What must be asked once is kept as a
checkpoint, which fails rather than being computed again with other row numbers.
"""

import shutil
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice
from pathlib import Path
from secrets import token_hex
from types import MappingProxyType
from typing import Any, Self, TypeVar

import numpy as np
from numpy.typing import NDArray
from pyspark.sql import DataFrame, SparkSession
from pyspark.sql.types import DecimalType
from sqlglot import exp

from maillage.base.i18n import _
from maillage.warehouse.engines.base import DayCopy, FindObjected, Row, ThinCopy, split_columns, split_numbers
from maillage.warehouse.engines.dialects import write_sql
from maillage.warehouse.engines.guard import check_in_place
from maillage.warehouse.engines.in_place import ANSWERED
from maillage.warehouse.engines.parquet import deliver, write_rows
from maillage.warehouse.engines.spark_errors import translated
from maillage.warehouse.engines.spark_session import Lakehouse, open_lakehouse, start_session
from maillage.warehouse.errors import EngineError, QueryInterruptedError
from maillage.warehouse.place import SparkPlace
from maillage.warehouse.schema import TABLES
from maillage.warehouse.watch import Identity, identify

BATCH_ROWS = 20_000

_PARQUET_TYPES: Mapping[str, str] = MappingProxyType(
    {
        "boolean": "BOOLEAN",
        "tinyint": "BIGINT",
        "smallint": "BIGINT",
        "int": "BIGINT",
        "bigint": "BIGINT",
        "float": "DOUBLE",
        "double": "DOUBLE",
        "date": "DATE",
        "timestamp_ntz": "TIMESTAMP",
    }
)

Answer = TypeVar("Answer")

CANCEL_EVERY_SECONDS = 0.2


class SparkEngine:
    """One session over one lakehouse; see `Engine`. Closes itself at the end of a `with`."""

    dialect = "spark"
    thin_copies: Mapping[str, ThinCopy] = MappingProxyType({})
    day_copies: Mapping[str, DayCopy] = MappingProxyType({})
    kept = None
    """Rows may change in place from one question to the next."""

    def __init__(
        self,
        session: SparkSession,
        *,
        lakehouse: Lakehouse,
        objections: tuple[Path, Identity | None],
        give_back: Callable[[], None],
    ) -> None:
        self._session = session
        self._lakehouse = lakehouse
        self._objections = objections
        self._give_back = give_back
        self._kept: dict[str, DataFrame] = {}
        self._group = f"maillage-{token_hex(6)}"
        self._stopped = threading.Event()
        self._idle = threading.Event()
        self._idle.set()

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

    def prefers_table(self, *, once: bool, coded: bool) -> bool:  # noqa: ARG002 - the rule looks at one sign
        """What must be asked once: Spark computes a part of a query again wherever it is read."""
        return once

    def fetch(self, query: exp.Query) -> list[Row]:
        """All rows of the answer."""
        sql = self._checked(query)

        def work() -> list[Row]:
            found = self._session.sql(sql)
            return _plain_rows(found, found.collect())

        return self._run(work)

    def fetch_integers(self, query: exp.Query) -> tuple[NDArray[np.int64], ...]:
        """The answer by column."""
        return split_columns(self.fetch(query), width=len(query.selects))

    def fetch_numbers(self, query: exp.Query) -> tuple[NDArray[np.float64], ...]:
        """The answer by column."""
        return split_numbers(self.fetch(query), width=len(query.selects))

    def create_temp(self, name: str, query: exp.Query) -> None:
        """Keep the answer in the memory of the executors, and on their disks, encrypted, past it."""
        if name in TABLES:
            raise EngineError(_("{name} est le nom d’une table de l’entrepôt.").format(name=name))
        sql = self._checked(query)

        def work() -> DataFrame:
            kept = self._session.sql(sql).localCheckpoint(eager=True)
            kept.createOrReplaceTempView(name)
            return kept

        self._kept[name] = self._run(work)

    def drop_temp(self, name: str) -> None:
        """Forget a temporary table; one that does not exist is no error."""
        kept = self._kept.pop(name, None)
        if kept is not None:
            translated(lambda: self._forget(name, kept))

    def _forget(self, name: str, kept: DataFrame) -> None:
        self._session.catalog.dropTempView(name)
        # The checkpoint's blocks would otherwise stay until the JVM next collects its garbage.
        plan: Any = kept._jdf  # noqa: SLF001 # pyright: ignore[reportPrivateUsage]
        plan.queryExecution().analyzed().rdd().unpersist(False)

    def write_parquet(self, query: exp.Query, path: Path) -> None:
        """Write the answer to one Parquet file on this machine, complete or not at all."""
        sql = self._checked(query)
        scratch = Path(tempfile.mkdtemp(prefix="maillage-"))
        try:
            self._run(lambda: self._export(sql, scratch / "answer.parquet"))
            deliver(scratch / "answer.parquet", path)
        finally:
            shutil.rmtree(scratch, ignore_errors=True)

    def _export(self, sql: str, path: Path) -> None:
        found = self._session.sql(sql)
        columns = {name: _PARQUET_TYPES.get(kind, "VARCHAR") for name, kind in found.dtypes}
        write_rows(columns, _batches(found), to=path)

    def spread(self) -> Sequence[Self]:
        """This session alone: another would not see its temporary tables."""
        return [self]

    def interrupt(self) -> None:
        """Stop the running query, from any thread."""
        self._stopped.set()
        self._session.sparkContext.cancelJobGroup(self._group)
        threading.Thread(target=self._keep_cancelling, daemon=True).start()

    def _keep_cancelling(self) -> None:
        # A query that is still being planned has no job to cancel, and would start one afterwards.
        while not self._idle.wait(CANCEL_EVERY_SECONDS) and self._stopped.is_set():
            self._session.sparkContext.cancelJobGroup(self._group)

    def is_outdated(self) -> bool:
        """Whether the list of objections was replaced."""
        path, read = self._objections
        return identify(path) != read

    def close(self) -> None:
        """Give back the memory; end Spark where this engine started it."""
        for name in list(self._kept):
            self.drop_temp(name)
        self._give_back()

    def _checked(self, query: exp.Query) -> str:
        check_in_place(query, tables={*ANSWERED, *self._kept})
        for table in query.find_all(exp.Table):
            if table.name in ANSWERED:
                translated(lambda name=table.name: self._lakehouse.show(name))
        # Quoted, for an identifier in quotes is one whatever it holds.
        return write_sql(query, engine=self.dialect, identify=True)

    def _run(self, work: Callable[[], Answer]) -> Answer:
        # The group belongs to the thread that asks; an interruption names it from another.
        self._session.sparkContext.setJobGroup(self._group, "maillage", interruptOnCancel=True)
        self._stopped.clear()
        self._idle.clear()
        try:
            answer = translated(work)
        except EngineError:
            if self._stopped.is_set():
                raise QueryInterruptedError(_("La requête a été arrêtée.")) from None
            raise
        finally:
            self._idle.set()
        if self._stopped.is_set():
            # Stopped while it was planned: no job was there to cancel.
            raise QueryInterruptedError(_("La requête a été arrêtée."))
        return answer


def open_spark(place: SparkPlace, find_objected: FindObjected | None = None) -> SparkEngine:
    """Open a session, starting Spark where it does not run. Raises SourceError (no list), WarehouseError."""
    read = identify(place.objections)
    session, give_back = translated(lambda: start_session(place))
    try:
        lakehouse = translated(lambda: open_lakehouse(session, place, find_objected))
    except BaseException:
        give_back()
        raise
    return SparkEngine(session, lakehouse=lakehouse, objections=(place.objections, read), give_back=give_back)


def _plain_rows(found: DataFrame, rows: Sequence[Any]) -> list[Row]:
    """Rows as the other engines give them: a decimal without a scale is an int, any other a float."""
    decimals = [
        (rank, field.dataType.scale)
        for rank, field in enumerate(found.schema.fields)
        if isinstance(field.dataType, DecimalType)
    ]
    if not decimals:
        return [tuple(row) for row in rows]
    return [_plain_row(list(row), decimals) for row in rows]


def _plain_row(row: list[Any], decimals: Sequence[tuple[int, int]]) -> Row:
    for rank, scale in decimals:
        value: Decimal | None = row[rank]
        if value is not None:
            row[rank] = float(value) if scale else int(value)
    return tuple(row)


def _batches(found: DataFrame) -> Iterator[list[Row]]:
    rows = found.toLocalIterator()
    while batch := list(islice(rows, BATCH_ROWS)):
        yield _plain_rows(found, batch)
