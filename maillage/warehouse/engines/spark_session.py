"""Starting Spark, and showing it the lakehouse as the model's tables."""

import logging
import os
import shutil
import signal
import subprocess
import tempfile
import threading
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import numpy as np
from pyspark import SparkContext
from pyspark.sql import DataFrame, SparkSession
from sqlglot import exp

from maillage.base.i18n import _
from maillage.base.sizes import read_size
from maillage.warehouse.build.person_ids import read_person_ids
from maillage.warehouse.engines.base import FindObjected, Persons
from maillage.warehouse.engines.dialects import write_sql
from maillage.warehouse.engines.in_place import ANSWERED, OBJECTIONS, Present, cast_to, visible_rows
from maillage.warehouse.errors import EngineError, WarehouseNotFoundError
from maillage.warehouse.layout import RESERVED
from maillage.warehouse.place import SparkPlace
from maillage.warehouse.schema import CdmType
from maillage.warehouse.schema.persons import PARENT_LINKS, SOURCE_VALUE

JAVA_GRACE_SECONDS = 10.0
_RAW = f"{RESERVED}raw_"
_MEANING: Mapping[str, str] = MappingProxyType(
    {
        # A cast that fails is an error, never a null.
        "spark.sql.ansi.enabled": "true",
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.caseSensitive": "false",
        # Otherwise ${env:HOME} in the text of a cohort would be replaced by what this process knows.
        "spark.sql.variable.substitute": "false",
    }
)
"""What decides the rows of an answer; set for each session."""
_AS_THEY_ARE: Mapping[CdmType, frozenset[str]] = MappingProxyType(
    {
        CdmType.INTEGER: frozenset({"bigint"}),
        CdmType.FLOAT: frozenset({"double"}),
        CdmType.DATE: frozenset({"date"}),
        CdmType.DATETIME: frozenset({"timestamp_ntz"}),
        CdmType.VARCHAR: frozenset({"string"}),
    }
)


def start_session(place: SparkPlace) -> tuple[SparkSession, Callable[[], None]]:
    """A session of its own in the one Spark of this process, and what ends it."""
    running = SparkSession.getActiveSession()
    if running is not None:
        session = running.newSession()
        _set_meaning(session)
        return session, lambda: None
    scratch = Path(tempfile.mkdtemp(prefix="maillage-spark-"))
    try:
        session = _start(place, scratch)
    except BaseException:
        shutil.rmtree(scratch, ignore_errors=True)
        raise

    def stop() -> None:
        session.stop()
        _end_java()
        shutil.rmtree(scratch, ignore_errors=True)

    return session, stop


def _start(place: SparkPlace, scratch: Path) -> SparkSession:
    if shutil.which("java") is None and not os.environ.get("JAVA_HOME"):
        raise EngineError(
            _("Spark a besoin de Java, qui n’est pas installé ici."),
            remedy=_("Installez un Java 17, par exemple openjdk-17-jre-headless."),
        )
    # Python's half of Spark logs each failed query with the values in it.
    logging.getLogger("SQLQueryContextLogger").disabled = True
    builder = SparkSession.builder.appName("maillage").master(place.master)
    for name, value in _start_settings(place, scratch).items():
        builder = builder.config(name, value)
    with _own_signals():
        session = builder.getOrCreate()
    # The JVM's half logs the values of a failed task: nothing of it may reach the node's log.
    session.sparkContext.setLogLevel("OFF")
    _set_meaning(session)
    return session


def _end_java() -> None:
    """End the process behind the session; the next session starts another.

    A task that multiplies rows heeds neither a cancellation nor the session's end: it would keep a core busy
    for as long as Python lives. The library offers nothing for it and keeps its gateway in class attributes.
    """
    gateway: Any = SparkContext._gateway  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    SparkContext._gateway = None  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    SparkContext._jvm = None  # noqa: SLF001  # pyright: ignore[reportPrivateUsage]
    if gateway is None:
        return
    gateway.shutdown()
    gateway.proc.stdin.close()
    gateway.proc.terminate()
    try:
        gateway.proc.wait(JAVA_GRACE_SECONDS)
    except subprocess.TimeoutExpired:
        gateway.proc.kill()
        gateway.proc.wait()


@contextmanager
def _own_signals() -> Generator[None]:
    """Keep what this process does on Ctrl-C: the library takes that over, and a worker must not heed it."""
    former = signal.getsignal(signal.SIGINT)
    try:
        yield
    finally:
        if threading.current_thread() is threading.main_thread():
            signal.signal(signal.SIGINT, former)


def _start_settings(place: SparkPlace, scratch: Path) -> dict[str, str]:
    memory = f"{read_size(place.memory_limit) // 1024}k"
    settings = {
        "spark.driver.memory": memory,
        # A cohort of many nested groups is a deep tree to Spark's planner.
        "spark.driver.extraJavaOptions": "-Xss16m",
        "spark.executor.memory": memory,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        # The plan of every query is written out for a page that nobody sees: long, for a deep tree.
        "spark.sql.maxPlanStringLength": "100",
        "spark.local.dir": str(scratch),
        "spark.sql.warehouse.dir": str(scratch / "tables"),
        # What a query spills to a disk is unreadable there.
        "spark.io.encryption.enabled": "true",
    }
    if place.master.startswith("local"):
        # On one machine nothing listens beyond it, and 200 parts of each table would be 198 too many.
        settings |= {
            "spark.driver.bindAddress": "127.0.0.1",
            "spark.driver.host": "127.0.0.1",
            "spark.sql.shuffle.partitions": "8",
        }
    if place.catalog is not None:
        settings["spark.sql.catalogImplementation"] = "hive"
    return settings | dict(place.options)


def _set_meaning(session: SparkSession) -> None:
    for name, value in _MEANING.items():
        session.conf.set(name, value)


class Lakehouse:
    """The model over the tables that are there. A look at one is a job: only for a query that names it."""

    def __init__(self, session: SparkSession, tables: Mapping[str, Callable[[], DataFrame]]) -> None:
        self._session = session
        self._tables = tables
        self._present: dict[str, Present] = {}
        self._shown: set[str] = set()

    def show(self, name: str) -> None:
        """Make the view of this table of the model, without who objected."""
        if name in self._shown:
            return
        link = PARENT_LINKS.get(name)
        for one in (name, link.parent) if link else (name,):
            self._look_at(one)
        query = visible_rows(name, present=self._present, column=_column)
        self._session.sql(write_sql(query, engine="spark", identify=True)).createOrReplaceTempView(name)
        self._shown.add(name)

    def _look_at(self, name: str) -> None:
        if name in self._tables and name not in self._present:
            rows = self._tables[name]()
            rows.createOrReplaceTempView(_RAW + name)
            types = {column.lower(): kind for column, kind in rows.dtypes}
            self._present[name] = Present(exp.to_table(_RAW + name), types)


def open_lakehouse(
    session: SparkSession, place: SparkPlace, find_objected: FindObjected | None = None
) -> Lakehouse:
    """The tables at that place. Raises SourceError (no list of objections), WarehouseError."""
    objected = read_person_ids(place.objections)
    tables = _find_in_catalog(session, place.catalog) if place.catalog else _find_files(session, place.data)
    if "person" not in tables:
        raise WarehouseNotFoundError(
            _("{place} n’a pas de table person.").format(place=place.catalog or place.data),
            remedy=_("Donnez le dossier des tables OMOP en Parquet, ou la base du catalogue."),
        )
    if find_objected:
        objected = np.union1d(objected, find_objected(_read_persons(tables["person"]())))
    _list_objections(session, objected.astype(np.int64))
    lakehouse = Lakehouse(session, tables)
    lakehouse.show("person")
    return lakehouse


def _read_persons(rows: DataFrame) -> Persons:
    """Everybody, part by part: the register is asked here, so that no name of it goes to the executors."""
    names = {name.lower() for name in rows.columns}
    text = SOURCE_VALUE if SOURCE_VALUE in names else "NULL"
    found = rows.selectExpr("CAST(person_id AS BIGINT)", f"CAST({text} AS STRING)")
    for row in found.toLocalIterator():
        yield row[0], row[1]


def _list_objections(session: SparkSession, objected: np.ndarray) -> None:
    rows: Any = [(person,) for person in objected.tolist()]
    frame: Any = cast("Any", session).createDataFrame(rows, "person_id BIGINT")
    frame.createOrReplaceTempView(OBJECTIONS)


def _find_files(session: SparkSession, data: str | None) -> dict[str, Callable[[], DataFrame]]:
    """`person.parquet` or `person`, a file or a folder, at an address that Spark can read."""
    found = {
        entry.lower().removesuffix(".parquet"): address
        for entry, address in _list_folder(session, data or "").items()
    }
    return {
        name: partial(session.read.parquet, address) for name, address in found.items() if name in ANSWERED
    }


def _list_folder(session: SparkSession, data: str) -> dict[str, str]:
    # Through Hadoop, which reads a local folder, HDFS and object stores alike; PySpark has no way to it.
    context: Any = session.sparkContext
    folder = context._jvm.org.apache.hadoop.fs.Path(data)  # noqa: SLF001
    system = folder.getFileSystem(context._jsc.hadoopConfiguration())  # noqa: SLF001
    if not system.exists(folder):
        raise WarehouseNotFoundError(_("{path} n’existe pas.").format(path=data))
    paths = [status.getPath() for status in system.listStatus(folder)]
    return {str(path.getName()): str(path.toString()) for path in paths}


def _find_in_catalog(session: SparkSession, catalog: str) -> dict[str, Callable[[], DataFrame]]:
    if not session.catalog.databaseExists(catalog):
        raise WarehouseNotFoundError(_("Le catalogue n’a pas de base {name}.").format(name=catalog))
    names = {table.name for table in session.catalog.listTables(catalog) if not table.isTemporary}
    return {name: partial(session.table, f"`{catalog}`.`{name}`") for name in names & set(ANSWERED)}


def _column(column: exp.Column, kind: CdmType, found: str) -> exp.Expr:
    return column if found in _AS_THEY_ARE[kind] else cast_to(column, kind)
