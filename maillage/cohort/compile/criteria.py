"""The events of one criterion: one query over one table, with the columns that its reader asks for."""

import datetime
from dataclasses import dataclass
from typing import NamedTuple

from sqlglot import exp

from maillage.cohort.compile.builder import Builder
from maillage.cohort.compile.dates import date_literal, days_between, first_known
from maillage.cohort.compile.filters import check_supported, filters
from maillage.cohort.compile.scan import RANK, scan
from maillage.cohort.compile.sql import Condition, col, equal, named, num, select, subquery
from maillage.cohort.expression import DOMAINS, CountColumn, Criterion
from maillage.cohort.expression.domains import Domain, EndRule, Place
from maillage.cohort.expression.values import Period
from maillage.cohort.refusals import not_countable


@dataclass(frozen=True)
class Wanted:
    """The columns wanted besides person_id and start_date.

    `order` gives order_date, the start of the row itself even where a user-defined period replaces
    start_date; `count` gives count_value, what distinct occurrences are counted by.
    """

    id: bool = False
    end: bool = False
    visit: bool = False
    order: bool = False
    count: CountColumn | None = None


class _Column(NamedTuple):
    """A column of the answer: its name, its expression over `e`, what it reads there."""

    name: str
    expression: exp.Expr
    needs: tuple[str, ...]

    @property
    def plain(self) -> bool:
        """Whether it is a column of `e` under the same name."""
        return self.needs == (self.name,) and isinstance(self.expression, exp.Column)


def criterion_query(builder: Builder, criterion: Criterion, wanted: Wanted) -> exp.Select:
    """The events that satisfy every attribute of the criterion; its correlated group is not looked at.

    Raises UnsupportedFeatureError.
    """
    domain = DOMAINS[criterion.domain]
    for name, _value in criterion.attributes:
        check_supported(domain.by_name[name])
    columns = _columns(domain, criterion, wanted)
    structure, structure_needs = _structure(criterion)
    outer = tuple(
        pair
        for pair in criterion.attributes
        if domain.by_name[pair[0]].place not in (Place.CODE, Place.STRUCTURE)
    )
    found = filters(builder, outer, domain.by_name, alias="e")
    needs = {need for column in columns for need in column.needs} | structure_needs | found.needs
    inner = scan(builder, criterion, needs, ranked=criterion.has("First"))
    conditions = [*structure, *found.conditions]
    if not conditions and all(column.plain for column in columns):
        return inner
    return select(
        [named(column.expression, column.name) for column in columns],
        subquery(inner, "e"),
        joins=found.joins(),
        where=conditions,
    )


def _columns(domain: Domain, criterion: Criterion, wanted: Wanted) -> list[_Column]:
    period = _user_period(criterion)
    columns = [_plain("person_id"), _bound("start_date", period.start)]
    if wanted.id:
        columns.append(_plain("event_id"))
    if wanted.end:
        columns.append(_bound("end_date", period.end))
    if wanted.visit:
        columns.append(_plain("visit_occurrence_id"))
    if wanted.order:
        columns.append(_plain("order_date"))
    if wanted.count:
        columns.append(_count_value(domain, wanted.count))
    return columns


def _plain(name: str) -> _Column:
    return _Column(name, col("e", name), (name,))


def _bound(name: str, date: datetime.date | None) -> _Column:
    return _plain(name) if date is None else _Column(name, date_literal(date), ())


def _user_period(criterion: Criterion) -> Period:
    for name, value in criterion.attributes:
        if name == "UserDefinedPeriod" and isinstance(value, Period):
            return value
    return Period()


def _structure(criterion: Criterion) -> tuple[list[Condition], set[str]]:
    """Conditions that no single attribute states, and the columns of `e` that they read."""
    conditions: list[Condition] = []
    needs: set[str] = set()
    if criterion.has("First"):
        conditions.append(equal(col("e", RANK), num(1)))
    if criterion.date_adjustment is not None:
        conditions.append(exp.GTE(this=col("e", "end_date"), expression=col("e", "start_date")))
        needs |= {"start_date", "end_date"}
    period = _user_period(criterion)
    for date in (period.start, period.end):
        if date is not None:
            inside = exp.Between(
                this=date_literal(date), low=col("e", "start_date"), high=col("e", "end_date")
            )
            conditions.append(inside)
            needs |= {"start_date", "end_date"}
    return conditions, needs


def _count_value(domain: Domain, counted: CountColumn) -> _Column:
    expression, needs = _counted(domain, counted)
    return _Column("count_value", expression, needs)


def _counted(domain: Domain, counted: CountColumn) -> tuple[exp.Expr, tuple[str, ...]]:
    match counted:
        case CountColumn.START_DATE:
            return col("e", "start_date"), ("start_date",)
        case CountColumn.END_DATE:
            return col("e", "end_date"), ("end_date",)
        case CountColumn.VISIT_ID if domain.visit is not None:
            return col("e", domain.visit), (domain.visit,)
        case CountColumn.DOMAIN_CONCEPT:
            # A death without a cause is still one kind of death.
            return first_known(col("e", domain.concept), num(0)), (domain.concept,)
        case CountColumn.DURATION if domain.end_rule is EndRule.NEXT_DAY:
            return num(1), ()
        case CountColumn.DURATION:
            length = days_between(col("e", "start_date"), col("e", "end_date"))
            return length, ("start_date", "end_date")
        case _ if counted in domain.counts:
            column = domain.counts[counted]
            return col("e", column), (column,)
        case _:
            raise not_countable(domain, counted)
