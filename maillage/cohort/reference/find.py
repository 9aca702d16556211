"""A cohort found by reading its definition, person by person."""

from collections.abc import Iterator
from datetime import date
from typing import NamedTuple

from maillage.cohort.expression import CohortExpression
from maillage.cohort.reference.concept_sets import resolve
from maillage.cohort.reference.entry import included_events, mask, qualified_events
from maillage.cohort.reference.exits import clip, merge, stay
from maillage.cohort.reference.refusals import refusals
from maillage.cohort.reference.tables import Life, Tables, lives


class CohortRow(NamedTuple):
    """A person is in the cohort from the first day to the last, both included."""

    subject_id: int
    cohort_start_date: date
    cohort_end_date: date


class EventMask(NamedTuple):
    """A qualified event; bit i of the mask is set where inclusion rule i holds."""

    person_id: int
    start_date: date
    inclusion_mask: int


def find_rows(expression: CohortExpression, *, tables: Tables) -> list[CohortRow]:
    """The rows of the cohort, sorted. Raises UnsupportedFeatureError and ExpressionError."""
    return [row for life in _lives(expression, tables) for row in _rows_of(expression, life)]


def find_masks(expression: CohortExpression, *, tables: Tables) -> list[EventMask]:
    """The qualified events, sorted. Raises UnsupportedFeatureError and ExpressionError."""
    return [event for life in _lives(expression, tables) for event in sorted(_masks_of(expression, life))]


def _lives(expression: CohortExpression, tables: Tables) -> Iterator[Life]:
    for refusal in refusals(expression):
        raise refusal
    return lives(tables, concept_sets=resolve(expression, tables=tables))


def _rows_of(expression: CohortExpression, life: Life) -> Iterator[CohortRow]:
    """An exit for each event, then eras, then the censor window, in this order."""
    stays = [stay(index, expression, life) for index in included_events(expression, life)]
    for era in merge((one for one in stays if one is not None), gap=expression.era_pad):
        kept = clip(era, expression.censor_window)
        if kept is not None:
            yield CohortRow(life.person_id, kept.start, kept.end)


def _masks_of(expression: CohortExpression, life: Life) -> Iterator[EventMask]:
    for index in qualified_events(expression, life):
        yield EventMask(life.person_id, index.start, mask(index, expression.rules, life))
