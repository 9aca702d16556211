"""What an attribute's value asks, as the end of a line `what: condition`."""

from collections.abc import Callable

from maillage.base.i18n import _
from maillage.cohort.explain.grammar import day, days_or_part, number, one_of, quote_exactly, years
from maillage.cohort.explain.names import Names
from maillage.cohort.explain.words.attributes import DAYS
from maillage.cohort.explain.words.comparisons import DATES, NUMBERS, TEXTS
from maillage.cohort.expression.domains import Attribute, Derived
from maillage.cohort.expression.values import (
    CodesetRef,
    ConceptList,
    ConceptSetChoice,
    DateRange,
    NumberRange,
    TextFilter,
    Value,
)

_AGES = (Derived.AGE_AT_START, Derived.AGE_AT_END)


def value_phrase(attribute: Attribute, value: Value, names: Names) -> str:
    """The condition that the value sets. Flags and periods are worded with their criterion, not here."""
    match value:
        case NumberRange():
            return _number_phrase(value, _unit_of(attribute))
        case DateRange():
            high = day(value.extent) if value.extent else ""
            return _(DATES[value.op]).format(low=day(value.value), high=high)
        case TextFilter():
            return _(TEXTS[value.op]).format(text=quote_exactly(value.text))
        case ConceptList():
            return _concepts_phrase(value, names)
        case ConceptSetChoice():
            return _choice_phrase(value, names)
        case CodesetRef():
            return _("dans la liste {list}").format(list=names.concept_set(value.codeset_id))
        case _:
            raise TypeError(f"no words for {type(value).__name__}")


def _unit_of(attribute: Attribute) -> Callable[[float], str]:
    if attribute.column in _AGES:
        return years
    if attribute.column == Derived.LENGTH or attribute.name in DAYS:
        return days_or_part
    return number


def _number_phrase(value: NumberRange, unit: Callable[[float], str]) -> str:
    high = unit(value.extent) if value.extent is not None else ""
    return _(NUMBERS[value.op]).format(low=unit(value.value), high=high)


def _concepts_phrase(value: ConceptList, names: Names) -> str:
    labels = one_of(list(dict.fromkeys(names.concept(concept) for concept in value.concepts)))
    return _("tout sauf {values}").format(values=labels) if value.exclude else labels


def _choice_phrase(value: ConceptSetChoice, names: Names) -> str:
    match value.codeset_id, value.exclude:
        case None, True:
            return _("valeur absente")
        case None, False:
            return _("valeur présente, quelle qu’elle soit")
        case codeset_id, True:
            return _("hors de la liste {list}").format(list=names.concept_set(codeset_id))
        case codeset_id, False:
            return _("dans la liste {list}").format(list=names.concept_set(codeset_id))
