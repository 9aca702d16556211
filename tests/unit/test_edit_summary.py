"""A cohort in one sentence, and the questions that come back."""

import pytest

from maillage.cohort.edit import (
    TEMPLATES,
    AddRule,
    EditError,
    SetSex,
    SetYears,
    change,
    new_document,
    outline,
    summary,
)
from tests.support.builder import JOURNEYS, build, term

SUMMARIES = {
    "diabetes": "Personnes (de 18 à 79 ans) qui ont eu le premier diagnostic de la liste "
    "« Diabète de type 2 », à partir du 1er janvier 2020 : metformine, dans les 90 jours après ; sans "
    "insulines et analogues, avant ; hémoglobine glyquée (HbA1c) ≥ 8 %, dans les 12 mois avant.",
    "hip": "Personnes (76 ans ou plus) qui ont eu un diagnostic de la liste « Fracture du col du fémur et 2 "
    "autres codes » (hospitalisation) : décès (dans les 30 jours après) ou réhospitalisation (dans les 30 "
    "jours après la fin).",
    "pregnancy": "Femmes qui ont eu un diagnostic de la liste « Accouchement » (hospitalisation) : "
    "prééclampsie, pendant le même séjour ; sans maladies hypertensives, avant.",
}


@pytest.mark.parametrize("name", SUMMARIES)
def test_a_cohort_in_one_sentence(name: str) -> None:
    assert summary(build(JOURNEYS[name])).replace("\u00a0", " ") == SUMMARIES[name]


def test_a_draft_says_what_it_lacks() -> None:
    draft = change(new_document(), AddRule(term("A10BA02")))
    assert summary(draft).replace("\u00a0", " ") == (
        "Personnes dont l’événement d’entrée n’est pas encore choisi : metformine."
    )


def test_conditions_without_a_word_are_not_passed_over() -> None:
    document = build(JOURNEYS["hip"])
    document["PrimaryCriteria"]["CriteriaList"][0]["ConditionOccurrence"]["StopReason"] = {"Text": "x"}
    assert "sous d’autres conditions" in summary(document)
    both = change(document, SetSex("entry", ("F", "M")))
    assert summary(both).startswith("Femmes ou hommes (76 ans ou plus)")
    assert "sous d’autres" not in summary(change(build(JOURNEYS["hip"]), SetYears("entry")))


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("then", "Insuffisance cardiaque, dans les 30 jours après"),
        ("before", "Insuffisance cardiaque, dans les 30 jours avant"),
        ("never-before", "Sans insuffisance cardiaque, avant"),
        ("same-stay", "Insuffisance cardiaque, pendant le même séjour"),
    ],
)
def test_a_question_that_comes_back_is_two_edits(key: str, name: str) -> None:
    template = TEMPLATES[key]
    shown = outline(build(template.edits(term("E11"), term("I50"), days=30)))
    assert [rule.name for rule in shown.rules] == [name]
    assert template.name
    if template.counts_days:
        with pytest.raises(EditError, match="nombre de jours"):
            template.edits(term("E11"), term("I50"))


def test_every_question_that_comes_back_is_tried() -> None:
    assert len(TEMPLATES) == 4
