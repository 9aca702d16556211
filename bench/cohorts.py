"""The quick figures of cohorts: compiling each phenotype, and all of them as one batch on `combined`."""

import csv
import gc
import statistics
import time
from collections.abc import Sequence
from pathlib import Path

from bench.measure import Measure, Stopwatch, best
from maillage.cohort import CohortExpression, parse_expression
from maillage.cohort.batch import run_cohorts
from maillage.cohort.compile import compile_cohort
from maillage.cohort.execute import statements
from maillage.warehouse.engines.duckdb import open_warehouse
from maillage.warehouse.layout import THIN_COPIES

BATCHES = 3


def measure_cohorts(*, folder: Path, shared_data: Path) -> Sequence[Measure]:
    """`folder` holds `combined.duckdb`."""
    definitions = sorted((shared_data / "cohorts" / "phenotypes").glob("*.json"))
    sources = {path.stem: path.read_bytes() for path in definitions}
    return [*_compile([*sources.values()]), *_batch(folder / "combined.duckdb", sources, shared_data)]


def _compile(sources: Sequence[bytes]) -> list[Measure]:
    """From JSON to SQL. The first round warms up: the figures are those of the second."""
    for source in sources:
        _to_sql(parse_expression(source))
    gc.collect()
    # As a node's worker does once it is warm.
    gc.freeze()
    times = sorted(_compile_one(source) for source in sources)
    how = f"{len(sources)} phenotypes: JSON → nodes → tree → SQL; CPU time of the thread"
    return [
        Measure("compile a phenotype, median", statistics.median(times), "ms", "≤ 10", how),
        Measure("compile a phenotype, 99th percentile", times[len(times) * 99 // 100], "ms", "≤ 100", how),
        Measure("compile a phenotype, slowest", times[-1], "ms", "", how),
    ]


def _compile_one(source: bytes) -> float:
    started = time.thread_time()
    _to_sql(parse_expression(source))
    return (time.thread_time() - started) * 1000


def _to_sql(expression: CohortExpression) -> list[str]:
    plan = compile_cohort(expression, thin_copies=THIN_COPIES)
    return [
        query.sql("duckdb", copy=False)
        for _name, query in statements(plan, tables_for=lambda step: step.coded)
    ]


def _batch(warehouse: Path, sources: dict[str, bytes], shared_data: Path) -> list[Measure]:
    cohorts = {name: parse_expression(source) for name, source in sources.items()}
    watches = [Stopwatch() for _ in range(BATCHES)]
    with open_warehouse(warehouse) as engine:
        for watch in watches:
            with watch:
                run_cohorts(cohorts, engine=engine, to=warehouse.with_name("rows.parquet"))
    took = best(watches)
    reference = _reference_seconds(shared_data / "cohorts" / "expected" / "summary.csv")
    how = f"`combined`, {len(cohorts)} phenotypes in one call, compiling and writing included"
    ratio_how = f"{reference:.1f} s in summary.csv, one thread, another day; {how}"
    return [
        Measure("phenotypes as one batch, elapsed", took.wall, "s", "", how),
        Measure("phenotypes as one batch, CPU", took.cpu, "s", "", how),
        Measure("batch against the reference's sum, elapsed", reference / took.wall, "×", "≥ 5", ratio_how),
    ]


def _reference_seconds(summary: Path) -> float:
    with summary.open(encoding="utf-8", newline="") as stream:
        return sum(
            float(line["reference_wall_s"])
            for line in csv.DictReader(stream)
            if (line["dataset"], line["set"]) == ("combined", "PhenotypeLibrary")
        )
