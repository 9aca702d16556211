"""`make bench-cohorts`: our cohorts against the same definitions as the reference writes them.

One machine, one DuckDB, one file, as many threads on both sides; pairs are interleaved, and rows compared.
"""

import argparse
import os
import statistics
import tempfile
from collections.abc import Callable, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

from sqlglot import exp

from bench.measure import Measure, Stopwatch, best, show, write_results
from bench.port import measure_port
from bench.reference import (
    CIRCEPY,
    ROOT,
    Fingerprint,
    ReferenceEngine,
    ReferenceFailedError,
    Written,
    read_published,
    write_reference,
)
from bench.replicate import replicate
from maillage.cli.progress import progress_bar
from maillage.cohort import CohortExpression, parse_expression
from maillage.cohort.batch import run_cohorts
from maillage.cohort.compile import CohortPlan, compile_cohort
from maillage.cohort.compile.cohort import ROW_COLUMNS
from maillage.cohort.compile.sql import col, select, table
from maillage.cohort.run import run_plan
from maillage.warehouse.engines.duckdb import DuckDBEngine, open_warehouse

HOME = ROOT / ".bench"


@dataclass(frozen=True)
class Pair:
    """One definition on both sides. `equal` tells whether the rows are; None: the reference failed."""

    name: str
    ours: Stopwatch
    theirs: Stopwatch
    equal: bool | None
    found: Fingerprint


def main() -> None:
    """Build what is missing, run both sides, write the figures."""
    options = _options()
    shared = Path(os.environ.get("MAILLAGE_SHARED_DATA", ROOT / ".." / "shared" / "data")).resolve()
    HOME.mkdir(exist_ok=True)
    warehouse = _warehouse(shared / "omop" / "combined", copies=options.copies)
    sections = [
        (
            f"Cohorts against the reference's SQL, `combined` × {options.copies}",
            _measure(options, shared / "cohorts", warehouse=warehouse),
        )
    ]
    if not options.dry:
        write_results(sections)
    show(sections)


def _measure(options: argparse.Namespace, cohorts_folder: Path, *, warehouse: Path) -> list[Measure]:
    definitions = cohorts_folder / "phenotypes"
    published = read_published(cohorts_folder / "expected" / "phenotypes_combined.parquet")
    written = write_reference(definitions, kept=HOME / "circepy-phenotypes.jsonl")
    chosen = sorted(definitions.glob("*.json"))[:: options.every]
    cohorts = {path.stem: parse_expression(path.read_bytes()) for path in chosen}
    pairs = _run_pairs(cohorts, written, warehouse=warehouse, runs=options.runs, threads=options.threads)
    batch = _run_batch(cohorts, warehouse=warehouse, runs=options.runs, threads=options.threads)
    how = f"`combined` × {options.copies}, {len(pairs)} phenotypes, {options.threads} threads"
    port = measure_port(
        chosen[:: max(1, len(chosen) // max(1, options.port))],
        warehouse=warehouse,
        threads=options.threads,
        ours={pair.name: pair.ours for pair in pairs},
        rows={pair.name: pair.found.rows for pair in pairs},
    )
    unpublished = _unpublished(pairs, published, options.copies, how)
    return [unpublished, *_singles(pairs, how), *_batch(batch, pairs, how), _writing(written, cohorts), *port]


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--copies", type=int, default=64)
    parser.add_argument("--every", type=int, default=1, help="of so many definitions, one")
    parser.add_argument("--runs", type=int, default=2, help="pairs of each; the best of each side counts")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument(
        "--port", type=int, default=12, help="about so many for the port's own engine, 1 at least"
    )
    parser.add_argument("--dry", action="store_true", help="print, write nothing down")
    return parser.parse_args()


def _warehouse(source: Path, *, copies: int) -> Path:
    target = HOME / f"combined-x{copies}.duckdb"
    if not target.exists():
        with progress_bar(label=target.name) as progress:
            replicate(source, copies=copies, target=target, progress=progress)
    return target


def _run_pairs(
    cohorts: Mapping[str, CohortExpression],
    written: Mapping[str, Written],
    *,
    warehouse: Path,
    runs: int,
    threads: int,
) -> Sequence[Pair]:
    ours, theirs = open_warehouse(warehouse, threads=threads), ReferenceEngine(warehouse, threads=threads)
    try:
        with progress_bar(label="pairs") as progress:
            found: list[Pair] = []
            for rank, (name, expression) in enumerate(cohorts.items()):
                progress(name, rank, len(cohorts))
                found.append(_run_pair(name, expression, written[name], ours, theirs, runs=runs))
            return found
    finally:
        ours.close()
        theirs.close()


def _run_pair(
    name: str,
    expression: CohortExpression,
    written: Written,
    ours: DuckDBEngine,
    theirs: ReferenceEngine,
    *,
    runs: int,
) -> Pair:
    plan = compile_cohort(expression, thin_copies=ours.thin_copies, with_events=False)
    our_watches, their_watches = [Stopwatch() for _ in range(runs)], [Stopwatch() for _ in range(runs)]
    equal: bool | None = True
    found = Fingerprint(0, None, None)
    for our_watch, their_watch in zip(our_watches, their_watches, strict=True):
        found = _run_ours(plan, ours, our_watch)
        try:
            with their_watch:
                theirs.run(written)
        except ReferenceFailedError:
            return Pair(name, best(our_watches), best(their_watches), None, found)
        equal = equal and found == theirs.fingerprint()
    return Pair(name, best(our_watches), best(their_watches), equal, found)


def _run_ours(plan: CohortPlan, engine: DuckDBEngine, watch: Stopwatch) -> Fingerprint:
    """Of the rows. Reading them again for it is not timed; forgetting them is, as on the other side."""
    with ExitStack() as stack:
        with watch:
            tables = stack.enter_context(run_plan(plan, engine=engine))
        sums = [_hashes(ROW_COLUMNS), _hashes(ROW_COLUMNS[1:])]
        found = engine.fetch(select([exp.Count(this=exp.Star()), *sums], table(tables.rows, "r")))[0]
        with watch:
            stack.close()
    return Fingerprint(*found)


def _hashes(names: Sequence[str]) -> exp.Expr:
    return exp.Sum(this=exp.Anonymous(this="hash", expressions=[col("r", name) for name in names]))


def _run_batch(
    cohorts: Mapping[str, CohortExpression], *, warehouse: Path, runs: int, threads: int
) -> Stopwatch:
    """All of them in one call, compiling and writing the file of rows included."""
    watches = [Stopwatch() for _ in range(runs)]
    engine = open_warehouse(warehouse, threads=threads)
    with engine, tempfile.TemporaryDirectory(prefix="rows-", dir=HOME) as folder:
        for watch in watches:
            with watch:
                run_cohorts(cohorts, engine=engine, to=Path(folder) / "rows.parquet")
    return best(watches)


def _unpublished(
    pairs: Sequence[Pair], published: Mapping[str, Fingerprint], copies: int, how: str
) -> Measure:
    nothing = Fingerprint(0, None, None)
    names = [
        pair.name for pair in pairs if not pair.found.is_many_times(published.get(pair.name, nothing), copies)
    ]
    name = "cohorts whose rows are not circe-be's own, repeated"
    return Measure(name, len(names), "", "≤ 0", ", ".join(names) or how)


def _singles(pairs: Sequence[Pair], how: str) -> list[Measure]:
    differing, failed = ([pair.name for pair in pairs if pair.equal is kind] for kind in (False, None))
    measures = [
        Measure(
            "cohorts whose rows differ from the port's", len(differing), "", "", ", ".join(differing) or how
        ),
        Measure("cohorts that the reference cannot run", len(failed), "", "", ", ".join(failed) or how),
    ]
    pairs = [pair for pair in pairs if pair.equal is not None]
    for unit, of in _CLOCKS.items():
        ratios = [of(pair.theirs) / of(pair.ours) for pair in pairs]
        total = sum(of(pair.theirs) for pair in pairs) / sum(of(pair.ours) for pair in pairs)
        measures += [
            Measure(f"one by one, median of ratios, {unit}", statistics.median(ratios), "×", "≥ 3", how),
            Measure(f"one by one, ratio of totals, {unit}", total, "×", "≥ 3", how),
            Measure(f"one by one, smallest ratio, {unit}", min(ratios), "×", "", how),
            Measure(f"the reference, total, {unit}", sum(of(pair.theirs) for pair in pairs), "s", "", how),
            Measure(f"ours one by one, total, {unit}", sum(of(pair.ours) for pair in pairs), "s", "", how),
        ]
    return measures


def _batch(batch: Stopwatch, pairs: Sequence[Pair], how: str) -> list[Measure]:
    measures: list[Measure] = []
    for unit, of in _CLOCKS.items():
        ratio = sum(of(pair.theirs) for pair in pairs) / of(batch)
        measures += [
            Measure(f"one batch against the reference's total, {unit}", ratio, "×", "≥ 5", how),
            Measure(
                f"ours as one batch, {unit}", of(batch), "s", "", f"compiling and writing included; {how}"
            ),
        ]
    return measures


_CLOCKS: Mapping[str, Callable[[Stopwatch], float]] = {
    "elapsed": lambda watch: watch.wall,
    "CPU": lambda watch: watch.cpu,
}


def _writing(written: Mapping[str, Written], cohorts: Mapping[str, CohortExpression]) -> Measure:
    seconds = statistics.median(written[name].seconds for name in cohorts)
    how = f"median; ohdsi-circepy {CIRCEPY}, not part of the times above"
    return Measure("the reference, writing one cohort's SQL", seconds * 1000, "ms", "", how)


if __name__ == "__main__":
    main()
