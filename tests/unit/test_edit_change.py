"""What each edit makes of a document, where the general rules say too little."""

import json
from datetime import date
from typing import Any

import pytest

from maillage.base.i18n import in_language
from maillage.cohort.edit import (
    AddEntry,
    AddRule,
    AddTermTo,
    AddTo,
    Block,
    Control,
    Distinct,
    Document,
    Duplicate,
    Edge,
    Edit,
    EditError,
    ExcludeTerm,
    Group,
    Kind,
    Mode,
    Move,
    MoveTo,
    PasteTerms,
    Place,
    Remove,
    RemoveTerm,
    Rename,
    Sense,
    SetAge,
    SetAnswer,
    SetFirst,
    SetLength,
    SetMode,
    SetObservation,
    SetOccurrence,
    SetPlace,
    SetSense,
    SetSex,
    SetStay,
    SetTitle,
    SetValue,
    SetWhich,
    SetWindow,
    SetYears,
    Term,
    Times,
    ToggleDescendants,
    Ungroup,
    Value,
    When,
    Which,
    at,
    change,
    missing,
    name_rules,
    new_document,
    outline,
)
from maillage.cohort.expression.values import Comparison
from tests.support.builder import JOURNEYS, SPECIAL, at_least, build, term
from tests.support.circe import FULL, cohort, concept_set, correlated, group, rule

E11, METFORMIN, INSULIN, HBA1C = term("E11"), term("A10BA02"), term("A10A"), term("4548-4")
WITHIN_90 = "dans les 90 jours après l’événement d’entrée, jour même compris"
TWO_RULES = (AddEntry(E11), AddRule(METFORMIN), AddRule(HBA1C))


def refused(document: Document, edit: Edit) -> str:
    with pytest.raises(EditError) as caught:
        change(document, edit)
    assert caught.value.remedy
    return str(caught.value)


def criterion(document: Document, rule_at: int = 0) -> Any:
    return document["InclusionRules"][rule_at]["expression"]["CriteriaList"][0]


def test_a_new_draft_lacks_its_entry_event_and_says_so() -> None:
    document = new_document()
    assert missing(document) == ["Choisissez l’événement par lequel une personne entre dans la cohorte."]
    assert outline(document).missing == tuple(missing(document))
    with_rule = change(document, AddRule(METFORMIN))
    assert outline(with_rule).rules[0].name == "Metformine"
    assert missing(change(with_rule, AddEntry(E11))) == []


def test_the_document_that_is_given_is_left_as_it_is() -> None:
    document = build(TWO_RULES)
    before = json.dumps(document)
    change(document, Remove("rule.0"))
    assert json.dumps(document) == before


def test_a_term_is_looked_for_where_its_facts_are() -> None:
    for code, kind in (
        ("E11", "condition"),
        ("A10BA02", "drug"),
        ("HHFA008", "procedure"),
        ("4548-4", "measurement"),
        ("Z37.0", "observation"),
    ):
        assert outline(build([AddEntry(term(code))])).entry.cards[0].kind == kind


def test_a_code_that_no_fact_carries_is_looked_for_among_the_codes_of_origin() -> None:
    document = build([AddEntry(term("HDJ", "Maillage"))])
    body = document["PrimaryCriteria"]["CriteriaList"][0]["VisitOccurrence"]
    assert body == {"VisitSourceConcept": 0}
    assert outline(document).entry.cards[0].source_codes


def test_a_stay_counts_when_it_began_in_the_emergency_ward() -> None:
    shown = outline(build([AddEntry(SPECIAL["inpatient"])])).entry.cards[0]
    assert [line.concept_id for line in shown.terms] == [9201, 262]
    assert shown.label == "Hospitalisation"
    kept = build([AddEntry(E11), SetStay("entry", ("inpatient",))])
    stay = kept["PrimaryCriteria"]["CriteriaList"][0]["ConditionOccurrence"]["VisitType"]
    assert [concept["CONCEPT_ID"] for concept in stay] == [9201, 262]
    found = outline(kept).entry.stay
    assert found
    assert (found.keys, found.exact) == (("inpatient",), True)


def test_what_a_search_gives_for_intensive_care_is_a_place_not_a_code() -> None:
    hit = term("OMOP4822460")
    assert hit.kind is Kind.CODE
    shown = outline(build([AddEntry(E11), AddRule(hit)])).rules[0].card
    assert shown
    assert shown.place
    assert (shown.place.keys, shown.when and shown.when.place) == (("intensive_care",), Place.STAY)
    assert shown.label == "Réanimation ou soins intensifs"


@pytest.mark.parametrize(
    ("picked", "sense", "expected"),
    [
        (METFORMIN, Sense.INCLUDE, at(Place.ANY)),
        (METFORMIN, Sense.EXCLUDE, at(Place.BEFORE)),
        (SPECIAL["death"], Sense.INCLUDE, at(Place.ON_OR_AFTER)),
        (SPECIAL["readmission"], Sense.INCLUDE, at(Place.AFTER, anchor=Edge.END)),
        (SPECIAL["intensive_care"], Sense.INCLUDE, at(Place.STAY)),
    ],
)
def test_a_rule_has_the_window_that_suits_it_unless_another_is_given(
    picked: Term, sense: Sense, expected: When
) -> None:
    card = outline(build([AddEntry(E11), AddRule(picked, sense)])).rules[0].card
    assert card
    assert card.when
    assert card.sense is sense
    for name in ("from_days", "to_days", "anchor", "same_stay"):
        assert getattr(card.when, name) == getattr(expected, name)
    chosen = outline(build([AddEntry(E11), AddRule(picked, sense, at(Place.AROUND, 7))])).rules[0].card
    assert chosen
    assert chosen.when
    assert (chosen.when.place, chosen.when.days) == (Place.AROUND, 7)


def test_the_words_of_a_window_name_what_it_is_counted_from() -> None:
    document = build([AddEntry(E11), AddRule(METFORMIN, when=at(Place.AFTER, 30, anchor=Edge.END))])
    card = outline(document).rules[0].card
    assert card
    assert card.when
    assert "après la date de fin de l’événement d’entrée" in card.when.words


def test_ages_name_their_date() -> None:
    document = build([AddEntry(E11), AddRule(SPECIAL["age"]), AddRule(METFORMIN), SetAge("rule.1", least=40)])
    shown = outline(change(document, SetAge("entry", 18, 79)))
    assert shown.entry.age
    assert shown.entry.age.anchor == "à l’événement d’entrée"
    person, drug = (rule.card for rule in shown.rules)
    assert person and person.age and drug and drug.age  # noqa: PT018 - one thing for the reader
    assert person.age.anchor == "à la date d’entrée"
    assert drug.age.anchor == "à la date de début de cette prise de médicament"


def test_a_rule_of_an_age_takes_the_age_that_was_typed() -> None:
    document = build([AddEntry(E11), AddRule(SPECIAL["age"], value=Value(Comparison.GT, 75))])
    assert outline(document).rules[0].name == "76 ans ou plus à la date d’entrée"


def test_names_of_rules_follow_their_edits() -> None:
    document = build(TWO_RULES)
    later = change(document, SetWindow("rule.0", at(Place.ON_OR_AFTER, 90)))
    assert outline(later).rules[0].name == f"Metformine, {WITHIN_90}"
    forbidden = change(later, SetSense("rule.0", Sense.EXCLUDE))
    assert outline(forbidden).rules[0].name == f"Sans metformine, {WITHIN_90}"


@pytest.mark.parametrize(
    "edit",
    [
        SetSense("rule.1", Sense.EXCLUDE),
        SetWindow("rule.0", at(Place.ON_OR_AFTER, 30)),
        SetSense("rule.0", Sense.EXCLUDE),
        AddTo("rule.0", HBA1C),
        AddTermTo("rule.0", INSULIN),
        SetAge("rule.0", 18),
        SetOccurrence("rule.0", Times.AT_LEAST, 2),
    ],
)
def test_a_name_that_somebody_gave_stays_until_it_is_taken_away(edit: Edit) -> None:
    named = change(build(TWO_RULES), Rename("rule.0", "Biguanide"))
    edited = change(named, edit)
    shown = outline(edited).rules[0]
    assert (shown.name, shown.named) == ("Biguanide", True)
    assert outline(change(edited, MoveTo("rule.0", "rule"))).rules[-1].name == "Biguanide"
    follows = outline(change(edited, Rename("rule.0", ""))).rules[0]
    assert (follows.name, follows.named) == (shown.asks, False)


def test_a_copy_of_a_named_rule_is_called_by_what_it_asks() -> None:
    named = change(build(TWO_RULES), Rename("rule.0", "Biguanide"))
    assert [rule.name for rule in outline(change(named, Duplicate("rule.0"))).rules[:2]] == [
        "Biguanide",
        "Metformine",
    ]


def test_a_made_up_name_is_one_in_any_language() -> None:
    document = build([AddEntry(E11), AddRule(METFORMIN, when=at(Place.BEFORE))])
    with in_language("en"):
        assert not outline(document).rules[0].named
        later = change(document, SetWindow("rule.0", at(Place.AFTER)))
        assert outline(later).rules[0].name == "Metformine, after the entry event"


def test_rules_of_a_beginning_are_called_by_what_they_ask() -> None:
    named = change(build(TWO_RULES), Rename("rule.0", "Biguanide"))
    assert [rule.named for rule in outline(name_rules(named)).rules] == [False, False]
    assert outline(named).rules[0].named


def test_an_edit_that_changes_nothing_leaves_the_name() -> None:
    named = change(build(TWO_RULES), Rename("rule.0", "Pas de biguanide"))
    assert outline(change(named, SetSense("rule.0", Sense.INCLUDE))).rules[0].name == "Pas de biguanide"
    assert outline(change(named, SetWindow("rule.0", at(Place.ANY)))).rules[0].name == "Pas de biguanide"


def test_a_rule_that_its_author_left_without_a_name_stays_so() -> None:
    document = cohort({"Death": {}}, InclusionRules=[rule(group(correlated({"Death": {}})), name="")])
    assert change(document, SetTitle("x"))["InclusionRules"] == document["InclusionRules"]


@pytest.mark.parametrize(
    ("edits", "name"),
    [
        ([AddTo("rule.0", HBA1C)], "Metformine ou hémoglobine glyquée (HbA1c)"),
        ([AddTo("rule.0", HBA1C), SetMode("rule.0", Mode.ALL)], "Metformine et hémoglobine glyquée (HbA1c)"),
        (
            [AddTo("rule.0", HBA1C), SetSense("rule.0", Sense.EXCLUDE)],
            "Ni metformine ni hémoglobine glyquée (HbA1c)",
        ),
        (
            [AddTo("rule.0", HBA1C), AddTo("rule.0", term("I50")), SetMode("rule.0", Mode.AT_LEAST, 2)],
            "Au moins 2 parmi : metformine, hémoglobine glyquée (HbA1c), insuffisance cardiaque",
        ),
        (
            [AddTo("rule.0", HBA1C, when=at(Place.BEFORE, 365))],
            "Metformine ou hémoglobine glyquée (HbA1c) (dans les 12 mois avant l’événement d’entrée)",
        ),
        ([SetOccurrence("rule.0", Times.AT_LEAST, 2)], "Au moins 2 fois : metformine"),
        ([SetOccurrence("rule.0", Times.AT_MOST, 3)], "Au plus 3 fois : metformine"),
        (
            [SetWindow("rule.0", When(-90, -30))],
            "Metformine, débutant entre 90 jours (3 mois) et 30 jours (1 mois) avant la date d’entrée",
        ),
        (
            [SetWindow("rule.0", at(Place.STAY))],
            "Metformine, pendant le même séjour que l’événement d’entrée",
        ),
        ([Rename("rule.0.c0", "Biguanides")], "Biguanides"),
    ],
)
def test_an_automatic_name_says_what_the_rule_asks(edits: list[Edit], name: str) -> None:
    assert outline(build([AddEntry(E11), AddRule(METFORMIN), *edits])).rules[0].name == name


def test_the_name_of_a_long_rule_keeps_its_end() -> None:
    codes = ("I10", "E11", "I50", "J44", "N18")
    first, *others = (AddTo("rule.0", term(code)) for code in codes)
    edits = [AddRule(first.term, when=at(Place.ON_OR_BEFORE)), *others, SetMode("rule.0", Mode.AT_LEAST, 3)]
    assert outline(build([AddEntry(E11), *edits])).rules[0].name == (
        "Au moins 3 parmi : hypertension artérielle essentielle, 4 autres, avant l’événement d’entrée, jour "
        "même compris"
    )


def test_a_list_that_two_cards_share_is_changed_for_one_alone() -> None:
    document = change(build(TWO_RULES), Duplicate("rule.0"))
    assert [rule.card and rule.card.shared for rule in outline(document).rules[:2]] == [1, 1]
    added = change(document, AddTermTo("rule.0", INSULIN))
    first, second = (rule.card for rule in outline(added).rules[:2])
    assert first and second  # noqa: PT018
    assert (len(first.terms), len(second.terms)) == (2, 1)
    assert (first.shared, second.shared) == (0, 0)


def test_a_list_leaves_with_the_last_card_that_uses_it() -> None:
    document = change(build(TWO_RULES), Duplicate("rule.0"))
    once = change(document, Remove("rule.0"))
    assert [one["name"] for one in once["ConceptSets"]] == [one["name"] for one in document["ConceptSets"]]
    twice = change(once, Remove("rule.0"))
    assert "Metformine" not in [one["name"] for one in twice["ConceptSets"]]
    unused = cohort({"Death": {}}, {"Death": {}}, ConceptSets=[concept_set(0, 1)])
    assert change(unused, Remove("entry.0"))["ConceptSets"] == unused["ConceptSets"]


def test_the_name_of_a_list_follows_its_codes() -> None:
    document = build([AddEntry(E11), AddTermTo("entry.0", term("I50"))])
    assert outline(document).entry.cards[0].label == "Diabète de type 2 / Insuffisance cardiaque"
    more = change(document, AddTermTo("entry.0", term("J44")))
    assert outline(more).entry.cards[0].label == "Diabète de type 2 et 2 autres codes"


def test_a_name_that_somebody_gave_to_a_list_stays_and_its_codes_are_told() -> None:
    named = change(build([AddEntry(term("I63"))]), Rename("entry.0", "Neurovasculaire"))
    card = outline(change(named, AddTermTo("entry.0", E11))).entry.cards[0]
    assert (card.label, card.codes) == ("Neurovasculaire", "Infarctus cérébral / Diabète de type 2")
    follows = outline(change(named, Rename("entry.0", ""))).entry.cards[0]
    assert follows.label == follows.codes == "Infarctus cérébral"


def test_the_name_of_a_list_tells_what_it_leaves_out() -> None:
    document = build([AddEntry(E11), ExcludeTerm("entry.0", term("I50"))])
    assert outline(document).entry.cards[0].label == "Diabète de type 2, sauf Insuffisance cardiaque"


def test_codes_are_excluded_counted_alone_and_taken_out() -> None:
    child = term("E11.2")
    document = build(
        [AddEntry(E11), ExcludeTerm("entry.0", child), ToggleDescendants("entry.0", E11.concept_id)]
    )
    lines = {line.code: line for line in outline(document).entry.cards[0].terms}
    assert (lines["E11"].descendants, lines["E11"].excluded, lines["E11"].badge) == (False, False, "CIM-10")
    assert (lines["E11.2"].descendants, lines["E11.2"].excluded) == (True, True)
    assert "dernier code" in refused(document, RemoveTerm("entry.0", E11.concept_id))
    assert "n’est pas dans la liste" in refused(document, RemoveTerm("entry.0", 1))


def test_pasted_codes_make_one_list() -> None:
    codes = tuple(map(term, ("S72.0", "S72.1", "S72.2")))
    for path in ("entry", "rule"):
        document = change(build(TWO_RULES), PasteTerms(path, codes))
        shown = outline(document)
        card = shown.entry.cards[-1] if path == "entry" else shown.rules[-1].card
        assert card
        assert [line.code for line in card.terms] == ["S72.0", "S72.1", "S72.2"]
    assert "genres différents" in refused(new_document(), PasteTerms("entry", (E11, METFORMIN)))
    assert "Aucun code" in refused(new_document(), PasteTerms("entry", ()))


def test_a_code_of_another_kind_is_refused_by_a_list() -> None:
    assert "autre genre" in refused(build(TWO_RULES), AddTermTo("rule.0", E11))
    assert "pas de liste" in refused(
        build([AddEntry(SPECIAL["death"])]),
        AddTermTo("entry.0", Term(1, "x", domain="Death", kind=Kind.DEATH)),
    )


def test_groups_are_made_and_undone() -> None:
    document = build([*TWO_RULES, AddRule(term("I50"))])
    grouped = change(document, Group(("rule.0", "rule.2"), Mode.AT_LEAST, 1))
    shown = outline(grouped)
    assert [rule.name for rule in shown.rules] == [
        "Au moins 1 parmi : metformine, insuffisance cardiaque",
        "Hémoglobine glyquée (HbA1c)",
    ]
    assert outline(change(grouped, Ungroup("rule.0"))).rules[1].name == "Insuffisance cardiaque"
    nested = change(change(grouped, AddTo("rule.0", E11)), Group(("rule.0.c0", "rule.0.c1"), Mode.ALL))
    inner = outline(nested).rules[0].body.members[-1]
    assert isinstance(inner, Block)
    assert (inner.path, inner.mode, len(inner.members)) == ("rule.0.g0", Mode.ALL, 2)
    assert len(outline(change(nested, Ungroup("rule.0.g0"))).rules[0].body.members) == 3
    assert "au même niveau" in refused(nested, Group(("rule.0.g0.c0", "rule.0.c0")))
    assert "au même niveau" in refused(nested, Group(("rule.0.c0",)))
    assert "ne se groupent pas" in refused(
        build([AddEntry(E11), AddEntry(METFORMIN)]), Group(("entry.0", "entry.1"))
    )


def test_a_group_is_forbidden_as_a_whole_and_required_again() -> None:
    document = build([AddEntry(E11), AddRule(METFORMIN), AddTo("rule.0", HBA1C, mode=Mode.ALL)])
    assert change(document, SetSense("rule.0", Sense.INCLUDE)) == document
    none = change(document, SetSense("rule.0", Sense.EXCLUDE))
    assert outline(none).rules[0].sense is Sense.EXCLUDE
    assert outline(none).rules[0].body.words == "Ne remplir aucune des 2 conditions suivantes\u00a0:"
    assert outline(change(none, SetSense("rule.0", Sense.INCLUDE))).rules[0].body.mode is Mode.ANY


@pytest.mark.parametrize("mode", [Mode.ALL, Mode.ANY])
def test_a_group_of_one_condition_does_not_count_its_conditions(mode: Mode) -> None:
    document = build([AddEntry(E11), AddRule(METFORMIN), SetMode("rule.0", mode)])
    assert outline(document).rules[0].body.words == "Remplir la condition suivante\u00a0:"


def test_a_card_added_to_a_card_among_others_makes_a_group_of_the_two() -> None:
    document = build([AddEntry(E11), AddRule(METFORMIN), AddTo("rule.0", HBA1C, mode=Mode.ALL)])
    both = change(document, AddTo("rule.0.c0", term("I50")))
    inner = outline(both).rules[0].body.members[-1]
    assert isinstance(inner, Block)
    assert (inner.mode, [card.label for card in inner.cards()]) == (
        Mode.ANY,
        ["Metformine", "Insuffisance cardiaque"],
    )
    assert outline(both).rules[0].body.mode is Mode.ALL


def test_a_group_that_loses_members_can_still_be_satisfied() -> None:
    document = build(
        [AddEntry(E11), AddRule(METFORMIN), AddTo("rule.0", HBA1C), SetMode("rule.0", Mode.AT_LEAST, 2)]
    )
    once = change(document, Remove("rule.0.c0"))
    assert outline(once).rules[0].body.count == 1
    assert outline(change(once, Remove("rule.0.c0"))).rules == ()
    assert "entre 1 et 2" in refused(document, SetMode("rule.0", Mode.AT_LEAST, 3))


def test_conditions_around_an_event_and_attached_to_the_entry_are_shown_and_edited() -> None:
    document = cohort(
        {"ConditionOccurrence": {"CorrelatedCriteria": group(correlated({"Death": {}}))}},
        AdditionalCriteria=group(correlated({"DrugExposure": {}}), correlated({"Death": {}})),
    )
    edited = change(document, SetWindow("entry.0.with.c0", at(Place.AFTER, 9)))
    shown = outline(change(edited, SetSense("also.c0", Sense.EXCLUDE)))
    around = shown.entry.cards[0].around
    assert around
    inner, outer = next(around.cards()), next(shown.entry.also.cards()) if shown.entry.also else None
    assert inner.when
    assert inner.when.days == 9
    assert "de ce diagnostic" in inner.sentence
    assert outer
    assert outer.sense is Sense.EXCLUDE
    emptied = change(edited, Remove("entry.0.with.c0"))
    assert "CorrelatedCriteria" not in emptied["PrimaryCriteria"]["CriteriaList"][0]["ConditionOccurrence"]
    assert "AdditionalCriteria" not in change(change(edited, Remove("also.c0")), Remove("also.c0"))


def test_what_no_control_edits_is_kept_and_told() -> None:
    cards = {card.path: card for card in outline(FULL).cards()}
    assert any("hors des bornes de la normale" in line for line in cards["entry.0"].kept)
    assert any("Compte pour date de début" in line for line in cards["entry.0"].kept)
    told = " ".join(cards["rule.0.c0"].kept)
    assert "Finissant au plus tôt 3\u00a0jours avant la date de fin" in told
    assert "Même hors de la période d’observation" in told
    assert "Sans compter deux fois le même séjour" in told
    edited = change(FULL, SetWindow("rule.0.c0", at(Place.AFTER, 9)))
    member = criterion(edited)
    assert member["EndWindow"] == criterion(FULL)["EndWindow"]
    assert member["Occurrence"] == criterion(FULL)["Occurrence"]
    assert member["IgnoreObservationPeriod"] is True


def test_the_number_of_events_and_the_days_they_count_by() -> None:
    document = build(
        [AddEntry(E11), AddRule(METFORMIN), SetOccurrence("rule.0", Times.AT_LEAST, 2, Distinct.DAY)]
    )
    assert outline(document).rules[0].name == "Au moins 2 fois, à des jours différents : metformine"
    codes = change(document, SetOccurrence("rule.0", Times.AT_LEAST, 5, Distinct.CODE))
    assert criterion(codes)["Occurrence"]["CountColumn"] == "DOMAIN_CONCEPT"
    assert criterion(document)["Occurrence"] == {
        "Type": 2,
        "Count": 2,
        "IsDistinct": True,
        "CountColumn": "START_DATE",
    }
    plain = change(document, SetOccurrence("rule.0", Times.EXACTLY, 1))
    assert criterion(plain)["Occurrence"] == {"Type": 0, "Count": 1, "IsDistinct": False}
    none = change(plain, SetOccurrence("rule.0", Times.AT_MOST, 0))
    assert outline(none).rules[0].sense is Sense.EXCLUDE
    assert "Au moins zéro" in refused(document, SetOccurrence("rule.0", Times.AT_LEAST, 0))
    assert "entre 1 et" in refused(document, SetOccurrence("rule.0", Times.AT_MOST, 1_001))


def test_values_answers_and_units() -> None:
    document = build([AddEntry(E11), AddRule(HBA1C, value=at_least(8, "%"))])
    body = criterion(document)["Criteria"]["Measurement"]
    assert body["ValueAsNumber"] == {"Value": 8, "Op": "gte"}
    assert [unit["CONCEPT_ID"] for unit in body["Unit"]] == [8554]
    cleared = criterion(change(document, SetValue("rule.0", None)))["Criteria"]["Measurement"]
    assert cleared == {"CodesetId": 1}
    positive = change(document, SetAnswer("rule.0", ("positive",)))
    card = outline(positive).rules[0].card
    assert card
    assert card.answer
    assert (card.answer.names, Control.ANSWER in card.controls) == (("positif",), True)
    assert "Seul le résultat" in refused(document, SetValue("entry.0", at_least(8, "%")))
    assert "à l’envers" in refused(document, SetValue("rule.0", Value(Comparison.BETWEEN, 9, 8)))
    assert "borne" in refused(document, SetValue("rule.0", Value(Comparison.BETWEEN, 9)))
    assert "fini" in refused(document, SetValue("rule.0", Value(Comparison.GT, float("inf"))))


@pytest.mark.parametrize(
    ("which", "limits", "first"),
    [
        (Which.FIRST_EVER, ("First", "First"), True),
        (Which.EARLIEST, ("First", "First"), None),
        (Which.FITTING, ("All", "First"), None),
        (Which.EVERY, ("All", "All"), None),
    ],
)
def test_by_which_event_a_person_enters(which: Which, limits: tuple[str, str], first: bool | None) -> None:
    document = change(build([*TWO_RULES, AddEntry(SPECIAL["death"])]), SetWhich(which))
    assert document["PrimaryCriteria"]["PrimaryCriteriaLimit"]["Type"] == limits[0]
    assert document["ExpressionLimit"]["Type"] == limits[1]
    assert document["PrimaryCriteria"]["CriteriaList"][0]["ConditionOccurrence"].get("First") is first
    assert outline(document).entry.which is which
    again = change(document, AddEntry(METFORMIN))
    assert outline(again).entry.which is which


def test_edits_of_the_entry_apply_to_each_of_its_events() -> None:
    document = build(
        [
            AddEntry(E11),
            AddEntry(METFORMIN),
            SetAge("entry", most=60),
            SetSex("entry", ("F",)),
            SetYears("entry", date(2020, 1, 1), date(2020, 12, 31)),
        ]
    )
    shown = outline(document).entry
    assert shown.age and shown.sex and shown.years  # noqa: PT018
    assert (shown.age.most, shown.sex.names, shown.years.until) == (60, ("femmes",), date(2020, 12, 31))
    apart = outline(change(document, SetAge("entry.0", most=50))).entry
    assert apart.age is None
    assert [card.age and card.age.most for card in apart.cards] == [50, 60]
    assert "pas encore d’événement" in refused(new_document(), SetAge("entry", 18))


@pytest.mark.parametrize(
    "edit",
    [
        Remove("rule.9"),
        Remove("rule.0.c9"),
        Remove("rule.-1"),
        Remove("rule.0.x0"),
        Remove("entry"),
        Remove(""),
        Remove("rule." + "0." * 300),
        Remove("entry.0.with"),
        Remove("also"),
        SetWindow("entry.0", at(Place.ANY)),
        SetSense("entry.0", Sense.EXCLUDE),
        SetSense("rule.0", Sense.LIMIT),
        SetPlace("rule.0", ("intensive_care",)),
        SetSex("rule.0", ("X",)),
        SetAge("entry", 80, 18),
        SetAge("entry", -1),
        SetAge("entry", 131),
        SetYears("entry", date(2021, 1, 1), date(2020, 1, 1)),
        SetObservation(-1),
        SetObservation(10**9),
        SetWindow("rule.0", When(5, -5)),
        SetWindow("rule.0", When(10**9, None)),
        SetWhich(Which.OTHER),
        Rename("rule.0", "x" * 201),
        SetTitle("a\x00b"),
        Ungroup("rule.0"),
        AddTo("entry.0", HBA1C),
        AddEntry(SPECIAL["age"]),
        AddRule(SPECIAL["F"], Sense.EXCLUDE),
        AddRule(Term(8554, "pour cent", "%", "UCUM", "Unit")),
        Move("entry", 1),
    ],
    ids=str,
)
def test_an_edit_that_cannot_be_made_says_what_to_do(edit: Edit) -> None:
    assert refused(build(TWO_RULES), edit)


def test_an_edit_of_one_card_of_several_asks_which() -> None:
    document = build([AddEntry(E11), AddRule(METFORMIN), AddTo("rule.0", HBA1C)])
    assert "Choisissez l’un d’eux" in refused(document, SetWindow("rule.0", at(Place.ANY)))


def test_moves_stop_at_the_ends() -> None:
    document = change(build(TWO_RULES), Move("rule.0", 5))
    assert [rule.name for rule in outline(document).rules] == ["Hémoglobine glyquée (HbA1c)", "Metformine"]
    assert change(document, Move("rule.0", -5)) == document


def test_first_ever_is_asked_of_a_card_alone() -> None:
    document = build([*TWO_RULES, SetFirst("rule.0")])
    card = outline(document).rules[0].card
    assert card
    assert card.first
    assert change(document, SetFirst("rule.0", first=False)) == build(TWO_RULES)


def test_what_is_no_expression_is_refused() -> None:
    document = build(TWO_RULES) | {"Unknown": 1}
    assert "Unknown" in refused(document, SetTitle("x"))


def test_a_draft_too_large_is_refused() -> None:
    document = build(TWO_RULES)
    document["InclusionRules"] = [dict(one) for one in document["InclusionRules"] * 64][:127]
    assert "127" in refused(document, AddRule(METFORMIN))


def test_a_draft_that_could_not_be_sent_is_refused() -> None:
    codes = tuple(Term(1_000 + rank, "x" * 390, "E11", "CIM10", "Condition") for rank in range(1_900))
    assert "trop grande" in refused(build(TWO_RULES), PasteTerms("rule", codes))
    assert "plus de 2000 codes" in refused(
        change(build([AddEntry(E11)]), PasteTerms("entry.0", codes[:900])),
        PasteTerms(
            "entry.0", tuple(Term(5_000 + rank, "y", "E11", "CIM10", "Condition") for rank in range(1_500))
        ),
    )


def test_the_builder_speaks_english_too() -> None:
    with in_language("en"):
        shown = outline(build(JOURNEYS["hip"]))
        assert shown.rules[0].name.startswith("Death")
        assert shown.entry.cards[0].kind_word == "Diagnosis"


def test_a_stay_lasts_as_long_as_its_card_and_its_name_say() -> None:
    stay = SPECIAL["inpatient"]
    document = build([AddEntry(E11), AddRule(stay, value=Value(Comparison.GT, 7))])
    card = outline(document).rules[0].card
    assert card
    assert card.length
    assert (card.length.least, card.length.most) == (8, None)
    assert outline(document).rules[0].name == "Hospitalisation d’au moins 8 jours"
    changed = change(document, SetLength("rule.0", 2, 90))
    assert criterion(changed)["Criteria"]["VisitOccurrence"]["VisitLength"] == {
        "Value": 2,
        "Extent": 90,
        "Op": "bt",
    }
    assert "de 2 à 90 jours" in outline(changed).rules[0].name
    kept = change(changed, SetLength("rule.0"))
    assert outline(kept).rules[0].name == "Hospitalisation"
    assert "à l’envers" in refused(document, SetLength("rule.0", 9, 2))
    assert "n’existe pas" in refused(build(TWO_RULES), SetLength("rule.0", 2))


def test_an_entry_stay_says_how_long_it_lasts() -> None:
    shown = outline(build([AddEntry(SPECIAL["inpatient"], Value(Comparison.GTE, 2))])).entry.cards[0]
    assert "d’au moins 2 jours" in shown.sentence.replace("\xa0", " ")
    assert Control.LENGTH in shown.controls
    assert not shown.kept
