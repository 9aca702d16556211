"""Running a cohort on an engine: its rows and its qualified events as temporary tables."""

from collections.abc import Generator, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from secrets import token_hex

from maillage.cohort.compile import CohortPlan, Keep, Step, compile_cohort, prune
from maillage.cohort.execute import Statement, statements
from maillage.cohort.expression import CohortExpression
from maillage.cohort.kept import read_again
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.engines.kept import KeptTable


@dataclass(frozen=True)
class CohortTables:
    """Temporary tables of one run.

    `rows` holds (subject_id, cohort_start_date, cohort_end_date); `events` the qualified events (person_id,
    event_id, start_date, inclusion_mask, …), bit i of the mask set where rule i holds, of `rules` in all.
    """

    rows: str
    events: str
    rules: int


@contextmanager
def run_cohort(expression: CohortExpression, *, engine: Engine) -> Generator[CohortTables]:
    """Find a cohort; its tables live as long as the `with`, under names that no other run has.

    Raises UnsupportedFeatureError and ExpressionError before anything runs; EngineError,
    QueryInterruptedError from the engine.
    """
    with run_plan(compile_for(engine, expression), engine=engine) as tables:
        yield tables


def compile_for(engine: Engine, expression: CohortExpression) -> CohortPlan:
    """The plan that suits this engine, under names that no other run has. Nothing is run."""
    plan = compile_cohort(expression, thin_copies=engine.thin_copies, prefix=fresh_prefix())
    return plan if engine.kept is None else read_again(plan, expression, kept=engine.kept)


@contextmanager
def run_plan(plan: CohortPlan, *, engine: Engine) -> Generator[CohortTables]:
    """`run_cohort` in its second half, for callers who time the two apart."""
    found: list[str] = []
    try:
        found.extend(make_all(plan, engine=engine))
        yield CohortTables(plan.rows, plan.events or "", plan.rules)
    finally:
        for name in reversed(found):
            engine.drop_temp(name)


def make_all(plan: CohortPlan, *, engine: Engine) -> Iterator[str]:
    """Make the tables of a plan, but what an empty one makes needless.

    Each is named once it is there, for the caller to drop, save those that the engine keeps.
    """
    done: set[str] = set()
    pending = statements_for(plan, engine=engine)
    while pending:
        name, query = pending.pop(0)
        rows = engine.create_temp(name, query)
        done.add(name)
        if not _is_kept(name, rows, plan=plan, engine=engine):
            yield name
        if rows == 0 and pending:
            plan = prune(plan, {name})
            pending = [one for one in statements_for(plan, engine=engine) if one[0] not in done]


def _is_kept(name: str, rows: int | None, *, plan: CohortPlan, engine: Engine) -> bool:
    if engine.kept is None or rows is None or name not in plan.keys:
        return False
    return engine.kept.keep(plan.keys[name], KeptTable(name, rows))


def statements_for(plan: CohortPlan, *, engine: Engine) -> list[Statement]:
    """The tables to make, as this engine prefers: what becomes a table, and what a part of another query."""

    def is_table(step: Step) -> bool:
        return engine.prefers_table(once=step.keep is Keep.ONCE, coded=step.coded)

    return statements(plan, tables_for=is_table)


@contextmanager
def made(tables: Sequence[Statement], *, engine: Engine) -> Generator[None]:
    """Temporary tables that live as long as the `with`."""
    try:
        for name, query in tables:
            engine.create_temp(name, query)
        yield
    finally:
        for name, _query in reversed(tables):
            engine.drop_temp(name)


def fresh_prefix() -> str:
    """The start of names that no other run has."""
    return f"cohort_{token_hex(6)}_"
