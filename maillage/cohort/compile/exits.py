"""When a membership ends: the earliest candidate that does not precede the event.

Candidates are the end of the observation period, unless a date offset replaces it, the end that the strategy
gives, and the censoring events.
"""

from collections.abc import Sequence

from sqlglot import exp

from maillage.cohort.compile.builder import Builder
from maillage.cohort.compile.criteria import Wanted
from maillage.cohort.compile.custom_era import join_era
from maillage.cohort.compile.dates import add_days, earliest
from maillage.cohort.compile.groups import events
from maillage.cohort.compile.sql import (
    Condition,
    col,
    equal,
    is_null,
    left_join,
    named,
    negate,
    select,
    subquery,
    table,
    union_all,
)
from maillage.cohort.expression import (
    CohortExpression,
    Criterion,
    CustomEraExit,
    DateField,
    DateOffsetExit,
)

_PERIOD = ("person_id", "start_date", "end_date")


def periods(builder: Builder, expression: CohortExpression, included: exp.Select) -> exp.Select:
    """(person_id, start_date, end_date) of each included event that has an exit."""
    found = _strategy_ends(builder, expression, included)
    if expression.censoring:
        found = _censored(builder, expression.censoring, found)
    if not _may_precede(expression):
        return found
    known = negate(is_null(col("e", "end_date")))
    return select([col("e", name) for name in _PERIOD], subquery(found, "e"), where=[known])


def _strategy_ends(builder: Builder, expression: CohortExpression, included: exp.Select) -> exp.Select:
    source: exp.Expr = subquery(included, "i")
    joins: list[exp.Join] = []
    match expression.exit:
        case DateOffsetExit() as offset:
            end = _offset_end(offset, may_precede=_may_precede(expression))
        case CustomEraExit() as era:
            step = builder.add("included_events", included)
            source, joins = table(step, "i"), [join_era(builder, era, step)]
            end = earliest(col("i", "op_end_date"), col("s", "end_date"))
        case None:
            end = col("i", "op_end_date")
    columns: list[exp.Expr] = [col("i", "person_id"), col("i", "start_date"), named(end, "end_date")]
    if expression.censoring:
        columns.append(col("i", "op_end_date"))
    return select(columns, source, joins=joins)


def _may_precede(expression: CohortExpression) -> bool:
    """Whether the exit may come before the event, or be unknown: only a date offset can bring that about."""
    offset = expression.exit
    return isinstance(offset, DateOffsetExit) and (offset.field is DateField.END or offset.offset < 0)


def _offset_end(offset: DateOffsetExit, *, may_precede: bool) -> exp.Expr:
    """The shifted date, at most the end of the period; null where it is unknown or precedes the event."""
    field = "start_date" if offset.field is DateField.START else "end_date"

    def shifted() -> exp.Expr:
        return add_days(col("i", field), offset.offset)

    late = exp.GT(this=shifted(), expression=col("i", "op_end_date"))
    branches = [exp.If(this=late, true=col("i", "op_end_date"))]
    if may_precede:
        early = exp.LT(this=shifted(), expression=col("i", "start_date"))
        branches.append(exp.If(this=early, true=exp.Null()))
    return exp.Case(ifs=branches, default=shifted())


def _censored(builder: Builder, censoring: Sequence[Criterion], found: exp.Select) -> exp.Select:
    """Ends brought forward to the first censoring event between the start and the end of the period."""
    censors = union_all([_censors(builder, criterion) for criterion in censoring])
    inside: list[Condition] = [
        equal(col("c", "person_id"), col("f", "person_id")),
        exp.Between(this=col("c", "start_date"), low=col("f", "start_date"), high=col("f", "op_end_date")),
    ]
    end = earliest(col("f", "end_date"), exp.Min(this=col("c", "start_date")))
    return select(
        [col("f", "person_id"), col("f", "start_date"), named(end, "end_date")],
        subquery(found, "f"),
        joins=[left_join(subquery(censors, "c"), inside)],
        group=[col("f", name) for name in (*_PERIOD, "op_end_date")],
    )


def _censors(builder: Builder, criterion: Criterion) -> exp.Query:
    step = events(builder, criterion, Wanted())
    return select([col("c", "person_id"), col("c", "start_date")], table(step, "c"))
