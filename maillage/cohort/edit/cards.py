"""From a criterion to its card."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from maillage.base.i18n import _
from maillage.cohort.edit.kinds import KINDS, PERSON_ATTRIBUTES, SOURCES, attribute_of, controls_of, word_of
from maillage.cohort.edit.lists import concepts_name
from maillage.cohort.edit.model import (
    DISTINCT_BY,
    Card,
    Control,
    Distinct,
    Length,
    Occurs,
    Sense,
    TermLine,
    Times,
)
from maillage.cohort.edit.traits import read_age, read_choice, read_length, read_value, read_years
from maillage.cohort.edit.windows import read_when
from maillage.cohort.explain.anchors import Anchor, event_anchor
from maillage.cohort.explain.conditions import condition_lines, demographic_lines
from maillage.cohort.explain.criteria import correlated_phrase, event_phrase, scope_phrases
from maillage.cohort.explain.grammar import clean, sentence, typeset
from maillage.cohort.explain.names import Names
from maillage.cohort.explain.windows import end_phrase, start_phrase
from maillage.cohort.expression import (
    ConceptSet,
    Correlated,
    CountColumn,
    Criterion,
    Demographic,
    Occurrence,
    OccurrenceType,
)
from maillage.cohort.expression.values import CodesetRef, ConceptList, DateRange, NumberRange, Value
from maillage.warehouse.vocabulary.badges import badge_of

_TIMES = {
    OccurrenceType.AT_LEAST: Times.AT_LEAST,
    OccurrenceType.AT_MOST: Times.AT_MOST,
    OccurrenceType.EXACTLY: Times.EXACTLY,
}
_TRAITS = {
    Control.SEX: "sex",
    Control.STAY: "stay",
    Control.STATUS: "status",
    Control.PLACE: "place",
    Control.ANSWER: "answer",
}


@dataclass(frozen=True)
class Lists:
    """The lists of a document, what they are called, and how many criteria use each."""

    names: Names
    sets: Mapping[int, ConceptSet]
    uses: Counter[int]


def read_terms(found: ConceptSet | None) -> tuple[TermLine, ...]:
    """The lines of a list."""
    return tuple(
        TermLine(
            item.concept.id,
            clean(item.concept.name or "") or _("sans libellé"),
            clean(item.concept.code or ""),
            item.concept.vocabulary or "",
            badge_of(item.concept.vocabulary or ""),
            item.descendants,
            item.exclude,
            item.mapped,
        )
        for item in (found.items if found else ())
    )


def entry_card(path: str, criterion: Criterion, lists: Lists) -> Card:
    """The card of an entry event; its own date is the entry date."""
    phrase = event_phrase(criterion, lists.names)
    card = _card(path, criterion, lists, phrase=phrase)
    if card.age is None:
        return card
    return replace(card, age=replace(card.age, anchor=_("à l’événement d’entrée")))


def event_card(path: str, correlated: Correlated, lists: Lists, anchor: Anchor) -> Card:
    """The card of events counted around an index event."""
    phrase = correlated_phrase(correlated, lists.names, anchor)
    card = _card(path, correlated.criterion, lists, phrase=phrase)
    stay = scope_phrases(replace(correlated, ignore_observation_period=False, occurrence=_ANY), anchor)
    words = ", ".join(phrase for phrase in (start_phrase(correlated, anchor), *stay) if phrase)
    window, event = correlated.start_window, anchor.event
    when = read_when(window, same_stay=correlated.restrict_visit, words=words, event=event)
    return replace(
        card,
        sense=sense_of(correlated.occurrence),
        occurs=_occurs(correlated),
        when=when,
        kept=(*_kept_around(correlated, anchor), *card.kept),
        controls=card.controls | {Control.SENSE, Control.OCCURRENCE, Control.WINDOW},
    )


_ANY = Occurrence(OccurrenceType.AT_LEAST, 1)


def sense_of(occurrence: Occurrence) -> Sense:
    """What a count of events does to who enters."""
    if occurrence.type is OccurrenceType.AT_LEAST:
        return Sense.INCLUDE
    return Sense.EXCLUDE if occurrence.count == 0 else Sense.LIMIT


def _occurs(correlated: Correlated) -> Occurs:
    found = correlated.occurrence
    return Occurs(_TIMES[found.type], found.count, distinct_of(found), _other_count(correlated))


def distinct_of(occurrence: Occurrence) -> Distinct:
    """What makes events count once, of what there is to choose."""
    column = occurrence.count_column or CountColumn.DOMAIN_CONCEPT
    known = occurrence.distinct and column.value in DISTINCT_BY
    return Distinct(column.value) if known else Distinct.NOTHING


def _other_count(correlated: Correlated) -> str:
    found = correlated.occurrence
    if not found.distinct or distinct_of(found):
        return ""
    bare = replace(correlated, restrict_visit=False, ignore_observation_period=False)
    return scope_phrases(bare, _NOWHERE)[0]


_NOWHERE = Anchor("", "", "")


def _kept_around(correlated: Correlated, anchor: Anchor) -> tuple[str, ...]:
    """What the controls of a window and of a count cannot say."""
    outside = replace(correlated, restrict_visit=False, occurrence=_ANY)
    phrases = [end_phrase(correlated, anchor), *scope_phrases(outside, anchor), _other_count(correlated)]
    return tuple(typeset(sentence(phrase)) for phrase in phrases if phrase)


def _card(path: str, criterion: Criterion, lists: Lists, *, phrase: str) -> Card:
    given = dict(criterion.attributes)
    source = SOURCES.get(criterion.domain, "")
    codes = "CodesetId" if "CodesetId" in given or source not in given else source
    lines = condition_lines(criterion, lists.names, ranked=False)
    traits = _traits(criterion, lists)
    handled = {codes, *_handled(criterion, traits)}
    chosen = _codeset(given.get(codes), lists)
    return Card(
        path,
        KINDS[criterion.domain],
        word_of(criterion.domain),
        label=_with_length(_label(criterion, chosen, lists, traits), traits),
        sense=Sense.INCLUDE,
        sentence=typeset(sentence(_with_length(phrase if chosen else f"{phrase},", traits).rstrip(","))),
        controls=controls_of(criterion.domain),
        terms=read_terms(chosen),
        codes=_codes_name(chosen),
        shared=lists.uses[chosen.id] - 1 if chosen else 0,
        source_codes=codes != "CodesetId",
        told=tuple((_control(criterion, about, codes=codes), typeset(line)) for about, line in lines),
        kept=tuple(typeset(line) for about, line in lines if about not in handled),
        first=criterion.has("First"),
        **traits,
    )


def _with_length(text: str, traits: Mapping[str, Any]) -> str:
    """With how long the events last: stays of any length are others."""
    length: Length | None = traits.get("length")
    return f"{text} {length.words}" if length and length.exact else text


def _codeset(found: Value | None, lists: Lists) -> ConceptSet | None:
    return lists.sets.get(found.codeset_id) if isinstance(found, CodesetRef) else None


def _codes_name(found: ConceptSet | None) -> str:
    """What the codes of a list are, whatever the list is called; empty where some have but a number."""
    counted, excluded = dict[int, str](), dict[int, str]()
    for item in found.items if found else ():
        one = item.concept
        (excluded if item.exclude else counted)[one.id] = clean(one.name or one.code or "")
    return concepts_name(counted, excluded) if counted and all((counted | excluded).values()) else ""


def _label(criterion: Criterion, chosen: ConceptSet | None, lists: Lists, traits: Mapping[str, Any]) -> str:
    if chosen is not None:
        return clean(chosen.name) or _("liste sans nom")
    if traits.get("place"):
        return ", ".join(traits["place"].names).capitalize()
    found = dict(criterion.attributes).get("CodesetId")
    if isinstance(found, CodesetRef):
        return lists.names.concept_set(found.codeset_id)
    return word_of(criterion.domain)


def _traits(criterion: Criterion, lists: Lists) -> dict[str, Any]:
    """The card's fields that controls edit, from the attributes that the criterion has."""
    given = dict(criterion.attributes)
    found: dict[str, Any] = {}
    for control, trait in _TRAITS.items():
        value = given.get(attribute_of(criterion.domain, control) or "")
        if isinstance(value, ConceptList):
            found[trait] = read_choice(value, trait)
    value = given.get("ValueAsNumber")
    if isinstance(value, NumberRange):
        units = given.get("Unit")
        found["value"] = read_value(value, units if isinstance(units, ConceptList) else None)
    return found | _dated(criterion, lists)


def _dated(criterion: Criterion, lists: Lists) -> dict[str, Any]:
    given, found = dict(criterion.attributes), dict[str, Any]()
    words = dict(condition_lines(criterion, lists.names, ranked=False))
    age = attribute_of(criterion.domain, Control.AGE) or ""
    if isinstance(value := given.get(age), NumberRange):
        anchor = _("à {date}").format(date=event_anchor(criterion).start)
        found["age"] = read_age(value, words=typeset(words[age]), anchor=anchor)
    length = attribute_of(criterion.domain, Control.LENGTH) or ""
    if isinstance(value := given.get(length), NumberRange):
        found["length"] = read_length(value, words=typeset(words[length]))
    years = attribute_of(criterion.domain, Control.YEARS) or ""
    if isinstance(value := given.get(years), DateRange):
        found["years"] = read_years(value, words=typeset(words[years]))
    return found


def _control(criterion: Criterion, about: str, *, codes: str) -> str:
    """The control that edits an attribute; empty where none does."""
    units = dict(criterion.attributes).get("Unit")
    kept_out = isinstance(units, ConceptList) and units.exclude
    named = {codes: Control.TERMS.value, "Unit": "" if kept_out else Control.VALUE.value}
    found = (one.value for one in Control if attribute_of(criterion.domain, one) == about)
    return named.get(about) or next(found, "")


def _handled(criterion: Criterion, traits: Mapping[str, Any]) -> set[str]:
    """The attributes that the controls tell exactly."""
    names = {"First"}
    fields = _TRAITS | {Control.AGE: "age", Control.YEARS: "years", Control.LENGTH: "length"}
    for control, trait in fields.items():
        if trait in traits and traits[trait].exact:
            names.add(attribute_of(criterion.domain, control) or "")
    if "value" in traits:
        names |= {"ValueAsNumber", "Unit"}
    return names


def person_card(path: str, demographic: Demographic, lists: Lists, anchor: Anchor) -> Card:
    """The card of conditions on the person of an index event."""
    lines = demographic_lines(demographic, lists.names, anchor)
    traits = _person_traits(demographic, dict(lines), anchor)
    handled = {PERSON_ATTRIBUTES[Control(trait)] for trait, one in traits.items() if one.exact}
    told = [(_PERSON_CONTROLS.get(about, ""), typeset(line)) for about, line in lines]
    text = " ".join(line for _control, line in told) or _(
        "Aucune condition sur la personne : toujours satisfait."
    )
    return Card(
        path,
        "person",
        _("Personne"),
        label=text,
        sense=Sense.INCLUDE,
        sentence=text,
        controls=frozenset(PERSON_ATTRIBUTES),
        told=tuple(told) or (("", text),),
        kept=tuple(typeset(line) for about, line in lines if about not in handled),
        **traits,
    )


_PERSON_CONTROLS = {name: control.value for control, name in PERSON_ATTRIBUTES.items()}


def _person_traits(demographic: Demographic, words: Mapping[str, str], anchor: Anchor) -> dict[str, Any]:
    given, found = dict(demographic.attributes), dict[str, Any]()
    if isinstance(value := given.get("Age"), NumberRange):
        at = _("à {date}").format(date=anchor.start)
        found["age"] = read_age(value, words=typeset(words["Age"]), anchor=at)
    if isinstance(value := given.get("Gender"), ConceptList):
        found["sex"] = read_choice(value, "sex")
    if isinstance(value := given.get("OccurrenceStartDate"), DateRange):
        found["years"] = read_years(value, words=typeset(words["OccurrenceStartDate"]))
    return found
