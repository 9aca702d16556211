"""Attribute values from and to their Circe JSON, one pair of functions per shape."""

from collections.abc import Callable, Mapping
from operator import itemgetter
from typing import Any

from maillage.base.i18n import _
from maillage.cohort.circe.reader import Reader
from maillage.cohort.expression.domains import Attribute, Shape
from maillage.cohort.expression.values import (
    Attributes,
    CodesetRef,
    Comparison,
    Concept,
    ConceptList,
    ConceptSetChoice,
    DateRange,
    NumberRange,
    Period,
    TextFilter,
    TextMatch,
    Value,
)

_CONCEPT_KEYS: Mapping[str, str] = {
    "name": "CONCEPT_NAME",
    "code": "CONCEPT_CODE",
    "vocabulary": "VOCABULARY_ID",
    "domain": "DOMAIN_ID",
    "concept_class": "CONCEPT_CLASS_ID",
    "standard": "STANDARD_CONCEPT",
    "invalid_reason": "INVALID_REASON",
}
# Captions say a flag again in words; dates and counts are what ATLAS knew of the concept that day.
_HARMLESS_CONCEPT_KEYS = (
    "STANDARD_CONCEPT_CAPTION",
    "INVALID_REASON_CAPTION",
    "VALID_START_DATE",
    "VALID_END_DATE",
    "RECORD_COUNT",
    "DESCENDANT_RECORD_COUNT",
    "PERSON_COUNT",
    "DESCENDANT_PERSON_COUNT",
)


def read_attributes(reader: Reader, known: tuple[Attribute, ...]) -> Attributes:
    """The attributes that an object sets. Flags that are down and empty lists are no attributes."""
    found = ((attribute.name, _READERS[attribute.shape](reader, attribute)) for attribute in known)
    return tuple(sorted(((name, value) for name, value in found if value is not None), key=itemgetter(0)))


def _read_flag(reader: Reader, attribute: Attribute) -> Value | None:
    return reader.flag(attribute.name) or None


def _read_codeset(reader: Reader, attribute: Attribute) -> Value | None:
    found = reader.optional_integer(attribute.name)
    return None if found is None else CodesetRef(found)


def _read_concepts(reader: Reader, attribute: Attribute) -> Value | None:
    exclude = reader.flag(attribute.exclude_flag) if attribute.exclude_flag else False
    concepts = tuple(read_concept(child) for child in reader.children(attribute.name))
    return ConceptList(concepts, exclude=exclude) if concepts else None


def _read_choice(reader: Reader, attribute: Attribute) -> Value | None:
    child = reader.optional_child(attribute.name)
    if child is None:
        return None
    choice = ConceptSetChoice(child.optional_integer("CodesetId"), exclude=child.flag("IsExclusion"))
    child.finish()
    return choice


def _read_number(reader: Reader, attribute: Attribute) -> Value | None:
    child = reader.optional_child(attribute.name)
    if child is None:
        return None
    op = _read_op(child)
    extent = child.number("Extent") if op.takes_two else None
    child.finish(harmless=("Extent",))
    return NumberRange(op, child.number("Value"), extent)


def _read_date(reader: Reader, attribute: Attribute) -> Value | None:
    child = reader.optional_child(attribute.name)
    if child is None:
        return None
    op = _read_op(child)
    extent = child.date("Extent") if op.takes_two else None
    value = child.date("Value")
    child.finish(harmless=("Extent",))
    return DateRange(op, value, extent)


def _read_op(reader: Reader) -> Comparison:
    reader.get("Value")
    return reader.choice("Op", Comparison)


def _read_text(reader: Reader, attribute: Attribute) -> Value | None:
    child = reader.optional_child(attribute.name)
    if child is None:
        return None
    found = TextFilter(child.choice("Op", TextMatch, TextMatch.EQ), child.text("Text"))
    child.finish()
    return found


def _read_period(reader: Reader, attribute: Attribute) -> Value | None:
    child = reader.optional_child(attribute.name)
    return (read_period(child) or None) if child else None


_READERS: Mapping[Shape, Callable[[Reader, Attribute], Value | None]] = {
    Shape.FLAG: _read_flag,
    Shape.CODESET: _read_codeset,
    Shape.CONCEPTS: _read_concepts,
    Shape.CONCEPT_SET: _read_choice,
    Shape.NUMBER: _read_number,
    Shape.DATE: _read_date,
    Shape.TEXT: _read_text,
    Shape.PERIOD: _read_period,
}


def read_period(reader: Reader) -> Period:
    """A stretch of time; an empty object is the one without bounds."""
    period = Period(reader.optional_date("StartDate"), reader.optional_date("EndDate"))
    reader.finish()
    return period


def read_concept(reader: Reader) -> Concept:
    """One concept as ATLAS describes it; only its id is required."""
    if not reader.has("CONCEPT_ID"):
        raise reader.fail(_("un concept sans CONCEPT_ID."), remedy=_("Donnez l’identifiant OMOP du concept."))
    texts = {name: reader.optional_text(key) for name, key in _CONCEPT_KEYS.items()}
    concept = Concept(reader.integer("CONCEPT_ID"), **texts)
    reader.finish(harmless=_HARMLESS_CONCEPT_KEYS)
    return concept


_STANDARD_CAPTIONS = {"N": "Non-Standard", "S": "Standard", "C": "Classification"}
_INVALID_CAPTIONS = {"V": "Valid", "D": "Invalid", "U": "Invalid"}


def write_concept(concept: Concept) -> dict[str, Any]:
    """The concept with the captions that ATLAS shows."""
    written: dict[str, Any] = {"CONCEPT_ID": concept.id}
    for name, key in _CONCEPT_KEYS.items():
        if (value := getattr(concept, name)) is not None:
            written[key] = value
    if concept.standard is not None:
        written["STANDARD_CONCEPT_CAPTION"] = _STANDARD_CAPTIONS.get(concept.standard, "Unknown")
    if concept.invalid_reason is not None:
        written["INVALID_REASON_CAPTION"] = _INVALID_CAPTIONS.get(concept.invalid_reason, "Unknown")
    return written


def write_attributes(attributes: Attributes, known: Mapping[str, Attribute]) -> dict[str, Any]:
    """The keys and values of an object's attributes."""
    written: dict[str, Any] = {}
    for name, value in attributes:
        written[name] = _write_value(value)
        flag = known[name].exclude_flag
        if flag and isinstance(value, ConceptList):
            written[flag] = value.exclude
    return written


def _write_value(value: Value) -> Any:
    match value:
        case bool():
            return value
        case CodesetRef():
            return value.codeset_id
        case ConceptList():
            return [write_concept(concept) for concept in value.concepts]
        case ConceptSetChoice():
            return {"CodesetId": value.codeset_id, "IsExclusion": value.exclude}
        case NumberRange():
            return _write_range(value.op, value.value, value.extent)
        case DateRange():
            extent = value.extent.isoformat() if value.extent else None
            return _write_range(value.op, value.value.isoformat(), extent)
        case TextFilter():
            return {"Text": value.text, "Op": value.op.value}
        case Period():
            return write_period(value)


def _write_range(op: Comparison, value: object, extent: object) -> dict[str, Any]:
    written: dict[str, Any] = {"Value": value, "Op": op.value}
    return written if extent is None else written | {"Extent": extent}


def write_period(period: Period) -> dict[str, Any]:
    """An object with the bounds that are set."""
    bounds = {"StartDate": period.start, "EndDate": period.end}
    return {key: bound.isoformat() for key, bound in bounds.items() if bound}
