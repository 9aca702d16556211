"""Periods of a person that touch become one."""

from sqlglot import exp

from maillage.cohort.compile.dates import add_days, first_known
from maillage.cohort.compile.sql import any_of, col, is_null, named, num, ordered, select, subquery


def merge_periods(periods: exp.Query, *, gap: int) -> exp.Select:
    """(person_id, start_date, end_date) with periods at most `gap` days apart merged.

    A period opens an era when nothing before it reaches it; the era ends at the furthest end before the next
    era. Both are running maxima: a self-join would compare every pair of periods.
    """
    reached = named(_running_end(_until_before()), "reached")
    furthest = named(_running_end(None), "furthest")
    columns = [col("p", "person_id"), col("p", "start_date"), reached, furthest]
    far = exp.LT(this=add_days(col("e", "reached"), gap), expression=col("e", "start_date"))
    following = _window(exp.Lead(this=col("e", "reached")), "e", ordered(col("e", "start_date")))
    return select(
        [
            col("e", "person_id"),
            col("e", "start_date"),
            named(first_known(following, col("e", "furthest")), "end_date"),
        ],
        subquery(select(columns, subquery(periods, "p")), "e"),
        where=[any_of([is_null(col("e", "reached")), far])],
    )


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


def _running_end(spec: exp.WindowSpec | None) -> exp.Window:
    furthest = exp.Max(this=col("p", "end_date"))
    keys = [ordered(col("p", "start_date"))] if spec else []
    return _window(furthest, "p", *keys, spec=spec)


def _until_before() -> exp.WindowSpec:
    return exp.WindowSpec(
        kind="ROWS", start="UNBOUNDED", start_side="PRECEDING", end=num(1), end_side="PRECEDING"
    )


def _window(
    function: exp.Expr, alias: str, *keys: exp.Ordered, spec: exp.WindowSpec | None = None
) -> exp.Window:
    """The function over the rows of one person, in the order of the keys."""
    order = exp.Order(expressions=list(keys)) if keys else None
    return exp.Window(this=function, partition_by=[col(alias, "person_id")], order=order, spec=spec)
