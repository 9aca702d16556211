"""Spark for tests: one for the whole process, set for tables of a few rows."""

import atexit
import os
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path

import duckdb
import pytest

from maillage.warehouse.engines.spark_session import start_session
from maillage.warehouse.place import SparkPlace
from maillage.warehouse.schema import TABLES

# Tests ask many small questions once: compiling each of them would take most of the time, then checking the
# library's own classes and collecting garbage with many threads. The rules of the planner stay as they are.
QUICK: Mapping[str, str] = {
    "spark.driver.extraJavaOptions": "-Xss16m -XX:TieredStopAtLevel=1 -XX:+UseSerialGC"
    " -XX:+UnlockDiagnosticVMOptions -XX:-BytecodeVerificationRemote",
    "spark.default.parallelism": "1",
    "spark.sql.codegen.wholeStage": "false",
    "spark.sql.codegen.factoryMode": "NO_CODEGEN",
    "spark.sql.adaptive.enabled": "false",
    "spark.sql.shuffle.partitions": "1",
}


# The socket between Python and Java is left to the collector by the library.
QUIETLY = pytest.mark.filterwarnings("ignore:unclosed <socket:ResourceWarning")


def need_java() -> None:
    """Skip the test where there is no Java, save in CI."""
    if shutil.which("java") is None:
        if os.environ.get("CI"):
            pytest.fail("in CI a Java 17 must be installed")
        pytest.skip("no Java is installed here")


@cache
def keep_spark() -> None:
    """Spark for the rest of this process: engines that are opened and closed meanwhile share it."""
    need_java()
    _session, stop = start_session(quick_place(Path(), objections=Path()))
    atexit.register(stop)


def export_parquet(warehouse: Path, folder: Path) -> Path:
    """A folder of one Parquet file per table that has rows, from a warehouse file."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse), read_only=True) as source:
        for name in TABLES:
            if source.table(f"main.{name}").limit(1).fetchall():
                source.execute(f"COPY main.{name} TO '{folder / name}.parquet' (FORMAT parquet)")
    return folder


def quick_place(data: Path, *, objections: Path) -> SparkPlace:
    """That folder on two threads."""
    return SparkPlace(data=str(data), master="local[2]", objections=objections, options=QUICK)
