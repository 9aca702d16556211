"""A whole expression becomes a plan."""

from collections.abc import Mapping
from types import MappingProxyType

from sqlglot import exp

from maillage.cohort.compile.builder import Builder
from maillage.cohort.compile.codesets import resolve_codesets
from maillage.cohort.compile.dates import date_literal
from maillage.cohort.compile.entry import entry
from maillage.cohort.compile.eras import longest_periods, merge_periods
from maillage.cohort.compile.exits import periods
from maillage.cohort.compile.plan import CodesetTable, CohortPlan, Keep, Step
from maillage.cohort.compile.sql import col, named, select, subquery, when
from maillage.cohort.expression import CohortExpression, DateOffsetExit
from maillage.cohort.expression.values import Period
from maillage.warehouse.engines.base import ThinCopy

ROW_COLUMNS = ("subject_id", "cohort_start_date", "cohort_end_date")

_NO_COPIES: Mapping[str, ThinCopy] = MappingProxyType({})


def compile_cohort(
    expression: CohortExpression,
    *,
    thin_copies: Mapping[str, ThinCopy] = _NO_COPIES,
    prefix: str = "",
    with_events: bool = True,
    codesets: CodesetTable | None = None,
) -> CohortPlan:
    """The steps that find a cohort, without an engine.

    `prefix` starts every name; `with_events` asks for the qualified events and their masks too, without which
    less is kept; `codesets` says where concept sets are already resolved, and then the plan does not do it.
    Raises UnsupportedFeatureError and ExpressionError.
    """
    own = CodesetTable(f"{prefix}codesets", {found.id: found.id for found in expression.concept_sets})
    builder = Builder(codesets or own, thin_copies, prefix)
    found = entry(builder, expression, with_events=with_events)
    rows = periods(builder, expression, found.included)
    if not found.single:
        # Many events of a person leave with the same observation period: fewer rows to sort.
        rows = rows if isinstance(expression.exit, DateOffsetExit) else longest_periods(rows)
        rows = merge_periods(builder, rows, gap=expression.era_pad)
    name = builder.add("cohort_rows", _published(rows, expression.censor_window), keep=Keep.TABLE)
    steps = builder.steps if codesets else [*_codeset_steps(builder, expression), *builder.steps]
    return CohortPlan(tuple(steps), name, found.events, len(expression.rules))


def _codeset_steps(builder: Builder, expression: CohortExpression) -> list[Step]:
    sets = {found.id: found.items for found in expression.concept_sets if found.id in builder.used_codesets}
    return [Step(builder.codesets.name, resolve_codesets(sets), Keep.TABLE)] if sets else []


def _published(rows: exp.Select, window: Period) -> exp.Select:
    """The rows under their public names, clipped to the window; a period that it empties is dropped."""
    if window:
        rows = _clipped(rows, window)
    columns = [
        named(column.unalias(), name) for column, name in zip(rows.expressions, ROW_COLUMNS, strict=True)
    ]
    rows.set("expressions", columns)
    return rows


def _clipped(rows: exp.Select, window: Period) -> exp.Select:
    kept = exp.LTE(this=_start(window), expression=_end(window))
    return select([col("f", "person_id"), _start(window), _end(window)], subquery(rows, "f"), where=[kept])


def _start(window: Period) -> exp.Expr:
    start = col("f", "start_date")
    if window.start is None:
        return start
    later = exp.GT(this=col("f", "start_date"), expression=date_literal(window.start))
    return when(later, start, date_literal(window.start))


def _end(window: Period) -> exp.Expr:
    end = col("f", "end_date")
    if window.end is None:
        return end
    earlier = exp.LT(this=col("f", "end_date"), expression=date_literal(window.end))
    return when(earlier, end, date_literal(window.end))
