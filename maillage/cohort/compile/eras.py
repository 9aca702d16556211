"""Periods of a person that touch become one."""

from sqlglot import exp

from maillage.cohort.compile.builder import Builder
from maillage.cohort.compile.dates import add_days, first_known, latest
from maillage.cohort.compile.plan import Keep
from maillage.cohort.compile.sql import (
    Condition,
    col,
    named,
    ordered,
    select,
    subquery,
    table,
    union_all,
)


def merge_periods(builder: Builder, periods: exp.Query, *, gap: int) -> exp.Select:
    """(person_id, start_date, end_date) with periods at most `gap` days apart merged.

    A period opens an era when nothing before it reaches it, and closes one when the next is out of reach of
    all before that. Most periods do both. Only the others are put in order once more, to pair the first of
    an era with its last; a self-join would compare every pair of periods.
    """
    step = builder.add("era_edges", _edges(periods, gap=gap), keep=Keep.ONCE)
    whole = select(
        [col("b", name) for name in _PERIOD], table(step, "b"), where=[col("b", "opens"), col("b", "closes")]
    )
    return select([col("m", name) for name in _PERIOD], subquery(union_all([whole, _paired(step)]), "m"))


_PERIOD = ("person_id", "start_date", "end_date")


def _edges(periods: exp.Query, *, gap: int) -> exp.Select:
    """Each period with the furthest end up to it, and whether it opens or closes an era.

    Those that do neither stay: to leave them out here would be to judge every period twice.
    """
    # One order for both, and the end in it: with ties, two sorts might disagree on what comes next.
    order = ordered(col("p", "end_date"))
    before = _over(exp.Max(this=col("p", "end_date")), "p", order, spec=_until_before())
    following = _over(exp.Lead(this=col("p", "start_date")), "p", order.copy())
    columns = [*(col("p", name) for name in _PERIOD), named(before, "reached"), named(following, "following")]
    opens = _apart(col("f", "reached"), col("f", "start_date"), gap)
    closes = _apart(_furthest(), col("f", "following"), gap)
    edges = [
        *_first_two("f"),
        named(_furthest(), "end_date"),
        named(opens, "opens"),
        named(closes, "closes"),
    ]
    return select(edges, subquery(select(columns, subquery(periods, "p")), "f"))


def _first_two(alias: str) -> list[exp.Expr]:
    return [col(alias, "person_id"), col(alias, "start_date")]


def _furthest() -> exp.Expr:
    return latest(col("f", "reached"), col("f", "end_date"))


def _apart(end: exp.Expr, start: exp.Expr, gap: int) -> Condition:
    """Further apart than the gap; so is what has nothing on the other side."""
    return first_known(exp.LT(this=add_days(end, gap), expression=start), exp.true())


def _paired(step: str) -> exp.Select:
    """Eras of several periods: one that opens and does not close, then the one that closes."""
    following = _over(exp.Lead(this=col("b", "end_date")), "b", ordered(col("b", "opens"), descending=True))
    ends = select(
        [*_first_two("b"), named(following, "end_date"), col("b", "opens")],
        table(step, "b"),
        where=[exp.NEQ(this=col("b", "opens"), expression=col("b", "closes"))],
    )
    return select([col("d", name) for name in _PERIOD], subquery(ends, "d"), where=[col("d", "opens")])


def longest_periods(periods: exp.Query) -> exp.Select:
    """Of the periods of a person that end together, the longest, which holds the others."""
    return select(
        [
            col("p", "person_id"),
            named(exp.Min(this=col("p", "start_date")), "start_date"),
            col("p", "end_date"),
        ],
        subquery(periods, "p"),
        group=[col("p", "person_id"), col("p", "end_date")],
    )


def _until_before() -> exp.WindowSpec:
    return exp.WindowSpec(
        kind="ROWS",
        start="UNBOUNDED",
        start_side="PRECEDING",
        end=exp.Literal.number(1),
        end_side="PRECEDING",
    )


def _over(
    function: exp.Expr, alias: str, tie: exp.Ordered, *, spec: exp.WindowSpec | None = None
) -> exp.Window:
    """The function over the periods of one person, in the order of their starts."""
    order = exp.Order(expressions=[ordered(col(alias, "start_date")), tie])
    return exp.Window(this=function, partition_by=[col(alias, "person_id")], order=order, spec=spec)
