"""The rooms by themselves: generating, loading, compiling, counting."""

import tempfile
import time
from collections.abc import Sequence
from pathlib import Path

from bench.cohorts import measure_cohorts
from bench.measure import Measure, median_of, milliseconds
from maillage.analysis.count.local import run
from maillage.analysis.count.spec import CountParameters
from maillage.cohort import parse_expression
from maillage.disclosure import DisclosureRules
from maillage.disclosure.gates import ExactGate
from maillage.warehouse.build.omop import load_omop
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.engines.duckdb import open_warehouse
from maillage.warehouse.synthetic import generate_parts, synthesize

EXAMPLES = Path(__file__).parent.parent / "maillage" / "cli" / "examples"
GENERATED_PATIENTS = 20_000
FACT_TABLES = (
    "visit_occurrence",
    "condition_occurrence",
    "drug_exposure",
    "procedure_occurrence",
    "measurement",
    "observation",
)


def measure_rooms(*, home: Path, shared_data: Path | None) -> Sequence[Measure]:
    """Each room's own figure."""
    with tempfile.TemporaryDirectory(prefix="rooms-", dir=home) as name:
        folder = Path(name)
        measures = [_generate(), _synthesize(folder), *_count(folder)]
        if shared_data is not None:
            measures += [_load(shared_data, folder), *measure_cohorts(folder=folder, shared_data=shared_data)]
    return measures


def _generate() -> Measure:
    started = time.process_time()
    facts = sum(
        len(next(iter(tables[table].values())))
        for tables in generate_parts("hcl", patients=GENERATED_PATIENTS)
        for table in FACT_TABLES
        if table in tables
    )
    rate = facts / (time.process_time() - started) / 1e6
    return Measure("synthetic facts generated", rate, "M facts/CPU-s", "≥ 1", f"{facts:,} facts, no file")


def _synthesize(folder: Path) -> Measure:
    report = synthesize("hcl", patients=GENERATED_PATIENTS, target=folder / "hcl.duckdb")
    rate = report.rows / report.seconds / 1e6
    return Measure("synthetic hospital written", rate, "M rows/s", "", f"{report.rows:,} rows, all layouts")


def _count(folder: Path) -> list[Measure]:
    engine = open_warehouse(folder / "hcl.duckdb")
    try:
        return [_count_one(path, engine) for path in sorted(EXAMPLES.glob("*.json"))]
    finally:
        engine.close()


def _count_one(path: Path, engine: Engine) -> Measure:
    cohort = parse_expression(path.read_text(encoding="utf-8"))

    def ask() -> object:
        return run(
            cohort=cohort, parameters=CountParameters(), engine=engine, gate=ExactGate(DisclosureRules())
        )

    figure = median_of(lambda: milliseconds(ask), runs=9)
    return Measure(f"count: {path.stem}", figure, "ms", "", "compile, engine and gate; 20 000 patients")


def _load(shared_data: Path, folder: Path) -> Measure:
    report = load_omop(shared_data / "omop" / "combined", target=folder / "combined.duckdb")
    rate = report.rows / report.seconds / 1e6
    return Measure(
        "OMOP folder loaded", rate, "M rows/s", "≥ 2", f"`combined`, {report.rows:,} rows, all layouts"
    )
