"""One step after another as a table of its own, with its time, its rows and its persons."""

import time
from collections.abc import Generator, Iterable, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import cast

from sqlglot import exp

from maillage.cohort.compile import CohortPlan, Step
from maillage.cohort.compile.sql import col, count, in_query, select, table
from maillage.cohort.execute import Statement, statements
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.engines.limits import time_limit
from maillage.warehouse.errors import QueryInterruptedError

_PERSONS = ("person_id", "subject_id")


@dataclass(frozen=True)
class Measured:
    """A step that was run alone. `tables` are those of the warehouse that it reads, OMOP's or thin copies.

    `rows_in` says how many rows each table or step that it reads has. `persons_in` are those of its index
    events, where it has such; `persons` those of its rows, None for the step of concept sets.
    """

    name: str
    sql: str
    tables: tuple[str, ...]
    seconds: float
    rows_in: Mapping[str, int]
    persons_in: int | None
    rows: int
    persons: int | None


@dataclass
class Measures:
    """What was measured; `stopped_at` and `error` where a limit put an end to it."""

    done: dict[str, Measured] = field(default_factory=dict[str, Measured])
    stopped_at: str | None = None
    error: QueryInterruptedError | None = None

    @property
    def seconds(self) -> float:
        """Of all steps."""
        return sum(one.seconds for one in self.done.values())


@contextmanager
def measured(plan: CohortPlan, *, engine: Engine, seconds: float | None) -> Generator[Measures]:
    """Run every step of the plan as a temporary table; the tables live as long as the `with`.

    A limit of time (`seconds`, for all of it) or memory ends the measuring, not the body.
    """
    measures = Measures()
    meter = _Meter(engine, measures)
    every_step = statements(plan, tables_for=lambda _step: True)
    made: list[str] = []
    try:
        try:
            with time_limit(engine, seconds=seconds):
                for step, statement in zip(plan.steps, every_step, strict=True):
                    measures.stopped_at = step.name
                    made.append(step.name)
                    measures.done[step.name] = meter.measure(step, statement)
                measures.stopped_at = None
        except QueryInterruptedError as error:
            measures.error = error
        yield measures
    finally:
        for name in reversed(made):
            engine.drop_temp(name)


@dataclass
class _Meter:
    engine: Engine
    measures: Measures
    sizes: dict[str, int] = field(default_factory=dict[str, int])

    def measure(self, step: Step, statement: Statement) -> Measured:
        begun = time.perf_counter()
        self.engine.create_temp(*statement)
        seconds = time.perf_counter() - begun
        read, index = step.reads - _own_names(step), _index_of(step)
        known = self.measures.done.get(index[0]) if index else None
        return Measured(
            name=step.name,
            sql=step.query.sql(self.engine.dialect, pretty=True),
            tables=tuple(sorted(read - self.measures.done.keys())),
            seconds=seconds,
            rows_in={name: self._size(name) for name in sorted(read)},
            persons_in=known.persons if known else None,
            rows=self._size(step.name),
            persons=self._persons(step, index),
        )

    def _size(self, name: str) -> int:
        if name not in self.sizes:
            self.sizes[name] = self._number(select([count(exp.Star())], table(name, "t")))
        return self.sizes[name]

    def _persons(self, step: Step, index: tuple[str, str] | None) -> int | None:
        for column in set(_PERSONS) & set(step.query.named_selects):
            return self._number(select([count(col("t", column), distinct=True)], table(step.name, "t")))
        if index is None:
            return None
        # The step holds keys of index events: its persons are theirs.
        source, key = index
        kept = in_query(col("t", key), select([col("s", key)], table(step.name, "s")))
        persons = [count(col("t", "person_id"), distinct=True)]
        return self._number(select(persons, table(source, "t"), where=[kept]))

    def _number(self, query: exp.Query) -> int:
        ((number,),) = self.engine.fetch(query)
        return int(number)


def _own_names(step: Step) -> set[str]:
    return {cte.alias for cte in step.query.find_all(exp.CTE)}


def _index_of(step: Step) -> tuple[str, str] | None:
    """The step of index events and their key, for a step that holds such keys and nothing else."""
    names = step.query.named_selects
    source = cast("exp.From | None", step.query.args.get("from_"))
    if len(names) != 1 or source is None or not isinstance(source.this, exp.Table):
        return None
    return source.this.name, names[0]


def slowest(measures: Iterable[Measured], *, number: int = 3) -> list[Measured]:
    """The steps that cost most, of those that cost at least a tenth of the whole."""
    found = sorted(measures, key=lambda one: -one.seconds)
    whole = sum(one.seconds for one in found)
    return [one for one in found[:number] if one.seconds >= whole / 10]
