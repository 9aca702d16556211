"""The events of one criterion: one query over one table, with the columns that its reader asks for."""

import datetime
from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

from sqlglot import exp

from maillage.cohort.compile.builder import Builder
from maillage.cohort.compile.dates import date_literal, days_between, first_known
from maillage.cohort.compile.filters import check_supported, filters
from maillage.cohort.compile.scan import coded_scan, has_codes, scan
from maillage.cohort.compile.sql import (
    Condition,
    as_named,
    col,
    equal,
    inner_join,
    named,
    num,
    ordered,
    rank_in,
    select,
    subquery,
    table,
)
from maillage.cohort.expression import DOMAINS, CountColumn, Criterion
from maillage.cohort.expression.domains import Domain, EndRule, Place
from maillage.cohort.expression.values import Attributes, Period
from maillage.cohort.refusals import not_countable

_RANK = "ordinal"


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


def criterion_events(builder: Builder, criterion: Criterion, wanted: Wanted) -> str:
    """The step of events that satisfy every attribute of the criterion, its correlated group left aside.

    Raises UnsupportedFeatureError.
    """
    domain = DOMAINS[criterion.domain]
    for name, _value in criterion.attributes:
        check_supported(domain.by_name[name])
    columns = _columns(domain, criterion, wanted)
    if has_codes(criterion) and _is_plain(criterion, columns):
        return coded_scan(builder, criterion, [column.name for column in columns])

    def make() -> str:
        query = _filtered(builder, criterion, columns)
        return builder.add(f"{domain.table}_events", query, about=criterion)

    return builder.once(("criterion", criterion, wanted), make)


def _is_plain(criterion: Criterion, columns: Sequence[_Column]) -> bool:
    """Whether the rows found by their codes are the events themselves."""
    conditions, _needs = _structure(criterion)
    whole = not conditions and not criterion.has("First") and not _filtering(criterion)
    return whole and all(column.plain for column in columns)


def _filtering(criterion: Criterion) -> Attributes:
    """The attributes that are looked at once the codes have chosen the rows."""
    places = {name: DOMAINS[criterion.domain].by_name[name].place for name, _value in criterion.attributes}
    return tuple(
        pair for pair in criterion.attributes if places[pair[0]] not in (Place.CODE, Place.STRUCTURE)
    )


def _filtered(builder: Builder, criterion: Criterion, columns: Sequence[_Column]) -> exp.Select:
    domain = DOMAINS[criterion.domain]
    structure, structure_needs = _structure(criterion)
    found = filters(builder, _filtering(criterion), domain.by_name, alias="e")
    needs = {need for column in columns for need in column.needs} | structure_needs | found.needs
    if not criterion.has("First"):
        source = scan(builder, criterion, needs, alias="e")
    elif criterion.date_adjustment is None and needs <= _OF_A_DAY:
        source = _first_date(builder, criterion, needs)
    else:
        source = _first(builder, criterion, needs)
        structure.append(equal(col("e", _RANK), num(1)))
    return select(
        [as_named(column.expression, column.name) for column in columns],
        source,
        joins=found.joins(),
        where=[*structure, *found.conditions],
    )


_OF_A_DAY = {"person_id", "start_date", "order_date"}
"""What rows of one person and day have in common: which of them is the first makes no difference."""


def _first_date(builder: Builder, criterion: Criterion, needs: set[str]) -> exp.Expr:
    """The first date of each person: to find it needs no order."""
    rows = scan(builder, criterion, ("person_id", "start_date"), alias="f")
    dates = [named(exp.Min(this=col("f", "start_date")), name) for name in sorted(needs - {"person_id"})]
    return subquery(select([col("f", "person_id"), *dates], rows, group=[col("f", "person_id")]), "e")


def _first(builder: Builder, criterion: Criterion, needs: set[str]) -> exp.Expr:
    """The rows with their rank within the person, by their own dates, whatever adjusts these afterwards."""
    domain = DOMAINS[criterion.domain]
    order = (domain.start, "event_id")
    names = needs | {*order, "person_id"}
    rows = scan(builder, criterion, names, alias="f")
    joins = (
        [_on_first_day(coded_scan(builder, criterion, names), domain.start)] if has_codes(criterion) else []
    )
    rank = named(rank_in(col("f", "person_id"), [ordered(col("f", name)) for name in order]), _RANK)
    return subquery(select([*(col("f", name) for name in sorted(needs)), rank], rows, joins=joins), "e")


def _on_first_day(step: str, start: str) -> exp.Join:
    """Leaves the rows of each person’s first day: to rank these alone is much faster than to rank all."""
    first = named(exp.Min(this=col("g", start)), "first_day")
    days = select([col("g", "person_id"), first], table(step, "g"), group=[col("g", "person_id")])
    same = equal(col("d", "person_id"), col("f", "person_id"))
    return inner_join(subquery(days, "d"), [same, equal(col("d", "first_day"), col("f", start))])


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
        columns.append(_count_value(domain, wanted.count, period))
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


def _count_value(domain: Domain, counted: CountColumn, period: Period) -> _Column:
    expression, needs = _counted(domain, counted, period)
    return _Column("count_value", expression, needs)


def _counted(domain: Domain, counted: CountColumn, period: Period) -> tuple[exp.Expr, tuple[str, ...]]:
    start, end = _bound("start_date", period.start), _bound("end_date", period.end)
    match counted:
        case CountColumn.START_DATE:
            return start.expression, start.needs
        case CountColumn.END_DATE:
            return end.expression, end.needs
        case CountColumn.VISIT_ID if domain.visit is not None:
            return col("e", domain.visit), (domain.visit,)
        case CountColumn.DOMAIN_CONCEPT:
            # A death without a cause is still one kind of death.
            return first_known(col("e", domain.concept), num(0)), (domain.concept,)
        case CountColumn.DURATION if domain.end_rule is EndRule.NEXT_DAY:
            return num(1), ()
        case CountColumn.DURATION:
            return days_between(start.expression, end.expression), (*start.needs, *end.needs)
        case _ if counted in domain.counts:
            column = domain.counts[counted]
            return col("e", column), (column,)
        case _:
            raise not_countable(domain, counted)
