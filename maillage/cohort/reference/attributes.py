"""Whether an event has an attribute: what is looked at, and the condition on it."""

from collections.abc import Mapping
from typing import Any

from maillage.cohort.expression.domains import Attribute, Derived, Place
from maillage.cohort.expression.values import (
    CodesetRef,
    ConceptList,
    ConceptSetChoice,
    DateRange,
    NumberRange,
    TextFilter,
    Value,
)
from maillage.cohort.reference.events import Event, days_between
from maillage.cohort.reference.tables import Life, Row
from maillage.cohort.reference.truth import Truth, any_true, compare, is_among, matches, negated

ABNORMALLY_HIGH, ABNORMALLY_LOW = 4155142, 4155143
"""SNOMED, as OMOP numbers them."""

_NO_ROW: Row = {}


def has_attribute(event: Event, attribute: Attribute, value: Value, life: Life) -> Truth:
    """Whether the condition of one attribute holds; the person of an age, a visit or a site must exist."""
    if attribute.column == Derived.ABNORMAL:
        return _is_abnormal(event.row)
    if attribute.place is Place.DERIVED:
        return satisfies(_derived(Derived(attribute.column), event, life), value, life.concept_sets)
    looked_at = _row_looked_at(attribute.place, event, life)
    if looked_at is None:
        return False
    return satisfies(looked_at.get(attribute.column), value, life.concept_sets)


def _row_looked_at(place: Place, event: Event, life: Life) -> Row | None:
    row = event.row
    match place:
        case Place.CODE | Place.EVENT:
            return row
        case Place.PERSON:
            return life.find("person", "person_id", life.person_id)
        case Place.VISIT:
            return life.find("visit_occurrence", "visit_occurrence_id", row.get("visit_occurrence_id"))
        case Place.PROVIDER:
            # Alone among them, an unknown provider is one without a specialty.
            return life.find("provider", "provider_id", row.get("provider_id")) or _NO_ROW
        case Place.CARE_SITE:
            return life.find("care_site", "care_site_id", row.get("care_site_id"))
        case Place.DERIVED | Place.STRUCTURE:
            raise AssertionError(f"{place} is no row")


def _derived(what: Derived, event: Event, life: Life) -> Any:
    match what:
        case Derived.START_DATE:
            return event.start
        case Derived.END_DATE:
            return event.end
        case Derived.AGE_AT_START | Derived.AGE_AT_END:
            day = event.start if what is Derived.AGE_AT_START else event.end
            person = life.find("person", "person_id", life.person_id) or _NO_ROW
            born = person.get("year_of_birth")
            return None if day is None or born is None else day.year - born
        case Derived.LENGTH:
            return days_between(event.start, event.end)
        case Derived.LOW_RATIO:
            return _ratio(event.row, "range_low")
        case Derived.HIGH_RATIO:
            return _ratio(event.row, "range_high")
        case Derived.ABNORMAL:
            raise AssertionError("a condition, not a value")


def _ratio(row: Row, bound: str) -> float | None:
    value, divisor = row.get("value_as_number"), row.get(bound)
    return None if value is None or divisor is None or divisor == 0 else value / divisor


def _is_abnormal(row: Row) -> Truth:
    value, low, high = (row.get(name) for name in ("value_as_number", "range_low", "range_high"))
    return any_true(
        [
            None if value is None or low is None else value < low,
            None if value is None or high is None else value > high,
            is_among(row.get("value_as_concept_id"), (ABNORMALLY_HIGH, ABNORMALLY_LOW)),
        ]
    )


def satisfies(found: Any, wanted: Value, concept_sets: Mapping[int, frozenset[int]]) -> Truth:
    """Whether what was found in a column or computed is what the attribute wants."""
    match wanted:
        case NumberRange():
            return compare(found, wanted.op, wanted.value, wanted.extent)
        case DateRange():
            return compare(found, wanted.op, wanted.value, wanted.extent)
        case TextFilter():
            return matches(found, wanted)
        case ConceptList():
            listed = is_among(found, [concept.id for concept in wanted.concepts])
            return negated(listed) if wanted.exclude else listed
        case ConceptSetChoice():
            return _is_chosen(found, wanted, concept_sets)
        case CodesetRef():
            return is_among(found, concept_sets[wanted.codeset_id])
        case _:
            raise AssertionError(f"{type(wanted).__name__} is no condition")


def _is_chosen(found: Any, wanted: ConceptSetChoice, concept_sets: Mapping[int, frozenset[int]]) -> Truth:
    """Without a set: any concept at all, or none when it is an exclusion."""
    if wanted.codeset_id is None:
        return (found is None) == wanted.exclude
    member = is_among(found, concept_sets[wanted.codeset_id])
    return negated(member) if wanted.exclude else member
