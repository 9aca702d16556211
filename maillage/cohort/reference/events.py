"""Events: rows of a domain's table, with the dates that the definition gives them."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta

from maillage.cohort.expression import AdjustFrom, DateAdjustment
from maillage.cohort.expression.domains import Domain, EndRule
from maillage.cohort.expression.values import Period
from maillage.cohort.reference.tables import Life, Row
from maillage.cohort.reference.truth import not_before


@dataclass(frozen=True)
class Event:
    """One row seen as an event.

    `start` and `end` are the dates that everything looks at, `own_start` the start before a user-defined
    period replaced it.
    """

    id: int
    start: date | None
    end: date | None
    own_start: date | None
    row: Row

    @property
    def visit(self) -> int | None:
        """The visit during which it took place."""
        return self.row.get("visit_occurrence_id")


@dataclass(frozen=True)
class Observed:
    """An event within an observation period; `position` is that of its criterion among the primary ones."""

    event: Event
    start: date
    period_start: date
    period_end: date
    position: int = 0


def add_days(day: date | None, days: int) -> date | None:
    """The day so many days later. Beyond the calendar's end, its last day: nothing is compared with later."""
    if day is None:
        return None
    try:
        return day + timedelta(days=days)
    except OverflowError:
        return date.max if days > 0 else date.min


def days_between(start: date | None, end: date | None) -> int | None:
    """Midnights from start to end."""
    return None if start is None or end is None else (end - start).days


def first_row(rows: Sequence[Row], domain: Domain) -> list[Row]:
    """The earliest row, of the same day the one with the smallest id; nothing of nothing."""
    return sorted(rows, key=lambda row: (row[domain.start], row[domain.id]))[:1]


def make_event(row: Row, domain: Domain, adjustment: DateAdjustment | None) -> Event:
    """The row with its dates, or with those that an adjustment counts from them."""
    start, end = row.get(domain.start), row_end(row, domain)
    if adjustment is not None:
        sides = {AdjustFrom.START: start, AdjustFrom.END: end}
        start = add_days(sides[adjustment.start_with], adjustment.start_offset)
        end = add_days(sides[adjustment.end_with], adjustment.end_offset)
    return Event(row[domain.id], start, end, start, row)


def row_end(row: Row, domain: Domain) -> date | None:
    """When the row ends; some domains have no end, and then the event ends on the day after its start."""
    start: date | None = row.get(domain.start)
    known: date | None = row.get(domain.end) if domain.end else None
    next_day = add_days(start, 1)
    match domain.end_rule:
        case EndRule.NEXT_DAY:
            return next_day
        case EndRule.COLUMN:
            return known
        case EndRule.COLUMN_OR_NEXT_DAY:
            return next_day if known is None else known
        case EndRule.DRUG if known is None and row.get("days_supply") is not None:
            return add_days(start, row["days_supply"])
        case EndRule.DRUG:
            return next_day if known is None else known


def with_period(event: Event, period: Period) -> Event | None:
    """The event under the dates that the author gives it, when it lasts on both; None otherwise."""
    given = [day for day in (period.start, period.end) if day is not None]
    if not all(_lasts_on(event, day) for day in given):
        return None
    return replace(event, start=period.start or event.start, end=period.end or event.end)


def _lasts_on(event: Event, day: date) -> bool:
    return not_before(day, event.start) is True and not_before(event.end, day) is True


def observed(event: Event, life: Life, *, position: int = 0) -> list[Observed]:
    """The event within each observation period that holds its start: none, one, or several that overlap."""
    start = event.start
    if start is None:
        return []
    periods = [
        (row["observation_period_start_date"], row["observation_period_end_date"])
        for row in life.rows("observation_period")
    ]
    return [
        Observed(event, start, opens, closes, position)
        for opens, closes in periods
        if opens <= start <= closes
    ]
