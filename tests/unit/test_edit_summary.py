"""A cohort in one sentence, and the questions that come back."""

import pytest

from maillage.base.i18n import in_language
from maillage.cohort.edit import (
    TEMPLATES,
    AddEntry,
    AddRule,
    AddTermTo,
    Distinct,
    Document,
    Edge,
    Edit,
    EditError,
    Occurs,
    Place,
    Rename,
    Sense,
    SetAge,
    SetFirst,
    SetOccurrence,
    SetSense,
    SetSex,
    SetStatus,
    SetValue,
    SetWindow,
    SetYears,
    Times,
    Value,
    When,
    at,
    change,
    new_document,
    outline,
    summary,
)
from maillage.cohort.expression.values import Comparison
from tests.support.builder import JOURNEYS, SPECIAL, at_least, build, term
from tests.support.circe import cohort, correlated, group, rule

AT_ENTRY = "l’événement d’entrée"
INCLUDED = "jour même compris"
SUMMARIES = {
    "diabetes": f"Personnes (de 18 à 79 ans à {AT_ENTRY}) qui ont eu le premier diagnostic de la liste "
    "« Diabète de type 2 », à partir du 1er janvier 2020 : metformine, dans les 90 jours après "
    f"{AT_ENTRY}, {INCLUDED} ; sans insulines et analogues, avant {AT_ENTRY} ; hémoglobine glyquée (HbA1c) "
    f"≥ 8 %, dans les 12 mois avant {AT_ENTRY}, {INCLUDED}.",
    "hip": f"Personnes (76 ans ou plus à {AT_ENTRY}) qui ont eu un diagnostic de la liste « Fracture du col "
    "du fémur et 2 autres codes » (hospitalisation) : décès (dans les 30 jours après "
    f"{AT_ENTRY}, {INCLUDED}) ou réhospitalisation (dans les 30 jours après la fin de {AT_ENTRY}).",
    "pregnancy": "Femmes qui ont eu un diagnostic de la liste « Accouchement » (hospitalisation) : "
    f"prééclampsie, pendant le même séjour que {AT_ENTRY} ; sans maladies hypertensives, avant {AT_ENTRY}.",
}


@pytest.mark.parametrize("name", SUMMARIES)
def test_a_cohort_in_one_sentence(name: str) -> None:
    assert summary(build(JOURNEYS[name])).replace("\u00a0", " ") == SUMMARIES[name]


def test_a_cohort_in_one_sentence_of_english() -> None:
    with in_language("en"):
        assert summary(build(JOURNEYS["hip"])).startswith(
            "Persons (76 years or older at the entry event) who had a diagnosis in the list “"
        )
        assert summary(build(JOURNEYS["diabetes"])).endswith(
            "≥ 8 %, within 12 months before the entry event, that day included."
        )


def test_a_draft_says_what_it_lacks() -> None:
    draft = change(new_document(), AddRule(term("A10BA02")))
    assert summary(draft).replace("\u00a0", " ") == (
        "Personnes dont l’événement d’entrée n’est pas encore choisi : metformine."
    )


def read(document: Document) -> str:
    return summary(document).replace("\u00a0", " ")


def test_conditions_without_a_control_are_not_passed_over() -> None:
    document = build(JOURNEYS["hip"])
    document["PrimaryCriteria"]["CriteriaList"][0]["ConditionOccurrence"]["StopReason"] = {"Text": "x"}
    assert "(motif d’arrêt : le texte « x ») (hospitalisation)" in read(document)
    both = change(document, SetSex("entry", ("F", "M")))
    assert summary(both).startswith("Femmes ou hommes (76 ans ou plus à l’événement d’entrée)")
    assert "(motif" not in summary(change(build(JOURNEYS["hip"]), SetYears("entry")))


def named(document: Document, name: str) -> Document:
    """As an author wrote it elsewhere."""
    rule = document["InclusionRules"][0] | {"name": name}
    return document | {"InclusionRules": [rule, *document["InclusionRules"][1:]]}


def test_the_days_are_those_of_the_rule_whatever_its_author_called_it() -> None:
    asked = (AddEntry(term("E11")), AddRule(term("A10BA02"), when=at(Place.ON_OR_AFTER, 180)))
    document = named(build(asked), "metformine dans les 180 jours")
    forbidden = change(
        change(document, SetWindow("rule.0", at(Place.ON_OR_AFTER, 30))), SetSense("rule.0", Sense.EXCLUDE)
    )
    assert read(forbidden) == (
        "Personnes qui ont eu un diagnostic de la liste « Diabète de type 2 » : sans metformine, dans les 30 "
        "jours après l’événement d’entrée, jour même compris."
    )
    assert outline(forbidden).rules[0].name == "metformine dans les 180 jours"
    assert " : metformine, dans les 180 jours après" in read(named(build(asked), "within 365d"))


def test_a_code_that_is_added_to_a_named_list_is_in_the_sentence() -> None:
    document = build([AddEntry(term("I63")), Rename("entry.0", "Infarctus cérébral (CIM-10 I63)")])
    more = change(document, AddTermTo("entry.0", term("I10")))
    assert read(document).endswith("« Infarctus cérébral (CIM-10 I63) ».")
    assert read(more).endswith(
        "« Infarctus cérébral (CIM-10 I63) » (infarctus cérébral / Hypertension artérielle essentielle)."
    )


@pytest.mark.parametrize(
    ("edit", "told"),
    [
        (SetAge("rule.0", 50), "(âge à la date de début de ce diagnostic : au moins 50 ans)"),
        (SetFirst("rule.0"), "(premier événement de ce genre chez la personne)"),
        (SetStatus("rule.0", ("primary",)), "(statut du diagnostic : Diagnostic principal)"),
        (
            SetOccurrence("rule.0", Times.AT_LEAST, 2, Distinct.DAY),
            ": au moins 2 fois, à des jours différents : insuffisance",
        ),
        (
            SetOccurrence("rule.0", Times.AT_LEAST, 1, distinct=Distinct.DAY),
            "(sans compter deux fois la même",
        ),
    ],
)
def test_what_the_name_of_a_rule_leaves_out_is_in_the_sentence(edit: Edit, told: str) -> None:
    document = build([AddEntry(term("E11")), AddRule(term("I50"))])
    assert told in read(change(document, edit))
    assert told not in read(document)


def test_conditions_that_no_name_tells_are_in_the_sentence() -> None:
    stay = {"VisitOccurrence": {"VisitLength": {"Value": 2, "Op": "gte"}}}
    never = correlated({"Death": {}}) | {"Occurrence": {"Type": 2, "Count": 0}}
    document = cohort(
        stay, InclusionRules=[rule(group(correlated(stay)), name="r"), rule(group(never), name="Décès")]
    )
    document["AdditionalCriteria"] = group(correlated({"Death": {}}))
    lasting = "d’au moins 2 jours"
    assert read(document) == (
        f"Personnes qui ont eu un séjour ou une consultation, quel qu’en soit le type, {lasting} : décès ; "
        f"séjour ou consultation {lasting} ; avec ou sans décès."
    )


def test_conditions_around_an_event_and_codes_of_origin_are_in_the_sentence() -> None:
    around = {"ConditionOccurrence": {"CorrelatedCriteria": group(correlated({"Death": {}}))}}
    document = build([AddEntry(term("HDJ", "Maillage"))])
    document["InclusionRules"] = [rule(group(correlated(around)), name="r")]
    told = read(document)
    assert "code d’origine" in told
    assert "« Hospitalisation de jour" in told
    assert told.endswith(" : diagnostic (autour de cet événement : décès).")


@pytest.mark.parametrize(
    ("when", "told"),
    [
        (at(Place.AROUND, 1), f" : metformine, de la veille au lendemain de {AT_ENTRY}."),
        (at(Place.AFTER, anchor=Edge.END), " : metformine, après la fin de l’événement d’entrée."),
        (
            at(Place.AROUND, 7, anchor=Edge.END),
            " : metformine, dans les 7 jours avant ou après la fin de l’événement d’entrée.",
        ),
        (When(-90, -30, Edge.END), " et 30 jours (1 mois) avant la date de fin de l’événement d’entrée."),
    ],
)
def test_days_counted_from_the_end_are_not_told_as_from_the_start(when: When, told: str) -> None:
    assert read(build([AddEntry(term("E11")), AddRule(term("A10BA02"), when=when)])).endswith(told)


def test_a_value_is_in_the_sentence_of_an_entry_event() -> None:
    document = build([AddEntry(term("4548-4")), SetValue("entry.0", at_least(8, "%"))])
    assert "« Hémoglobine glyquée (HbA1c) » ≥ 8 %." in read(document)


def test_a_result_is_told_in_its_unit_as_people_write_it() -> None:
    document = build([AddEntry(term("14682-9")), SetValue("entry.0", at_least(200, "umol/L"))])
    assert read(document).endswith("≥ 200 µmol/L.")


def test_a_stay_in_intensive_care_is_told_as_one() -> None:
    document = build([AddEntry(SPECIAL["intensive_care"], Value(Comparison.GT, 3))])
    assert read(document) == (
        "Personnes qui ont eu un séjour en réanimation ou soins intensifs d’au moins 4 jours."
    )


def test_several_drugs_whichever_they_are_are_told_by_their_number() -> None:
    several = Occurs(Times.AT_LEAST, 5, Distinct.CODE)
    document = build([AddEntry(SPECIAL["inpatient"]), AddRule(SPECIAL["drug"], occurs=several)])
    assert criterion_of_rule(document) == {"DrugExposure": {}}
    assert read(document).endswith(" : au moins 5 fois, sous des codes différents : médicament.")


def criterion_of_rule(document: Document) -> object:
    return document["InclusionRules"][0]["expression"]["CriteriaList"][0]["Criteria"]


def test_codes_that_come_twice_are_one_list_under_one_name() -> None:
    entry, rule_ = AddEntry(term("77147-7")), AddRule(term("77147-7"), when=at(Place.AFTER, 90))
    document = build([entry, rule_])
    assert len(document["ConceptSets"]) == 1
    assert "n° 1" not in read(document)


@pytest.mark.parametrize(
    ("key", "name"),
    [
        ("then", "Insuffisance cardiaque, dans les 30 jours après l’événement d’entrée"),
        ("before", "Insuffisance cardiaque, dans les 30 jours avant l’événement d’entrée, jour même compris"),
        ("never-before", "Sans insuffisance cardiaque, avant l’événement d’entrée"),
        ("same-stay", "Insuffisance cardiaque, pendant le même séjour que l’événement d’entrée"),
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
