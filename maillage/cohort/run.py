"""Running cohorts on an engine: temporary tables for one, rows in a file for many."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from secrets import token_hex

from sqlglot import exp

from maillage.cohort.compile import CodesetTable, CohortPlan, Keep, compile_cohort
from maillage.cohort.compile.codesets import resolve_codesets
from maillage.cohort.compile.cohort import ROW_COLUMNS
from maillage.cohort.compile.sql import cast, col, named, select, table, text, union_all
from maillage.cohort.errors import CohortError
from maillage.cohort.execute import Statement, statements
from maillage.cohort.expression import CohortExpression, ConceptSetItem
from maillage.warehouse.engines.base import Engine


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
    return compile_cohort(expression, thin_copies=engine.thin_copies, prefix=_fresh_prefix())


@contextmanager
def run_plan(plan: CohortPlan, *, engine: Engine) -> Generator[CohortTables]:
    """`run_cohort` in its second half, for callers who time the two apart."""
    with _made(_statements(plan, engine), engine=engine):
        yield CohortTables(plan.rows, plan.events or "", plan.rules)


@contextmanager
def _made(tables: Sequence[Statement], *, engine: Engine) -> Generator[None]:
    try:
        for name, query in tables:
            engine.create_temp(name, query)
        yield
    finally:
        for name, _query in reversed(tables):
            engine.drop_temp(name)


def _statements(plan: CohortPlan, engine: Engine) -> list[Statement]:
    return statements(
        plan, tables_for=lambda step: engine.prefers_table(step.query, once=step.keep is Keep.ONCE)
    )


def _fresh_prefix() -> str:
    return f"cohort_{token_hex(6)}_"


def run_cohorts(
    expressions: Mapping[str, CohortExpression],
    *,
    engine: Engine,
    to: Path,
    progress: Callable[[str], None] | None = None,
) -> None:
    """Write the rows of many cohorts to one Parquet file: cohort (its key), then the columns of `rows`.

    Every expression compiles before the first one runs. Concept sets are resolved once for all of them, equal
    sets once. `progress` hears the name of each cohort that is found.
    """
    prefix = _fresh_prefix()
    shared = _SharedCodesets(f"{prefix}codesets")
    plans: dict[str, CohortPlan] = {}
    for rank, (name, expression) in enumerate(expressions.items()):
        with _named_in_errors(name):
            plans[name] = compile_cohort(
                expression,
                thin_copies=engine.thin_copies,
                prefix=f"{prefix}{rank}_",
                with_events=False,
                codesets=shared.of(expression),
            )
    with _made([(shared.name, resolve_codesets(shared.sets))], engine=engine):
        _write_all(plans, engine=engine, to=to, progress=progress or (lambda _name: None))


@contextmanager
def _named_in_errors(name: str) -> Generator[None]:
    try:
        yield
    except CohortError as error:
        error.what = f"{name} : {error.what}"
        raise


def _write_all(
    plans: Mapping[str, CohortPlan], *, engine: Engine, to: Path, progress: Callable[[str], None]
) -> None:
    found: list[str] = []
    try:
        for name, plan in plans.items():
            *steps, rows = _statements(plan, engine)
            with _made(steps, engine=engine):
                engine.create_temp(*rows)
            found.append(plan.rows)
            progress(name)
        engine.write_parquet(_all_rows(plans), to)
    finally:
        for rows_table in found:
            engine.drop_temp(rows_table)


def _all_rows(plans: Mapping[str, CohortPlan]) -> exp.Query:
    if not plans:
        return _no_rows()
    return union_all([_labelled(name, plan.rows) for name, plan in plans.items()])


def _labelled(name: str, rows: str) -> exp.Query:
    return select(
        [named(text(name), "cohort"), *(col("r", column) for column in ROW_COLUMNS)], table(rows, "r")
    )


def _no_rows() -> exp.Query:
    kinds = ("VARCHAR", "BIGINT", "DATE", "DATE")
    columns = [
        named(cast(exp.Null(), kind), name)
        for kind, name in zip(kinds, ("cohort", *ROW_COLUMNS), strict=True)
    ]
    return exp.Select(expressions=columns, where=exp.Where(this=exp.false()))


class _SharedCodesets:
    """Numbers the distinct concept sets of many expressions; names and order of items make no difference."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.sets: dict[int, Sequence[ConceptSetItem]] = {}
        self._numbers: dict[frozenset[tuple[int, bool, bool, bool]], int] = {}

    def of(self, expression: CohortExpression) -> CodesetTable:
        """Where the sets of this expression will lie."""
        return CodesetTable(
            self.name, {found.id: self._number(found.items) for found in expression.concept_sets}
        )

    def _number(self, items: Sequence[ConceptSetItem]) -> int:
        content = frozenset((item.concept.id, item.exclude, item.descendants, item.mapped) for item in items)
        number = self._numbers.setdefault(content, len(self._numbers))
        self.sets.setdefault(number, items)
        return number
