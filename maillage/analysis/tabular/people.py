"""The persons of a cohort with their index date, as arrays and as a table to join events with."""

import time
from collections.abc import Callable, Generator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from maillage.analysis.base import LocalAnswer
from maillage.analysis.tabular.drafts import Draft
from maillage.analysis.tabular.forms import TablesContent
from maillage.analysis.tabular.keys import OTHER_SEX, SEXES, band_ages, list_sexes
from maillage.cohort import CohortExpression
from maillage.cohort.compile.dates import date_literal, days_between, first_known, year_of
from maillage.cohort.compile.sql import (
    col,
    count,
    equal,
    inner_join,
    named,
    num,
    ordered,
    select,
    subquery,
    table,
)
from maillage.cohort.run import CohortTables, compile_for, fresh_prefix, run_plan
from maillage.disclosure.gates import Gate, Persons
from maillage.disclosure.persons import Part
from maillage.disclosure.values import Suppressed
from maillage.warehouse.engines.base import Engine

EPOCH = date(1970, 1, 1)

_Ints = NDArray[np.int64]


@dataclass(frozen=True)
class People:
    """The cohort, a person a place: the id, the index day since 1970, its year, the age then, the sex.

    `entries` counts the rows of the cohort that each has. `table` is a temporary table (place, person_id,
    index_date) of the same. They stay in this process.
    """

    table: str
    ids: Persons
    day: _Ints
    year: _Ints
    age: _Ints
    sex: NDArray[np.str_]
    entries: _Ints

    def at(self, places: _Ints) -> Persons:
        """The ids of those at these places."""
        return self.ids[places]

    def part(self, places: _Ints) -> Part:
        """The same, for a gate that is asked for many groups of them."""
        return Part(self.ids, places)

    def where(self, flags: NDArray[np.bool_]) -> Persons:
        """The ids of those for whom it holds."""
        return self.ids[flags]


@dataclass(frozen=True)
class OpenCohort:
    """A cohort that was run: its tables, and its persons, who are read once for all who ask."""

    tables: CohortTables
    engine: Engine
    kept: ExitStack

    @cached_property
    def people(self) -> People:
        """The persons; their temporary table is gone when the cohort is closed."""
        return self.kept.enter_context(index_people(self.tables, engine=self.engine))


Cohort = CohortExpression | OpenCohort
"""What an analysis is asked of: a definition to run, or the tables of one that was."""


@contextmanager
def open_cohort(cohort: Cohort, *, engine: Engine) -> Generator[tuple[OpenCohort, float]]:
    """The cohort, run unless it was already, and the milliseconds of its compilation here.

    Who ran it closes it. Raises as `run_cohort` does.
    """
    if isinstance(cohort, OpenCohort):
        yield cohort, 0.0
        return
    started = time.perf_counter()
    plan = compile_for(engine, cohort)
    compile_ms = (time.perf_counter() - started) * 1000
    with run_plan(plan, engine=engine) as tables, ExitStack() as kept:
        yield OpenCohort(tables, engine, kept), compile_ms


@dataclass(frozen=True)
class Found:
    """What a hospital found: the persons of the whole, and tables of them before the gate."""

    whole: Persons
    drafts: Sequence[Draft]


def answer_tables(
    *,
    cohort: Cohort,
    engine: Engine,
    gate: Gate,
    find: Callable[[People, CohortTables], Found],
) -> LocalAnswer:
    """Run the cohort, have `find` read what the tables need of it, and gate what it found."""
    started = time.perf_counter()
    with open_cohort(cohort, engine=engine) as (opened, compile_ms):
        found = find(opened.people, opened.tables)
    counted = time.perf_counter()
    content = protect(found, gate=gate)
    return LocalAnswer(
        content,
        compile_ms=compile_ms,
        engine_ms=(counted - started) * 1000 - compile_ms,
        gate_ms=(time.perf_counter() - counted) * 1000,
    )


def protect(found: Found, *, gate: Gate) -> TablesContent:
    """The gate: the whole, then its tables, none where that is hidden or a former number stands for it."""
    whole, former = gate.whole(found.whole)
    # Asked for whatever became of the whole, so that it takes as long.
    tables = tuple(draft.protect(gate=gate, whole=found.whole) for draft in found.drafts)
    if former is not None and former.content is not None:
        content = TablesContent.model_validate(former.content).model_copy(update={"repeated": True})
    elif isinstance(whole, Suppressed) or (former is not None and former.stands):
        content = TablesContent(persons=whole, tables=(), repeated=former is not None)
    else:
        content = TablesContent(persons=whole, tables=tables)
    gate.settle(content.model_dump(mode="json"))
    return content


@contextmanager
def index_people(tables: CohortTables, *, engine: Engine) -> Generator[People]:
    """Each person of the cohort once, at the first entry into it."""
    name = f"{fresh_prefix()}index"
    try:
        engine.create_temp(name, _index(tables))
        ids, day, year, age, sex, entries = engine.fetch_integers(_traits(name))
        yield People(name, ids, day, year, age, _word_sexes(sex), entries)
    finally:
        engine.drop_temp(name)


def _word_sexes(codes: _Ints) -> NDArray[np.str_]:
    return np.select([codes == code for code in SEXES], list(SEXES.values()), default=OTHER_SEX)


def _index(tables: CohortTables) -> exp.Query:
    first = select(
        [
            named(col("r", "subject_id"), "person_id"),
            named(exp.Min(this=col("r", "cohort_start_date")), "index_date"),
            named(count(col("r", "cohort_start_date")), "entries"),
        ],
        table(tables.rows, "r"),
        group=[col("r", "subject_id")],
    )
    place = exp.Window(this=exp.RowNumber(), order=exp.Order(expressions=[ordered(col("f", "person_id"))]))
    return select(
        [
            named(exp.Sub(this=place, expression=num(1)), "place"),
            col("f", "person_id"),
            col("f", "index_date"),
            col("f", "entries"),
            col("p", "year_of_birth"),
            col("p", "gender_concept_id"),
        ],
        subquery(first, "f"),
        # A cohort's subject without a row of its own has neither age nor sex.
        joins=[inner_join(table("person", "p"), [equal(col("p", "person_id"), col("f", "person_id"))])],
    )


def _traits(index: str) -> exp.Query:
    year = year_of(col("i", "index_date"))
    query = select(
        [
            col("i", "person_id"),
            named(days_between(date_literal(EPOCH), col("i", "index_date")), "day"),
            named(year, "year"),
            named(exp.Sub(this=year.copy(), expression=col("i", "year_of_birth")), "age"),
            named(first_known(col("i", "gender_concept_id"), num(0)), "sex"),
            col("i", "entries"),
        ],
        table(index, "i"),
    )
    query.set("order", exp.Order(expressions=[ordered(col("i", "place"))]))
    return query


def sort_distinct(numbers: _Ints) -> _Ints:
    """In order, each once: as `np.unique`, which hashes first and takes several times as long."""
    found = np.sort(numbers)
    return found[np.diff(found, prepend=found[:1] - 1) > 0]


def group_ages(people: People, edges: Sequence[int]) -> dict[str, NDArray[np.bool_]]:
    """By age group, who is in it at the index date; a birth that comes after it counts as age 0."""
    group = np.searchsorted(np.asarray(edges), people.age.clip(min=edges[0]), side="right") - 1
    return {name: group == place for place, name in enumerate(band_ages(edges))}


def split_ages(people: People, edges: Sequence[int]) -> dict[str, Persons]:
    """The cohort by age group at the index date."""
    return {name: people.where(flags) for name, flags in group_ages(people, edges).items()}


def split_sexes(people: People) -> dict[str, Persons]:
    """The cohort by sex, those of whom it is unknown together."""
    return {sex: people.where(people.sex == sex) for sex in list_sexes()}


def split_years(people: People) -> dict[str, Persons]:
    """The cohort by calendar year of the index date."""
    return {str(year): people.where(people.year == year) for year in np.unique(people.year).tolist()}
