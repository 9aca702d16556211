"""The node's half of count: distinct persons, gated before they are returned."""

import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel
from sqlglot import exp

from maillage.analysis.base import LocalAnswer
from maillage.analysis.count.spec import CountContent, YearCell
from maillage.cohort import CohortExpression, CohortPlan, attrition, compile_for, run_plan
from maillage.disclosure.rules import DisclosureRules, protect_count
from maillage.disclosure.tables import protect_chain, protect_partition
from maillage.warehouse.engines.base import Engine


@dataclass(frozen=True)
class RawCounts:
    """Exact numbers of distinct persons. They stay in this process: only `protect` makes cells of them."""

    persons: int
    steps: Sequence[int]
    years: Mapping[int, int]


def run(
    *,
    cohort: CohortExpression,
    parameters: BaseModel,  # noqa: ARG001 - count has none
    engine: Engine,
    rules: DisclosureRules,
) -> LocalAnswer:
    """Count the cohort in one warehouse and gate what was counted."""
    started = time.perf_counter()
    plan = compile_for(engine, cohort)
    compiled = time.perf_counter()
    counts = count_persons(plan, engine=engine)
    return LocalAnswer(
        protect(counts, rules=rules),
        compile_ms=(compiled - started) * 1000,
        engine_ms=(time.perf_counter() - compiled) * 1000,
    )


def count_persons(plan: CohortPlan, *, engine: Engine) -> RawCounts:
    """The exact numbers; the session's temporary tables are gone afterwards, whatever happens."""
    with run_plan(plan, engine=engine) as tables:
        steps = [int(persons) for _rules, persons in engine.fetch(attrition(tables))]
        years = {int(year): int(persons) for year, persons in engine.fetch(_count_years(tables.rows))}
    return RawCounts(persons=sum(years.values()), steps=steps, years=years)


def protect(counts: RawCounts, *, rules: DisclosureRules) -> CountContent:
    """The gate: what is shown of these numbers, and nothing that gives away what is not."""
    # The cohort itself ends the chain: exits and censoring may drop persons after the last rule.
    *steps, _last = protect_chain([*counts.steps, counts.persons], rules=rules)
    partition = protect_partition(counts.years, rules=rules)
    return CountContent(
        persons=protect_count(counts.persons, rules=rules),
        steps=tuple(steps),
        years=tuple(YearCell(year=year, persons=cell) for year, cell in partition.groups.items()),
        other_years=partition.rest,
    )


def _count_years(rows: str) -> exp.Select:
    """A row a year: persons whose first entry into the cohort falls in it."""
    first = (
        exp.select("subject_id", exp.alias_(exp.Min(this=exp.column("cohort_start_date")), "first_date"))
        .from_(exp.to_table(rows))
        .group_by("subject_id")
    )
    year = exp.Extract(this=exp.var("year"), expression=exp.column("first_date"))
    return (
        exp.select(exp.alias_(year, "year"), exp.alias_(exp.Count(this=exp.Star()), "persons"))
        .from_(first.subquery("firsts"))
        .group_by(year.copy())
    )
