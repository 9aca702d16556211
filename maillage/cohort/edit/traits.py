"""Values of attributes as controls show them. What a control cannot say exactly is told so."""

import math
from datetime import timedelta

from maillage.base.i18n import _, ngettext
from maillage.cohort.edit.model import Age, Choice, Length, Unit, Value, Years
from maillage.cohort.edit.options import OPTIONS
from maillage.cohort.edit.units import word_unit
from maillage.cohort.explain.grammar import number, one_of
from maillage.cohort.explain.words.comparisons import NUMBERS
from maillage.cohort.expression.values import Comparison, ConceptList, DateRange, NumberRange

_DAY = timedelta(days=1)


def read_age(found: NumberRange, *, words: str, anchor: str) -> Age:
    """Ages are whole: more than 17 is 18 or more."""
    bounds = _whole_bounds(found)
    return Age(*(bounds or (None, None)), words=words, anchor=anchor, exact=bounds is not None)


def _whole_bounds(found: NumberRange) -> tuple[int | None, int | None] | None:
    low, high = found.value, found.value if found.extent is None else found.extent
    match found.op:
        case Comparison.GTE:
            return math.ceil(low), None
        case Comparison.GT:
            return math.floor(low) + 1, None
        case Comparison.LTE:
            return None, math.floor(low)
        case Comparison.LT:
            return None, math.ceil(low) - 1
        case Comparison.EQ | Comparison.BETWEEN:
            return math.ceil(low), math.floor(high)
        case _:
            return None


def read_length(found: NumberRange, *, words: str) -> Length:
    """Days are whole; `words` tell what bounds do not."""
    bounds = _whole_bounds(found)
    if bounds is None:
        return Length(None, None, words, exact=False)
    return Length(*bounds, words=length_words(*bounds))


def length_words(least: int | None, most: int | None) -> str:
    """What follows the event's name: `d’au moins 7 jours`."""
    match least, most:
        case int(), int() if least == most:
            return ngettext("d’un jour exactement", "de {count} jours exactement", least).format(count=least)
        case int(), int():
            return _("de {least} à {most} jours").format(least=least, most=most)
        case int(), None:
            return ngettext("d’au moins {count} jour", "d’au moins {count} jours", least).format(count=least)
        case None, int():
            return ngettext("d’au plus {count} jour", "d’au plus {count} jours", most).format(count=most)
        case _:
            return ""


def read_years(found: DateRange, *, words: str) -> Years:
    """Dates with both bounds included."""
    match found.op:
        case Comparison.GTE:
            return Years(found.value, None, words)
        case Comparison.GT:
            return Years(found.value + _DAY, None, words)
        case Comparison.LTE:
            return Years(None, found.value, words)
        case Comparison.LT:
            return Years(None, found.value - _DAY, words)
        case Comparison.EQ | Comparison.BETWEEN:
            return Years(found.value, found.extent or found.value, words)
        case _:
            return Years(None, None, words, exact=False)


def read_value(found: NumberRange, units: ConceptList | None) -> Value:
    """A number, with the units in which it counts."""
    known = units.concepts if units and not units.exclude else ()
    named = tuple(Unit(one.id, one.code or "", one.name or "") for one in known)
    high = found.extent
    text = _(NUMBERS[found.op]).format(low=number(found.value), high="" if high is None else number(high))
    if named:
        text = _("{value}, en {units}").format(
            value=text, units=one_of([word_unit(unit) or str(unit.concept_id) for unit in named])
        )
    return Value(found.op, found.value, high, named, text)


def read_choice(found: ConceptList, trait: str) -> Choice:
    """Concepts by the options that say them."""
    given = {concept.id for concept in found.concepts}
    fitting = [one for one in OPTIONS[trait] if {concept.id for concept in one.concepts} <= given]
    said = {concept.id for one in fitting for concept in one.concepts}
    exact = said == given and not found.exclude
    names = [one.name for one in fitting] if said == given else _names(found)
    return Choice(tuple(one.key for one in fitting), tuple(names), found.exclude, exact=exact)


def _names(found: ConceptList) -> list[str]:
    return [one.name or _("concept {id}").format(id=one.id) for one in found.concepts]
