"""Correlated criteria as Python source: in words when these say it exactly, else with nodes."""

from collections.abc import Mapping

from maillage.cohort.dsl.python.layout import Sequenced, Source, call
from maillage.cohort.dsl.python.values import write_endpoint, write_enum, write_window
from maillage.cohort.dsl.windows import ANY_TIME, end_window
from maillage.cohort.expression import (
    Correlated,
    CountColumn,
    Endpoint,
    Occurrence,
    OccurrenceType,
    Window,
)

_BEFORE = (Endpoint(None, -1), Endpoint(1, -1))
_AFTER = (Endpoint(1, 1), Endpoint(None, 1))

Words = Mapping[str, Source]


def write_relation(correlated: Correlated, events: Source) -> Source:
    """`has_at_least(2, drug(…), within_days=(0, 180))`, or the general form."""
    start, end = _start_words(correlated.start_window), _end_words(correlated.end_window)
    counted = _count_words(correlated.occurrence)
    head = _HEADS[correlated.occurrence.type]
    number = correlated.occurrence.count
    if start is None or end is None or counted is None or (number == 0 and head == "has_at_least"):
        return _write_general(correlated, events)
    words = {**start, **end, **_flags(correlated), **counted}
    if head == "has_at_least" and number == 1:
        return call("has", events, **words)
    if head == "has_exactly" and number == 0:
        return call("has_no", events, **words)
    return call(head, str(number), events, **words)


_HEADS: Mapping[OccurrenceType, str] = {
    OccurrenceType.EXACTLY: "has_exactly",
    OccurrenceType.AT_MOST: "has_at_most",
    OccurrenceType.AT_LEAST: "has_at_least",
}


def _write_general(correlated: Correlated, events: Source) -> Source:
    end = () if correlated.end_window is None else (write_window(correlated.end_window),)
    return call(
        "correlated",
        events,
        _write_occurrence(correlated.occurrence),
        write_window(correlated.start_window),
        *end,
        **_flags(correlated),
    )


def _write_occurrence(occurrence: Occurrence) -> Source:
    return call(
        "Occurrence",
        write_enum(occurrence.type),
        str(occurrence.count),
        distinct="True" if occurrence.distinct else None,
        count_column=None if occurrence.count_column is None else write_enum(occurrence.count_column),
    )


def _flags(correlated: Correlated) -> Words:
    flags = {
        "same_stay": correlated.restrict_visit,
        "ignoring_observation": correlated.ignore_observation_period,
    }
    return {word: "True" for word, flag in flags.items() if flag}


def _count_words(occurrence: Occurrence) -> Words | None:
    """None when no word counts so."""
    match occurrence.distinct, occurrence.count_column:
        case False, None:
            return {}
        case True, CountColumn.START_DATE:
            return {"distinct_days": "True"}
        case True, CountColumn() as column:
            return {"distinct": write_enum(column)}
        case _:
            return None


def _start_words(window: Window) -> Words | None:
    """None when no word gives this very window."""
    if window.use_index_end is None or window.use_event_end is None or _upside_down(window):
        return None
    words: dict[str, Source] = {}
    sides = (window.start, window.end)
    if sides == _BEFORE:
        words["before"] = "True"
    elif sides == _AFTER:
        words["after"] = "True"
    elif sides != (ANY_TIME.start, ANY_TIME.end):
        words["within_days"] = _days(window)
    flags = {"from_index_end": window.use_index_end, "event_end": window.use_event_end}
    return words | {word: "True" for word, flag in flags.items() if flag}


def _end_words(window: Window | None) -> Words | None:
    if window is None:
        return {}
    if window.use_event_end is not True or window.use_index_end is None or _upside_down(window):
        return None
    words: dict[str, Source] = {"ends_within_days": _days(window)}
    return words | ({"ends_from_index_end": "True"} if window.use_index_end else {})


def _upside_down(window: Window) -> bool:
    low, high = (
        None if side.days is None else side.days * side.direction for side in (window.start, window.end)
    )
    return low is not None and high is not None and low > high


def _days(window: Window) -> Source:
    return Sequenced((_day(window.start, first=True), _day(window.end, first=False)), "()")


def _day(endpoint: Endpoint, *, first: bool) -> Source:
    """A number where that gives this very endpoint, else the endpoint by its side."""
    days = None if endpoint.days is None else endpoint.days * endpoint.direction
    window = end_window((days, None) if first else (None, days), from_index_end=False)
    given = window and (window.start if first else window.end)
    return repr(days) if given == endpoint else write_endpoint(endpoint)
