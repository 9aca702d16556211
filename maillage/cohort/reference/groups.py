"""Groups of conditions on an event: correlated events counted in windows, demographics, groups of groups."""

from datetime import date

from maillage.cohort.expression import (
    DEMOGRAPHICS,
    DOMAINS,
    Correlated,
    CountColumn,
    Criterion,
    Demographic,
    Endpoint,
    Group,
    GroupType,
    Occurrence,
    OccurrenceType,
    Window,
)
from maillage.cohort.expression.domains import EndRule
from maillage.cohort.reference.attributes import has_attribute
from maillage.cohort.reference.criteria import events_of
from maillage.cohort.reference.events import Event, Observed, add_days, days_between, observed
from maillage.cohort.reference.tables import Life
from maillage.cohort.reference.truth import Truth, not_before

_DEMOGRAPHICS = {attribute.name: attribute for attribute in DEMOGRAPHICS}


def correlated_events_of(criterion: Criterion, life: Life) -> list[Event]:
    """The events of a criterion, those of its correlated group only.

    With such a group an event is looked at within its observation period: outside any it is lost, and where
    periods overlap it counts once for each.
    """
    events = events_of(criterion, life)
    group = criterion.correlated
    if group is None:
        return events
    return [
        index.event for event in events for index in observed(event, life) if group_holds(group, index, life)
    ]


def group_holds(group: Group, index: Observed, life: Life) -> bool:
    """Whether as many members hold as the group wants; an empty group always holds."""
    members = [
        *(_is_correlated(correlated, index, life) for correlated in group.criteria),
        *(_is_demographic(demographic, index, life) for demographic in group.demographics),
        *(group_holds(member, index, life) for member in group.groups),
    ]
    if not members:
        return True
    holding, wanted = members.count(True), group.count or 0
    match group.type:
        case GroupType.ALL:
            return holding == len(members)
        case GroupType.ANY:
            return holding > 0
        case GroupType.AT_LEAST:
            return holding >= wanted
        case GroupType.AT_MOST:
            return holding <= wanted


def _is_demographic(demographic: Demographic, index: Observed, life: Life) -> bool:
    return all(
        has_attribute(index.event, _DEMOGRAPHICS[name], value, life) for name, value in demographic.attributes
    )


def _is_correlated(correlated: Correlated, index: Observed, life: Life) -> bool:
    events = [
        event
        for event in correlated_events_of(correlated.criterion, life)
        if _is_around(event, index, correlated)
    ]
    number = _number(events, correlated.criterion, correlated.occurrence)
    match correlated.occurrence.type:
        case OccurrenceType.EXACTLY:
            return number == correlated.occurrence.count
        case OccurrenceType.AT_MOST:
            return number <= correlated.occurrence.count
        case OccurrenceType.AT_LEAST:
            return number >= correlated.occurrence.count


def _is_around(event: Event, index: Observed, correlated: Correlated) -> bool:
    """Whether the event lies in the windows, in the same observation period and in the same visit."""
    conditions: list[Truth] = [*_in_window(event, index, correlated.start_window, correlated, by_end=False)]
    if correlated.end_window is not None:
        conditions += _in_window(event, index, correlated.end_window, correlated, by_end=True)
    if not correlated.ignore_observation_period:
        conditions += [not_before(event.start, index.period_start), not_before(index.period_end, event.start)]
    if correlated.restrict_visit:
        visit = index.event.visit
        conditions.append(None if visit is None else event.visit == visit)
    return all(conditions)


def _in_window(
    event: Event, index: Observed, window: Window, correlated: Correlated, *, by_end: bool
) -> list[Truth]:
    """Both sides of a window. It looks at the event's end if it says so, or says nothing and `by_end`."""
    looks_at_end = by_end if window.use_event_end is None else window.use_event_end
    day = event.end if looks_at_end else event.start
    anchor = index.event.end if window.use_index_end else index.event.start
    free = correlated.ignore_observation_period
    return [
        True if free and window.start.days is None else not_before(day, _limit(window.start, anchor, index)),
        True if free and window.end.days is None else not_before(_limit(window.end, anchor, index), day),
    ]


def _limit(endpoint: Endpoint, anchor: date | None, index: Observed) -> date | None:
    """So many days from the anchor; without a number, the end of the observation period on that side."""
    if endpoint.days is not None:
        return add_days(anchor, endpoint.direction * endpoint.days)
    return index.period_start if endpoint.direction < 0 else index.period_end


def _number(events: list[Event], criterion: Criterion, occurrence: Occurrence) -> int:
    """How many events there are; or how many distinct values they have, those unknown left out."""
    if not occurrence.distinct:
        return len(events)
    counted = occurrence.count_column or CountColumn.DOMAIN_CONCEPT
    return len({_counted(event, criterion, counted) for event in events} - {None})


def _counted(event: Event, criterion: Criterion, counted: CountColumn) -> object:
    domain = DOMAINS[criterion.domain]
    match counted:
        case CountColumn.START_DATE:
            return event.start
        case CountColumn.END_DATE:
            return event.end
        case CountColumn.VISIT_ID:
            return event.visit
        case CountColumn.DURATION:
            # What happens on a point in time lasts one day, whatever its dates were adjusted to.
            return 1 if domain.end_rule is EndRule.NEXT_DAY else days_between(event.start, event.end)
        case CountColumn.DOMAIN_CONCEPT:
            return event.row.get(domain.concept) or 0
        case _:
            return event.row.get(domain.counts[counted])
