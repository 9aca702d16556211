"""Cohorts as a person builds them: the edits of the questions that the portal must make easy."""

from collections.abc import Iterable
from datetime import date

from maillage.cohort.dsl import ShippedVocabulary
from maillage.cohort.edit import (
    AddEntry,
    AddRule,
    AddTermTo,
    AddTo,
    Document,
    Edge,
    Edit,
    Mode,
    PasteTerms,
    Place,
    Sense,
    SetAge,
    SetMode,
    SetSex,
    SetStay,
    SetWhich,
    SetYears,
    Term,
    Value,
    Which,
    at,
    change,
    new_document,
    special_terms,
)
from maillage.cohort.edit.units import find_unit
from maillage.cohort.expression.values import Comparison

SPECIAL = {one.key: one.term for one in special_terms()}


def term(code: str, vocabulary: str | None = None) -> Term:
    """A hit of the search, by its code."""
    found = ShippedVocabulary().find(code, vocabulary)
    return Term(
        found.id,
        found.name or "",
        found.code or "",
        found.vocabulary or "",
        found.domain or "",
        standard=found.standard != "N",
    )


def at_least(number: float, unit: str) -> Value:
    found = find_unit(unit)
    assert found
    return Value(Comparison.GTE, number, None, (found,))


def build(edits: Iterable[Edit]) -> Document:
    document = new_document()
    for edit in edits:
        document = change(document, edit)
    return document


JOURNEYS: dict[str, tuple[Edit, ...]] = {
    "diabetes": (
        AddEntry(term("E11")),
        SetWhich(Which.FIRST_EVER),
        SetYears("entry", since=date(2020, 1, 1)),
        SetAge("entry", 18, 79),
        AddRule(term("A10BA02"), when=at(Place.ON_OR_AFTER, 90)),
        AddRule(term("A10A"), Sense.EXCLUDE),
        AddRule(term("4548-4"), when=at(Place.ON_OR_BEFORE, 365), value=at_least(8, "%")),
    ),
    "hip": (
        PasteTerms("entry", (term("S72.0"), term("S72.1"), term("S72.2"))),
        SetStay("entry", ("inpatient",)),
        SetAge("entry", least=76),
        AddRule(SPECIAL["death"], when=at(Place.ON_OR_AFTER, 30)),
        AddTo("rule.0", SPECIAL["readmission"], when=at(Place.AFTER, 30, anchor=Edge.END)),
    ),
    "colorectal": (
        PasteTerms("entry", (term("HHFA008"), term("HHFA009"), term("HHFA010"), term("HJFA004"))),
        AddRule(term("C18"), when=at(Place.STAY)),
        AddTermTo("rule.0", term("C19")),
        AddTermTo("rule.0", term("C20")),
        AddRule(term("L01"), when=at(Place.AFTER, 56)),
    ),
    "covid": (
        AddEntry(term("U07.1")),
        AddRule(SPECIAL["intensive_care"]),
        AddRule(term("E10-E14"), when=at(Place.ON_OR_BEFORE)),
        AddTo("rule.1", term("J44"), when=at(Place.ON_OR_BEFORE)),
        AddTo("rule.1", term("I50"), when=at(Place.ON_OR_BEFORE)),
        SetMode("rule.1", Mode.AT_LEAST, 2),
    ),
    "pregnancy": (
        AddEntry(term("O80-O84")),
        SetSex("entry", ("F",)),
        SetStay("entry", ("inpatient",)),
        AddRule(term("O14"), when=at(Place.STAY)),
        AddRule(term("I10-I15"), Sense.EXCLUDE),
    ),
}
"""The five questions of the journeys. Each edit is two or three inputs at the portal."""
