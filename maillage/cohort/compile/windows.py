"""Where a correlated event must lie: the condition between an index event `p` and an event `a`."""

from sqlglot import exp

from maillage.cohort.compile.dates import add_days
from maillage.cohort.compile.sql import Condition, col, equal
from maillage.cohort.expression import Correlated, Endpoint, Window

INDEX = "p"
EVENT = "a"

_Bound = tuple[str, type[exp.Binary], str, int]
"""Column of the event, comparison, column of the index event, days added to it."""


def window_conditions(correlated: Correlated) -> list[Condition]:
    """Same person, in the windows, in the same observation period and visit where that is asked."""
    bounds = dict.fromkeys(_bounds(correlated))
    conditions = [_equal("person_id"), *map(_condition, bounds)]
    return [*conditions, _equal("visit_occurrence_id")] if correlated.restrict_visit else conditions


def _bounds(correlated: Correlated) -> list[_Bound]:
    inside = not correlated.ignore_observation_period
    bounds: list[_Bound] = []
    if inside:
        bounds += [("start_date", exp.GTE, "op_start_date", 0), ("start_date", exp.LTE, "op_end_date", 0)]
    bounds += _window_bounds(correlated.start_window, uses_event_end(correlated.start_window, False), inside)
    if correlated.end_window is not None:
        bounds += _window_bounds(correlated.end_window, uses_event_end(correlated.end_window, True), inside)
    return bounds


def uses_event_end(window: Window, default: bool) -> bool:
    """Whether a window looks at the end of the event; only the end window does so by default."""
    return default if window.use_event_end is None else window.use_event_end


def _window_bounds(window: Window, event_end: bool, inside: bool) -> list[_Bound]:
    event = "end_date" if event_end else "start_date"
    index = "end_date" if window.use_index_end else "start_date"
    sides = ((window.start, exp.GTE), (window.end, exp.LTE))
    found = (_side(endpoint, event, comparison, index, inside) for endpoint, comparison in sides)
    return [bound for bound in found if bound is not None]


def _side(
    endpoint: Endpoint, event: str, comparison: type[exp.Binary], index: str, inside: bool
) -> _Bound | None:
    if endpoint.days is not None:
        return event, comparison, index, endpoint.direction * endpoint.days
    # Unbounded is bounded by the observation period, unless that is ignored.
    return (
        (event, comparison, "op_start_date" if endpoint.direction < 0 else "op_end_date", 0)
        if inside
        else None
    )


def _condition(bound: _Bound) -> Condition:
    event, comparison, index, days = bound
    return comparison(this=col(EVENT, event), expression=add_days(col(INDEX, index), days))


def _equal(name: str) -> Condition:
    return equal(col(EVENT, name), col(INDEX, name))
