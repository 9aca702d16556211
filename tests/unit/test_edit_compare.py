"""What changed between two versions is said in sentences."""

import pytest

from maillage.cohort.edit import (
    AddEntry,
    AddRule,
    Edit,
    Move,
    Place,
    Remove,
    Rename,
    Sense,
    SetAge,
    SetObservation,
    SetTitle,
    SetWhich,
    SetWindow,
    ToggleDescendants,
    Verb,
    Which,
    at,
    change,
    compare,
)
from tests.support.builder import JOURNEYS, build, term
from tests.support.circe import cohort, concept_set, correlated, group

INCLUDED = "l’événement d’entrée, jour même compris"
OLD = build(JOURNEYS["diabetes"])


@pytest.mark.parametrize(
    ("edit", "verb", "text"),
    [
        (SetTitle("Mon étude"), Verb.CHANGED, "Le titre a changé."),
        (AddEntry(term("I50")), Verb.ADDED, "Événement d’entrée ajouté : Insuffisance cardiaque."),
        (SetAge("entry", 18, 60), Verb.CHANGED, "Événement d’entrée modifié : Diabète de type 2."),
        (
            ToggleDescendants("entry.0", term("E11").concept_id),
            Verb.CHANGED,
            "Événement d’entrée modifié : Diabète de type 2.",
        ),
        (SetObservation(365), Verb.CHANGED, "L’observation exigée a changé."),
        (
            AddRule(term("I50"), Sense.EXCLUDE),
            Verb.ADDED,
            "Critère ajouté : Sans insuffisance cardiaque, avant l’événement d’entrée.",
        ),
        (
            Remove("rule.1"),
            Verb.REMOVED,
            "Critère retiré : Sans insulines et analogues, avant l’événement d’entrée.",
        ),
        (
            SetWindow("rule.0", at(Place.ON_OR_AFTER, 180)),
            Verb.CHANGED,
            "Critère modifié : Metformine, dans les 180 jours après l’événement d’entrée, jour même compris.",
        ),
        (
            Rename("rule.0", "Biguanide"),
            Verb.RENAMED,
            f"Critère renommé : « Metformine, dans les 90 jours après {INCLUDED} » devient « Biguanide ».",
        ),
        (Move("rule.0", 1), Verb.MOVED, "Critères mis dans un autre ordre."),
    ],
    ids=lambda value: type(value).__name__,
)
def test_one_edit_is_one_change(edit: Edit, verb: Verb, text: str) -> None:
    changes = compare(OLD, change(OLD, edit))
    assert [(one.verb, one.text) for one in changes] == [(verb, text)]


def test_a_change_tells_what_was_said_and_what_is() -> None:
    (found,) = compare(OLD, change(OLD, SetAge("entry", 18, 60)))
    assert [line.replace("\u00a0", " ") for line in (*found.before, *found.after)] == [
        "Âge à la date de début de ce diagnostic : de 18 ans à 79 ans, bornes comprises.",
        "Âge à la date de début de ce diagnostic : de 18 ans à 60 ans, bornes comprises.",
    ]


def test_versions_that_say_the_same_have_no_change() -> None:
    assert compare(OLD, OLD) == []
    back = change(change(OLD, SetObservation(9)), SetObservation(0))
    assert compare(OLD, back) == []


def test_the_choice_of_events_is_told_with_its_limits() -> None:
    texts = [one.text for one in compare(OLD, change(OLD, SetWhich(Which.EVERY)))]
    assert "Le choix de l’événement d’entrée a changé." in texts


def test_two_cohorts_without_anything_in_common() -> None:
    changes = compare(build(JOURNEYS["hip"]), build(JOURNEYS["covid"]))
    assert {one.verb for one in changes} == {Verb.ADDED, Verb.REMOVED}


def test_a_concept_that_changes_among_the_conditions_of_the_entry_is_told() -> None:
    """Two concepts may bear one name, or none."""
    old, new = (
        cohort(
            {"ConditionOccurrence": {"CodesetId": 0}},
            ConceptSets=[concept_set(0, 1), concept_set(1, found)],
            AdditionalCriteria=group(correlated({"DrugExposure": {"CodesetId": 1}})),
        )
        for found in (7, 8)
    )
    (told,) = compare(old, new)
    assert told.text == "Les conditions attachées à l’événement d’entrée ont changé."
