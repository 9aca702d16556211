"""One engine of `bench.engines`, in its own process: build, ask, print the figures as a line of JSON."""

import hashlib
import json
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil

from bench.large import persons_of_chapter, temporal_cohort
from bench.reference import ROOT
from bench.replicate import replicate
from maillage.analysis.count.local import find_persons
from maillage.cohort import parse_expression
from maillage.cohort.compile import compile_cohort
from maillage.cohort.compile.cohort import ROW_COLUMNS
from maillage.cohort.compile.sql import col, select, table
from maillage.cohort.run import compile_for, run_plan
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.engines.open import open_engine
from maillage.warehouse.info import read_info
from maillage.warehouse.place import FilePlace, Place, SparkPlace
from tests.support.in_place import write_objections
from tests.support.postgres import Cluster, load_schema, postgres_cluster
from tests.support.spark import export_parquet

CORES = 2
MEMORY = "4GB"
MOST_RUNS = 5
MOST_SECONDS = 10.0
"""Of one question: a slow one is asked less often, once at least after the first."""

EXAMPLE = ROOT / "maillage" / "cli" / "examples" / "diabete-type-2-metformine.json"
FACTS = ("condition_occurrence", "drug_exposure")


@dataclass(frozen=True)
class Built:
    """A warehouse to ask: where it is, what it took to make, whose processors and memory answer.

    `server` is the process to add to this one, if any answers from another.
    """

    place: Place
    wall: float
    cpu: float
    megabytes: float
    how: str
    what: str
    server: psutil.Process | None = None


def main() -> None:
    """Arguments: the engine, the folder of the base, how many copies of it, where to build."""
    engine, base, copies, home = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3]), Path(sys.argv[4])
    with _BUILDERS[engine](base, copies, home) as built:
        _forget_peak()
        opened = open_engine(built.place)
        try:
            questions = {name: _timed(lambda ask=ask: ask(opened), built) for name, ask in QUESTIONS.items()}
            memory, whose = _peak(built)
        finally:
            opened.close()
    held = read_info(home / "warehouse.duckdb").rows
    print(
        json.dumps(
            {
                "persons": held["person"],
                "facts": sum(held[name] for name in FACTS),
                "built": {name: getattr(built, name) for name in ("wall", "cpu", "megabytes", "how", "what")},
                "questions": questions,
                "rows": {name: one["rows"] for name, one in questions.items()},
                "load": os.getloadavg()[0],
                "memory": memory,
                "whose": whose,
            }
        )
    )


@contextmanager
def _in_file(base: Path, copies: int, home: Path) -> Generator[Built]:
    target = home / "warehouse.duckdb"
    with _Clock(None) as clock:
        replicate(base, copies=copies, target=target, memory_limit=MEMORY)
    yield Built(
        place=FilePlace(path=target, memory_limit=MEMORY, threads=CORES),
        wall=clock.wall,
        cpu=clock.cpu,
        megabytes=target.stat().st_size / 1e6,
        how="generated and loaded, all layouts",
        what="one file, all layouts",
    )


@contextmanager
def _in_postgres(base: Path, copies: int, home: Path) -> Generator[Built]:  # noqa: ARG001 - like the others
    # `load_schema` and the cluster write where temporary files go.
    tempfile.tempdir = str(home)
    with postgres_cluster() as cluster:
        server = _server_of(cluster)
        with _Clock(server) as clock:
            load_schema(cluster, "omop", home / "warehouse.duckdb")
        with cluster.connect() as session:
            (size,) = session.execute("SELECT pg_database_size(current_database())").fetchone() or (0,)
        yield Built(
            place=cluster.place("omop", objections=write_objections(home)),
            wall=clock.wall,
            cpu=clock.cpu,
            megabytes=size / 1e6,
            how="copied from the file by CSV, indexed, analysed",
            what="the tables, and the indexes that docs/warehouse-engines.md asks for",
            server=server,
        )


@contextmanager
def _in_parquet(base: Path, copies: int, home: Path) -> Generator[Built]:  # noqa: ARG001 - like the others
    with _Clock(None) as clock:
        lake = export_parquet(home / "warehouse.duckdb", home / "spark")
    yield Built(
        place=SparkPlace(
            data=str(lake),
            objections=write_objections(home),
            master=f"local[{CORES}]",
            memory_limit=MEMORY,
        ),
        wall=clock.wall,
        cpu=clock.cpu,
        megabytes=sum(path.stat().st_size for path in lake.iterdir()) / 1e6,
        how="Parquet written from the file by DuckDB: Spark itself builds nothing",
        what="Parquet, one file a table, in person order",
    )


_BUILDERS: Mapping[str, Callable[[Path, int, Path], Any]] = {
    "duckdb": _in_file,
    "postgres": _in_postgres,
    "spark": _in_parquet,
}


def _server_of(cluster: Cluster) -> psutil.Process:
    (found,) = (
        process
        for process in psutil.process_iter(["name", "cmdline"])
        if process.info["name"] == "postgres" and str(cluster.port) in process.info["cmdline"]
    )
    return found


class _Clock:
    """Elapsed and processor seconds of this process, its children, and a server with its own."""

    def __init__(self, server: psutil.Process | None) -> None:
        self._server = server
        self.wall = self.cpu = 0.0

    def __enter__(self) -> "_Clock":
        self.wall, self.cpu = time.perf_counter(), self._spent()
        return self

    def __exit__(self, *_error: object) -> None:
        self.wall, self.cpu = time.perf_counter() - self.wall, self._spent() - self.cpu

    def _spent(self) -> float:
        roots = [psutil.Process(), *([self._server] if self._server else [])]
        return sum(_seconds(one) for root in roots for one in (root, *root.children(recursive=True)))


def _seconds(process: psutil.Process) -> float:
    try:
        # With those of the children that ended: PostgreSQL's helpers of a parallel query.
        return sum(process.cpu_times()[:4])
    except psutil.NoSuchProcess:
        return 0.0


def _timed(ask: Callable[[], list[Any]], built: Built) -> dict[str, Any]:
    with _Clock(built.server) as first:
        rows = sorted(ask())
    clocks: list[_Clock] = []
    while not clocks or (len(clocks) < MOST_RUNS and sum(one.wall for one in clocks) < MOST_SECONDS):
        with _Clock(built.server) as clock:
            ask()
        clocks.append(clock)
    return {
        "first": first.wall,
        "wall": statistics.median(one.wall for one in clocks),
        "cpu": statistics.median(one.cpu for one in clocks),
        "runs": len(clocks),
        "found": f"{len(rows):,} rows" if len(rows) > 1 else f"{rows[0][0]:,} persons",
        "rows": hashlib.sha256(repr(rows).encode()).hexdigest(),
    }


def _ask_code_set(engine: Engine) -> list[Any]:
    try:
        return engine.fetch(persons_of_chapter(engine))
    finally:
        engine.drop_temp("chapter")


def _ask_cohort(engine: Engine) -> list[Any]:
    plan = compile_cohort(temporal_cohort(), thin_copies=engine.thin_copies, with_events=False)
    with run_plan(plan, engine=engine) as tables:
        return engine.fetch(select([col("r", name) for name in ROW_COLUMNS], table(tables.rows, "r")))


def _ask_count(engine: Engine) -> list[Any]:
    """Persons, steps and years before the gate, which is the same whatever the engine."""
    found = find_persons(compile_for(engine, parse_expression(EXAMPLE.read_bytes())), engine=engine)
    return [*zip(found.ids.tolist(), found.held.tolist(), found.year.tolist(), strict=True)]


QUESTIONS: Mapping[str, Callable[[Engine], list[Any]]] = {
    "persons with a code of one set": _ask_code_set,
    "temporal cohort": _ask_cohort,
    "count of the demo, with attrition and years": _ask_count,
}


def _peak(built: Built) -> tuple[float, str]:
    """Megabytes of the process that answers: the larger of two where Python starts it."""
    if built.server:
        return max(
            map(_high_water, built.server.children())
        ), "the largest process of the server, shared buffers with it"
    java = [one.pid for one in psutil.Process().children(recursive=True) if one.name() == "java"]
    whose = "the Java process" if java else "the process"
    return max(_high_water(psutil.Process(pid)) for pid in java or [os.getpid()]), whose


def _forget_peak() -> None:
    """Building is over: the most memory of this process is counted anew (`man proc_pid_clear_refs`)."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")


def _high_water(process: psutil.Process) -> float:
    status = Path(f"/proc/{process.pid}/status").read_text(encoding="ascii")
    (line,) = (line for line in status.splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1]) / 1024


if __name__ == "__main__":
    main()
