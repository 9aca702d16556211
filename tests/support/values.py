"""Rows written in a query, each value with its type on every engine."""

import datetime
from collections.abc import Sequence

from sqlglot import exp

from maillage.cohort.compile.dates import date_literal
from maillage.cohort.compile.sql import cast, named, num, text, union_all
from maillage.warehouse.engines.base import Row


def rows_of(kinds: str, rows: Sequence[Row], *, names: Sequence[str] = "abcdef") -> exp.Query:
    """A union of one query per row; `kinds` gives sqlglot's type of each column."""
    types = kinds.split()
    return union_all(
        [
            exp.Select(
                expressions=[
                    named(_literal(value, kind), name)
                    for value, kind, name in zip(row, types, names, strict=False)
                ]
            )
            for row in rows
        ]
    )


def _literal(value: object, kind: str) -> exp.Expr:
    match value:
        case None:
            return cast(exp.Null(), kind)
        case datetime.date():
            return date_literal(value)
        case str():
            return text(value)
        case int() | float():
            return cast(num(value), kind)
        case _:
            raise TypeError(value)
