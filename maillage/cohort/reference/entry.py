"""The events that open a membership: primary events, the additional criteria, limits, inclusion rules."""

from collections.abc import Callable, Sequence
from datetime import date

from maillage.cohort.expression import CohortExpression, InclusionRule, Limit, PrimaryCriteria
from maillage.cohort.reference.events import Observed, add_days, observed
from maillage.cohort.reference.groups import correlated_events_of, group_holds
from maillage.cohort.reference.tables import Life
from maillage.cohort.reference.truth import not_before


def qualified_events(expression: CohortExpression, life: Life) -> list[Observed]:
    """Primary events that satisfy the additional criteria. The qualified limit acts only with these."""
    found = _primary_events(expression.primary, life)
    if expression.additional is None:
        return found
    found = [index for index in found if group_holds(expression.additional, index, life)]
    return limited(found, expression.qualified_limit, day=lambda index: index.start)


def _primary_events(primary: PrimaryCriteria, life: Life) -> list[Observed]:
    """The events of every criterion, limited by the days on which the rows themselves start."""
    found = [
        index
        for position, criterion in enumerate(primary.criteria)
        for event in correlated_events_of(criterion, life)
        for index in observed(event, life, position=position)
        if _is_observed_enough(index, primary)
    ]
    return limited(found, primary.limit, day=lambda index: index.event.own_start or index.start)


def _is_observed_enough(index: Observed, primary: PrimaryCriteria) -> bool:
    """Under observation so many days before and after. A number that is not positive asks nothing."""
    since = add_days(index.period_start, max(primary.prior_days, 0))
    until = add_days(index.start, max(primary.post_days, 0))
    return bool(not_before(index.start, since)) and bool(not_before(index.period_end, until))


def limited(found: Sequence[Observed], limit: Limit, *, day: Callable[[Observed], date]) -> list[Observed]:
    """All events, or the one of the first or of the last day.

    Of several of that day: the smallest id in the OMOP table, then the first criterion of the list, then the
    observation period that ends first, then the one that starts first.
    """
    if limit is Limit.ALL or not found:
        return list(found)
    days = [day(index) for index in found]
    chosen = min(days) if limit is Limit.FIRST else max(days)
    return [min((index for index in found if day(index) == chosen), key=_tie)]


def _tie(index: Observed) -> tuple[int, int, date, date]:
    return index.event.id, index.position, index.period_end, index.period_start


def mask(index: Observed, rules: Sequence[InclusionRule], life: Life) -> int:
    """Bit i is set where rule i holds."""
    return sum(2**place for place, rule in enumerate(rules) if group_holds(rule.group, index, life))


def included_events(expression: CohortExpression, life: Life) -> list[Observed]:
    """The qualified events that satisfy every inclusion rule, then the limit of the expression."""
    full = 2 ** len(expression.rules) - 1
    found = [
        index for index in qualified_events(expression, life) if mask(index, expression.rules, life) == full
    ]
    return limited(found, expression.expression_limit, day=lambda index: index.start)
