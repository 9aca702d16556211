"""`make bench-large`: a synthetic hospital of a million patients, built once, then asked.

Building writes in parts and sorts within a memory limit, under a progress bar; `.bench/` keeps the file.
"""

import argparse
import statistics
from collections.abc import Callable
from pathlib import Path

import psutil
from sqlglot import exp

from bench.measure import Measure, Stopwatch, show, write_results
from bench.reference import ROOT
from maillage.cli.progress import progress_bar
from maillage.cohort import CohortExpression
from maillage.cohort.compile import compile_cohort
from maillage.cohort.compile.codesets import resolve_codesets
from maillage.cohort.compile.sql import col, count, in_query, select, table
from maillage.cohort.expression import (
    Correlated,
    Criterion,
    Demographic,
    Endpoint,
    Group,
    GroupType,
    InclusionRule,
    Limit,
    Occurrence,
    OccurrenceType,
    PrimaryCriteria,
    Window,
)
from maillage.cohort.expression.concept_sets import ConceptSet, ConceptSetItem
from maillage.cohort.expression.values import CodesetRef, Comparison, Concept, NumberRange
from maillage.cohort.run import run_plan
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.engines.duckdb import DuckDBEngine, open_warehouse
from maillage.warehouse.info import read_info
from maillage.warehouse.synthetic import synthesize

HOME = ROOT / ".bench"
SITE = "hcl"
RUNS = 9
MEMORY = "5GB"
FACTS = (
    "visit_occurrence",
    "condition_occurrence",
    "drug_exposure",
    "procedure_occurrence",
    "measurement",
    "observation",
)

DIABETES, METFORMIN, INSULIN, CIRCULATORY = 2000100154, 2000300018, 2000300011, 2000100009
"""Concepts of the synthetic vocabulary: CIM-10 E11, ATC A10BA02, ATC A10A, chapter IX of CIM-10."""


def main() -> None:
    """Build the warehouse when it is missing, measure, write the figures."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--patients", type=int, default=1_000_000)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--dry", action="store_true", help="print, write nothing down")
    options = parser.parse_args()
    HOME.mkdir(exist_ok=True)
    target = HOME / f"large-{options.patients}.duckdb"
    measures = [] if target.exists() else _build(target, patients=options.patients)
    facts = count_facts(target)
    how = f"{options.patients:,} patients, {facts:,} facts, {options.threads} threads, warm"
    with open_warehouse(target, threads=options.threads) as engine:
        measures += [*_cohort(engine, how), *_code_set(engine, how)]
    sections = [("A large warehouse", measures)]
    if not options.dry:
        write_results(sections)
    show(sections)


def _build(target: Path, *, patients: int) -> list[Measure]:
    with progress_bar(label=target.name) as progress:
        report = synthesize(SITE, patients=patients, target=target, progress=progress, memory_limit=MEMORY)
    rate = report.rows / report.seconds / 1e6
    peak = psutil.Process().memory_info().rss / 1e6
    how = f"{report.rows:,} rows, all layouts, DuckDB held to {MEMORY}"
    return [
        Measure("synthetic hospital written", rate, "M rows/s", "", how),
        Measure("memory after building", peak, "MB", "", how),
    ]


def count_facts(target: Path) -> int:
    """The rows of the tables of events of a warehouse file."""
    rows = read_info(target).rows
    return sum(rows[name] for name in FACTS)


def _cohort(engine: DuckDBEngine, how: str) -> list[Measure]:
    expression = temporal_cohort()

    def ask() -> None:
        plan = compile_cohort(expression, thin_copies=engine.thin_copies, with_events=False)
        with run_plan(plan, engine=engine):
            pass

    def count_rows() -> int:
        plan = compile_cohort(expression, thin_copies=engine.thin_copies, with_events=False)
        with run_plan(plan, engine=engine) as tables:
            persons = count(col("r", "subject_id"), distinct=True)
            return engine.fetch(select([persons], table(tables.rows, "r")))[0][0]

    found = f"compiling included; finds {count_rows():,} persons; {how}"
    return _timed("temporal cohort", ask, "≤ 150", found)


def _timed(name: str, ask: Callable[[], object], goal: str, how: str) -> list[Measure]:
    ask()
    watches = [_watched(ask) for _ in range(RUNS)]
    wall, cpu = (statistics.median(times) * 1000 for times in zip(*watches, strict=True))
    return [
        Measure(f"{name}, elapsed", wall, "ms", goal, f"median of {RUNS}; {how}"),
        Measure(f"{name}, CPU of all threads", cpu, "ms", "", f"median of {RUNS}; {how}"),
    ]


def _watched(ask: Callable[[], object]) -> tuple[float, float]:
    with Stopwatch() as watch:
        ask()
    return watch.wall, watch.cpu


def _code_set(engine: DuckDBEngine, how: str) -> list[Measure]:
    """The persons who have any code of a chapter."""
    persons = persons_of_chapter(engine)
    codes = engine.fetch(select([exp.Count(this=exp.Star())], table("chapter", "s")))[0][0]
    found = f"{codes} codes, {engine.fetch(persons)[0][0]:,} persons; {how}"
    return _timed("persons with a code of one set", lambda: engine.fetch(persons.copy()), "≤ 20", found)


def persons_of_chapter(engine: Engine) -> exp.Select:
    """How many persons have a code of the chapter, whose codes are left in the temporary table `chapter`."""
    engine.create_temp("chapter", resolve_codesets({0: _set(0, CIRCULATORY).items}))
    members = select([col("s", "concept_id")], table("chapter", "s"))
    thin = engine.thin_copies.get("condition_occurrence")
    source, code = (thin.table, "concept_id") if thin else ("condition_occurrence", "condition_concept_id")
    return select(
        [count(col("t", "person_id"), distinct=True)],
        table(source, "t"),
        where=[in_query(col("t", code), members)],
    )


def temporal_cohort() -> CohortExpression:
    """First diabetes, aged 18–65, observed for a year, metformin twice in 180 days, no insulin before."""
    after, before = Endpoint(180, 1), Endpoint(None, -1)
    treated = _drug(1, OccurrenceType.AT_LEAST, 2, Window(Endpoint(0, -1), after))
    untreated = _drug(2, OccurrenceType.EXACTLY, 0, Window(before, Endpoint(1, -1)))
    adult = Demographic((("Age", NumberRange(Comparison.BETWEEN, 18, 65)),))
    return CohortExpression(
        primary=PrimaryCriteria(
            (Criterion("ConditionOccurrence", (("CodesetId", CodesetRef(0)), ("First", True))),),
            prior_days=365,
            limit=Limit.FIRST,
        ),
        concept_sets=(_set(0, DIABETES), _set(1, METFORMIN), _set(2, INSULIN)),
        rules=tuple(
            InclusionRule(name, group)
            for name, group in (
                ("18–65", Group(GroupType.ALL, demographics=(adult,))),
                ("treated", Group(GroupType.ALL, criteria=(treated,))),
                ("untreated before", Group(GroupType.ALL, criteria=(untreated,))),
            )
        ),
    )


def _set(number: int, concept: int) -> ConceptSet:
    return ConceptSet(number, f"set {number}", (ConceptSetItem(Concept(concept), descendants=True),))


def _drug(codeset: int, kind: OccurrenceType, times: int, window: Window) -> Correlated:
    return Correlated(
        Criterion("DrugExposure", (("CodesetId", CodesetRef(codeset)),)), Occurrence(kind, times), window
    )


if __name__ == "__main__":
    main()
