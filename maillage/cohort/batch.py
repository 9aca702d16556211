"""Running many cohorts in one call: what they share is found once, their rows go to one file."""

from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path

from sqlglot import exp

from maillage.cohort.compile import CodesetTable, CohortPlan, compile_cohort
from maillage.cohort.compile.codesets import resolve_codesets
from maillage.cohort.compile.cohort import ROW_COLUMNS
from maillage.cohort.compile.sql import cast, col, named, select, table, text, union_all
from maillage.cohort.errors import CohortError
from maillage.cohort.expression import CohortExpression, ConceptSetItem
from maillage.cohort.run import fresh_prefix, made, statements_for
from maillage.cohort.shared_scans import SharedScans, share_scans
from maillage.warehouse.engines.base import Engine


def run_cohorts(
    expressions: Mapping[str, CohortExpression],
    *,
    engine: Engine,
    to: Path,
    progress: Callable[[str], None] | None = None,
) -> None:
    """Write the rows of many cohorts to one Parquet file: cohort (its key), then the columns of `rows`.

    Every expression compiles before the first one runs. Concept sets are resolved once for all of them, equal
    sets once, and rows that few codes choose are found once. `progress` hears the name of each cohort found.
    """
    prefix = fresh_prefix()
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
    with made([(shared.name, resolve_codesets(shared.sets, distinct=True))], engine=engine):
        scans = share_scans(plans.values(), codesets=shared.name, prefix=prefix, engine=engine)
        with made(scans.statements, engine=engine):
            _write_all(plans, scans, engine=engine, to=to, progress=progress or (lambda _name: None))


@contextmanager
def _named_in_errors(name: str) -> Generator[None]:
    try:
        yield
    except CohortError as error:
        error.what = f"{name} : {error.what}"
        raise


def _write_all(
    plans: Mapping[str, CohortPlan],
    scans: SharedScans,
    *,
    engine: Engine,
    to: Path,
    progress: Callable[[str], None],
) -> None:
    found: list[str] = []
    try:
        for name, plan in plans.items():
            *steps, rows = statements_for(scans.apply(plan), engine=engine)
            with made(steps, engine=engine):
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
