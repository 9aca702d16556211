"""The node's half of count: the persons of a cohort, by step and by year, gated before they are returned."""

import time
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from sqlglot import exp

from maillage.analysis.base import LocalAnswer
from maillage.analysis.count.spec import CountContent, YearCell
from maillage.analysis.tabular.people import Cohort, open_cohort
from maillage.cohort.attrition import best_prefixes
from maillage.cohort.compile import CohortPlan
from maillage.cohort.run import CohortTables, run_plan
from maillage.disclosure.gates import Gate, Persons
from maillage.disclosure.guarding import Former
from maillage.disclosure.values import Cell, Suppressed, Suppression
from maillage.warehouse.engines.base import Engine


@dataclass(frozen=True)
class FoundPersons:
    """Everybody with an entry event, as three arrays of the same length. They stay in this process.

    `held` is how many first inclusion rules one of the person's events satisfies together, at most `rules`;
    `year` that of the first entry into the cohort, 0 for who is not in it.
    """

    ids: Persons
    held: NDArray[np.int64]
    year: NDArray[np.int64]
    rules: int

    @cached_property
    def cohort(self) -> Persons:
        """Who is in the cohort."""
        return self.ids[self.year > 0]

    @cached_property
    def steps(self) -> list[Persons]:
        """Who has an entry event that satisfies the rules 1…i together, for i from 0."""
        return [self.ids[self.held >= count] for count in range(self.rules + 1)]

    @cached_property
    def years(self) -> dict[int, Persons]:
        """The cohort by year."""
        return {int(year): self.ids[self.year == year] for year in np.unique(self.year) if year > 0}


def run(
    *,
    cohort: Cohort,
    parameters: BaseModel,  # noqa: ARG001 - count has none
    engine: Engine,
    gate: Gate,
) -> LocalAnswer:
    """Count the cohort in one warehouse and gate what was counted."""
    started = time.perf_counter()
    with open_cohort(cohort, engine=engine) as (opened, compile_ms):
        found = read_persons(opened.tables, engine=engine)
    counted = time.perf_counter()
    content = protect(found, gate=gate)
    return LocalAnswer(
        content,
        compile_ms=compile_ms,
        engine_ms=(counted - started) * 1000 - compile_ms,
        gate_ms=(time.perf_counter() - counted) * 1000,
    )


def find_persons(plan: CohortPlan, *, engine: Engine) -> FoundPersons:
    """The persons; the session's temporary tables are gone afterwards, whatever happens."""
    with run_plan(plan, engine=engine) as tables:
        return read_persons(tables, engine=engine)


def read_persons(tables: CohortTables, *, engine: Engine) -> FoundPersons:
    """The persons of a cohort that was run."""
    ids, held, year = engine.fetch_integers(_members(tables))
    return FoundPersons(ids, held, year, rules=tables.rules)


def protect(found: FoundPersons, *, gate: Gate) -> CountContent:
    """The gate: what is shown of these persons, and nothing that gives away what is not."""
    whole, former = gate.whole(found.cohort)
    # The cohort itself ends the chain: exits and censoring may drop persons after the last rule.
    chain = gate.chain(found.steps, last=whole)
    repeated = former is not None and former.stands
    content = CountContent(
        persons=whole,
        steps=chain.cells,
        repeated=repeated,
        # Beside a whole that repeats, what was told before costs nothing: `analysis.news`.
        repeated_steps=chain.known if repeated else chain.repeated,
        **_split(found, gate=gate, whole=whole, former=former),
    )
    gate.settle(content.model_dump(mode="json"))
    return content


def _split(found: FoundPersons, *, gate: Gate, whole: Cell, former: Former | None) -> dict[str, Any]:
    """The years; a former answer's where that stands for this one, none where the whole is hidden."""
    partition = gate.partition(found.years)
    if former is not None and former.content is not None:
        told = CountContent.model_validate(former.content)
        return {"years": told.years, "other_years": told.other_years}
    if former is not None and former.stands:
        return {"years": (), "other_years": Suppressed(Suppression.PROTECTED)}
    if isinstance(whole, Suppressed):
        return {"years": (), "other_years": whole}
    years = tuple(YearCell(year=year, persons=cell) for year, cell in partition.groups.items())
    return {"years": years, "other_years": partition.rest}


def _members(tables: CohortTables) -> exp.Select:
    """(person_id, held, year): a row for each person with an entry event."""
    first = (
        exp.select("subject_id", exp.alias_(exp.Min(this=exp.column("cohort_start_date")), "first_date"))
        .from_(exp.to_table(tables.rows))
        .group_by("subject_id")
    )
    year = exp.Extract(this=exp.var("year"), expression=exp.column("first_date", "f"))
    return (
        exp.select(
            exp.column("person_id", "b"),
            exp.column("prefix", "b"),
            exp.alias_(exp.Coalesce(this=year, expressions=[exp.Literal.number(0)]), "year"),
        )
        .from_(best_prefixes(tables).subquery("b"))
        .join(first.subquery("f"), on="f.subject_id = b.person_id", join_type="left")
    )
