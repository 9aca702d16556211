"""The rows of a domain's table under common names, filtered by their codes alone."""

from collections.abc import Collection, Mapping
from typing import NamedTuple

from sqlglot import exp

from maillage.cohort.compile.builder import Builder
from maillage.cohort.compile.dates import add_days, add_days_of, first_known
from maillage.cohort.compile.plan import Scan
from maillage.cohort.compile.sql import (
    as_named,
    cast,
    col,
    identifier,
    select,
    subquery,
    table,
)
from maillage.cohort.expression import DOMAINS, AdjustFrom, Criterion
from maillage.cohort.expression.domains import Domain, EndRule, Place
from maillage.cohort.expression.values import CodesetRef


class _Columns:
    """Makes columns of the table and remembers them, to rename them all when a thin copy answers instead."""

    def __init__(self) -> None:
        self._made: list[tuple[str, exp.Column]] = []

    def __call__(self, name: str) -> exp.Column:
        column = col("t", name)
        self._made.append((name, column))
        return column

    def rename(self, names: Mapping[str, str]) -> bool:
        """Take the names of a copy, when it has every column; otherwise do nothing and say so."""
        if any(name not in names for name, _column in self._made):
            return False
        for name, column in self._made:
            column.set("this", identifier(names[name]))
        return True


def scan(builder: Builder, criterion: Criterion, names: Collection[str], *, alias: str) -> exp.Expr:
    """The columns `names` of the rows whose codes fit, as `alias`: a step, shared, when there are codes.

    A name is `person_id`, `event_id`, `start_date`, `end_date`, `order_date`, `visit_occurrence_id`, or a
    column of the OMOP table.
    """
    if not _codes(criterion):
        return inline_scan(builder, criterion, names, alias=alias)
    return table(coded_scan(builder, criterion, names), alias)


def inline_scan(
    builder: Builder, criterion: Criterion, names: Collection[str], *, alias: str
) -> exp.Subquery:
    """The same within the query, for one that has its own way to read few rows, such as their persons."""
    return subquery(_select(builder, criterion, names).query, alias)


def coded_scan(builder: Builder, criterion: Criterion, names: Collection[str]) -> str:
    """The same as a step."""
    codes = tuple(_codes(criterion))
    key = ("scan", criterion.domain, codes, criterion.date_adjustment, frozenset(names))

    def make() -> str:
        found, kind = _select(builder, criterion, names), f"{DOMAINS[criterion.domain].table}_found"
        return builder.add(kind, found.query, about=criterion, coded=True, scan=found.scan)

    return builder.once(key, make)


class _Selected(NamedTuple):
    query: exp.Select
    scan: Scan | None


def _select(builder: Builder, criterion: Criterion, names: Collection[str]) -> _Selected:
    domain = DOMAINS[criterion.domain]
    columns = _Columns()
    selected = {name: _column(domain, criterion, name, columns) for name in sorted(names)}
    codes = [(columns(column), codeset_id) for column, codeset_id in _codes(criterion)]
    where = [builder.in_codeset(column, codeset_id) for column, codeset_id in codes]
    # A copy sorted by concept is no better than the table for a query that wants every concept.
    thin = builder.thin_copies.get(domain.table) if codes else None
    source = thin.table if thin and columns.rename(thin.columns) else domain.table
    scans = [Scan(source, column.name, builder.codesets.ids[codeset_id]) for column, codeset_id in codes]
    # Named only now that the columns have the names of the copy.
    query = select(
        [as_named(column, name) for name, column in selected.items()], table(source, "t"), where=where
    )
    return _Selected(query, scans[0] if len(scans) == 1 else None)


def _codes(criterion: Criterion) -> list[tuple[str, int]]:
    domain = DOMAINS[criterion.domain]
    return [
        (domain.by_name[name].column, value.codeset_id)
        for name, value in criterion.attributes
        if domain.by_name[name].place is Place.CODE and isinstance(value, CodesetRef)
    ]


def has_codes(criterion: Criterion) -> bool:
    """Whether a concept set chooses the rows."""
    return bool(_codes(criterion))


def _column(domain: Domain, criterion: Criterion, name: str, columns: _Columns) -> exp.Expr:
    match name:
        case "event_id":
            return columns(domain.id)
        case "start_date" | "order_date":
            return _start(domain, criterion, columns)
        case "end_date":
            return _end(domain, criterion, columns)
        case "visit_occurrence_id" if domain.visit is None:
            return cast(exp.Null(), "BIGINT")
        case _:
            return columns(name)


def _start(domain: Domain, criterion: Criterion, columns: _Columns) -> exp.Expr:
    adjustment = criterion.date_adjustment
    if adjustment is None:
        return columns(domain.start)
    return add_days(_side(domain, adjustment.start_with, columns), adjustment.start_offset)


def _end(domain: Domain, criterion: Criterion, columns: _Columns) -> exp.Expr:
    adjustment = criterion.date_adjustment
    if adjustment is None:
        return _raw_end(domain, columns)
    return add_days(_side(domain, adjustment.end_with, columns), adjustment.end_offset)


def _side(domain: Domain, side: AdjustFrom, columns: _Columns) -> exp.Expr:
    return columns(domain.start) if side is AdjustFrom.START else _raw_end(domain, columns)


def _raw_end(domain: Domain, columns: _Columns) -> exp.Expr:
    if domain.end_rule is EndRule.NEXT_DAY or domain.end is None:
        return add_days(columns(domain.start), 1)
    if domain.end_rule is EndRule.COLUMN:
        return columns(domain.end)
    known: list[exp.Expr] = [columns(domain.end)]
    if domain.end_rule is EndRule.DRUG:
        known.append(add_days_of(columns(domain.start), columns("days_supply")))
    return first_known(*known, add_days(columns(domain.start), 1))
