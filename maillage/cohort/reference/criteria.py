"""The events of one criterion in one person's life."""

from maillage.cohort.expression import DOMAINS, Criterion
from maillage.cohort.expression.domains import Place
from maillage.cohort.expression.values import Period
from maillage.cohort.reference.attributes import has_attribute, satisfies
from maillage.cohort.reference.events import Event, first_row, make_event, with_period
from maillage.cohort.reference.tables import Life, Row
from maillage.cohort.reference.truth import not_before


def events_of(criterion: Criterion, life: Life) -> list[Event]:
    """The events that satisfy every attribute; the correlated group of the criterion is not looked at.

    The order matters: codes, `First` among the rows that have them, dates, everything else, and last the
    dates that the author gives, which nothing in the criterion itself looks at.
    """
    domain = DOMAINS[criterion.domain]
    rows = [row for row in life.rows(domain.table) if _has_codes(row, criterion, life)]
    if criterion.has("First"):
        rows = first_row(rows, domain)
    events = [make_event(row, domain, criterion.date_adjustment) for row in rows]
    if criterion.date_adjustment is not None:
        events = [event for event in events if not_before(event.end, event.start)]
    events = [event for event in events if _has_attributes(event, criterion, life)]
    renamed = (with_period(event, _user_period(criterion)) for event in events)
    return [event for event in renamed if event is not None]


def _has_codes(row: Row, criterion: Criterion, life: Life) -> bool:
    domain = DOMAINS[criterion.domain]
    return all(
        satisfies(row.get(domain.by_name[name].column), value, life.concept_sets)
        for name, value in criterion.attributes
        if domain.by_name[name].place is Place.CODE
    )


def _has_attributes(event: Event, criterion: Criterion, life: Life) -> bool:
    domain = DOMAINS[criterion.domain]
    return all(
        has_attribute(event, domain.by_name[name], value, life)
        for name, value in criterion.attributes
        if domain.by_name[name].place not in (Place.CODE, Place.STRUCTURE)
    )


def _user_period(criterion: Criterion) -> Period:
    periods = (value for _name, value in criterion.attributes if isinstance(value, Period))
    return next(periods, Period())
