"""When a membership ends, and the merging of periods that touch."""

from collections.abc import Iterable
from datetime import date
from typing import NamedTuple

from maillage.cohort.expression import (
    DOMAINS,
    CohortExpression,
    CustomEraExit,
    DateField,
    DateOffsetExit,
)
from maillage.cohort.expression.values import Period
from maillage.cohort.reference.events import Observed, add_days, row_end
from maillage.cohort.reference.groups import correlated_events_of
from maillage.cohort.reference.tables import Life, Row
from maillage.cohort.reference.truth import is_among


class Stay(NamedTuple):
    """Days from the first to the last, both included."""

    start: date
    end: date


def stay(index: Observed, expression: CohortExpression, life: Life) -> Stay | None:
    """From the event to the earliest of its possible ends that does not precede it; None without any."""
    ends = [*_strategy_ends(index, expression, life), *_censoring_days(index, expression, life)]
    possible = [end for end in ends if end is not None and end >= index.start]
    return Stay(index.start, min(possible)) if possible else None


def _strategy_ends(index: Observed, expression: CohortExpression, life: Life) -> list[date | None]:
    match expression.exit:
        case None:
            return [index.period_end]
        case DateOffsetExit() as exit_rule:
            return [_offset_end(index, exit_rule)]
        case CustomEraExit() as era:
            return [index.period_end, *(one.end for one in _treatment(era, life) if _holds(one, index.start))]


def _offset_end(index: Observed, exit_rule: DateOffsetExit) -> date | None:
    """The shifted date, at most the end of the observation period."""
    day = index.start if exit_rule.field is DateField.START else index.event.end
    shifted = add_days(day, exit_rule.offset)
    return None if shifted is None else min(shifted, index.period_end)


def _holds(one: Stay, day: date) -> bool:
    return one.start <= day <= one.end


def _treatment(era: CustomEraExit, life: Life) -> list[Stay]:
    """Eras of exposure to the drugs of the set, by their standard or their source concept.

    Exposures at most gap and offset apart are one era, which ends offset days after the last of them.
    """
    drugs = life.concept_sets[era.codeset_id]
    exposures = [
        _exposure(row, era)
        for row in life.rows("drug_exposure")
        if is_among(row.get("drug_concept_id"), drugs) or is_among(row.get("drug_source_concept_id"), drugs)
    ]
    merged = merge(exposures, gap=era.gap_days + era.offset)
    return [Stay(one.start, add_days(one.end, era.offset) or one.end) for one in merged]


def _exposure(row: Row, era: CustomEraExit) -> Stay:
    domain = DOMAINS["DrugExposure"]
    start: date = row[domain.start]
    end = row_end(row, domain)
    if era.days_supply_override is not None:
        end = add_days(start, era.days_supply_override)
    return Stay(start, end or start)


def _censoring_days(index: Observed, expression: CohortExpression, life: Life) -> list[date | None]:
    """The days of censoring events, from the event to the end of its observation period."""
    events = [event for criterion in expression.censoring for event in correlated_events_of(criterion, life)]
    return [event.start for event in events if event.start is not None and event.start <= index.period_end]


def merge(stays: Iterable[Stay], *, gap: int) -> list[Stay]:
    """Stays at most `gap` days apart become one."""
    merged: list[Stay] = []
    for one in sorted(stays):
        if merged and (one.start - merged[-1].end).days <= gap:
            merged[-1] = Stay(merged[-1].start, max(merged[-1].end, one.end))
        else:
            merged.append(one)
    return merged


def clip(one: Stay, window: Period) -> Stay | None:
    """The part within the window; None where that is no day."""
    start = max(one.start, window.start or date.min)
    end = min(one.end, window.end or date.max)
    return Stay(start, end) if start <= end else None
