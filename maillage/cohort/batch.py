"""Running many cohorts in one call: what they share is found once, their rows go to one file."""

import gc
from collections.abc import Callable, Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TypeVar

from sqlglot import exp

from maillage.cohort.compile import CodesetTable, CohortPlan, compile_cohort, no_rows
from maillage.cohort.compile.codesets import resolve_codesets
from maillage.cohort.compile.cohort import ROW_COLUMNS
from maillage.cohort.compile.sql import col, named, select, subquery, table, text, union_all
from maillage.cohort.errors import CohortError
from maillage.cohort.expression import CohortExpression, ConceptSetItem
from maillage.cohort.run import fresh_prefix, made, make_all
from maillage.cohort.shared_scans import SharedScans, scans_of, share_scans
from maillage.cohort.spread import each_done
from maillage.warehouse.engines.base import Engine

Made = TypeVar("Made")


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
    with (
        _unwatched(lambda: _compiled(expressions, engine=engine, prefix=prefix, shared=shared)) as plans,
        made([(shared.name, resolve_codesets(shared.sets, distinct=True))], engine=engine),
    ):
        scans = share_scans(scans_of(plans.values()), codesets=shared.name, prefix=prefix, engine=engine)
        with made(scans.statements, engine=engine):
            _write_all(plans, scans, engine=engine, to=to, progress=progress or (lambda _name: None))


@contextmanager
def _unwatched(make: Callable[[], Made]) -> Generator[Made]:
    """What `make` gives, set aside: the garbage collector would walk the trees of all plans again and again.

    It works for all else as soon as they are made: Spark's engine frees memory by it.
    """
    enabled = gc.isenabled()
    gc.disable()
    try:
        found = make()
        gc.freeze()
    finally:
        if enabled:
            gc.enable()
    try:
        yield found
    finally:
        gc.unfreeze()


def _compiled(
    expressions: Mapping[str, CohortExpression], *, engine: Engine, prefix: str, shared: "_SharedCodesets"
) -> Mapping[str, CohortPlan]:
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
    return plans


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
    found: dict[str, str] = {}

    def find(name: str, session: Engine) -> None:
        plan = scans.apply(plans[name])
        if not plan.empty:
            _make_rows(plan, engine=session)
            found[name] = plan.rows

    try:
        for name in each_done(plans, find, engine=engine):
            progress(name)
        engine.write_parquet(_all_rows({name: found[name] for name in plans if name in found}), to)
    finally:
        for rows_table in found.values():
            engine.drop_temp(rows_table)


def _make_rows(plan: CohortPlan, *, engine: Engine) -> None:
    """Leave the table of rows alone."""
    others: list[str] = []
    try:
        others.extend(name for name in make_all(plan, engine=engine) if name != plan.rows)
    finally:
        for name in reversed(others):
            engine.drop_temp(name)


def _all_rows(tables: Mapping[str, str]) -> exp.Query:
    if not tables:
        return _labelled("", subquery(no_rows(ROW_COLUMNS), "r"))
    return union_all([_labelled(name, table(rows, "r")) for name, rows in tables.items()])


def _labelled(name: str, source: exp.Expr) -> exp.Query:
    return select([named(text(name), "cohort"), *(col("r", column) for column in ROW_COLUMNS)], source)


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
