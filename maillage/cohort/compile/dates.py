"""Every date computation of the compiler, so that each has one test per dialect.

A date plus a whole number is a date in DuckDB, PostgreSQL and Spark. An interval is not used: DuckDB and
PostgreSQL turn a date plus an interval into a timestamp, whose comparisons are slower and whose rows differ.
"""

import datetime

from sqlglot import exp

from maillage.cohort.compile.sql import cast, num, text


def date_literal(value: datetime.date) -> exp.Expr:
    """A calendar date."""
    return cast(text(value.isoformat()), "DATE")


def add_days(date: exp.Expr, days: int) -> exp.Expr:
    """The date so many days later; the same expression for 0."""
    if days == 0:
        return date
    operation = exp.Add if days > 0 else exp.Sub
    return operation(this=date, expression=num(abs(days)))


def add_days_of(date: exp.Expr, days: exp.Expr) -> exp.Expr:
    """The date later by a column of days; null when the column is."""
    return exp.Add(this=date, expression=cast(days, "INT"))


def days_between(start: exp.Expr, end: exp.Expr) -> exp.Expr:
    """The number of midnights from start to end."""
    return exp.DateDiff(this=end, expression=start, unit=exp.var("DAY"))


def year_of(date: exp.Expr) -> exp.Expr:
    """The calendar year."""
    return exp.Year(this=date)


def first_known(*values: exp.Expr) -> exp.Expr:
    """The first value that is not null."""
    return exp.Coalesce(this=values[0], expressions=list(values[1:]))


def earliest(*dates: exp.Expr) -> exp.Expr:
    """The earliest date; nulls are passed over."""
    return (
        dates[0]
        if len(dates) == 1
        else exp.Least(this=dates[0], expressions=list(dates[1:]), ignore_nulls=True)
    )


def latest(*dates: exp.Expr) -> exp.Expr:
    """The latest date of two or more; nulls are passed over."""
    return exp.Greatest(this=dates[0], expressions=list(dates[1:]), ignore_nulls=True)
