"""The Python language: what its words build, and what cannot be said."""

from collections.abc import Callable
from datetime import date
from typing import Any, assert_type

import pytest

from maillage.base.i18n import in_language
from maillage.cohort import CohortExpression, parse_expression, to_circe
from maillage.cohort.circe.limits import MAX_RULES
from maillage.cohort.dsl import (
    Cohort,
    above,
    all_of,
    any_of,
    at_least,
    at_most,
    between,
    codes,
    condition,
    condition_era,
    contains,
    days_after,
    death,
    dose_era,
    drug,
    drug_era,
    entry,
    has,
    has_at_least,
    has_no,
    measurement,
    minimum,
    none_of,
    not_in,
    observation,
    observation_period,
    payer_plan_period,
    person,
    procedure,
    visit,
    visit_detail,
)
from maillage.cohort.dsl.clinical import Conditions
from maillage.cohort.errors import StudyError, UnsupportedFeatureError
from maillage.cohort.expression import CountColumn, Criterion, Endpoint, Limit, OccurrenceType, Window
from maillage.cohort.expression.values import (
    Comparison,
    DateRange,
    NumberRange,
    Period,
    TextFilter,
    TextMatch,
)


def only(built: CohortExpression) -> Criterion:
    return built.primary.criteria[0]


def attributes(events: Any) -> dict[str, Any]:
    return dict(only(events.build()).attributes)


def test_a_protocol_in_one_line() -> None:
    events = condition("E11").first().age(18, 80)
    assert_type(events, Conditions)
    study = events.with_at_least(2, drug("A10BA02"), within_days=(0, 180)).without(
        procedure("JVJF004"), before=True
    )
    assert_type(study, Cohort)
    built = study.build()
    assert dict(only(built).attributes)["Age"] == NumberRange(Comparison.BETWEEN, 18, 80)
    metformin, dialysis = (rule.group.criteria[0] for rule in built.rules)
    assert (metformin.occurrence.type, metformin.occurrence.count) == (OccurrenceType.AT_LEAST, 2)
    assert metformin.start_window == Window(Endpoint(0, -1), Endpoint(180, 1), False, False)
    assert (dialysis.occurrence.type, dialysis.occurrence.count) == (OccurrenceType.EXACTLY, 0)
    assert dialysis.start_window == Window(Endpoint(None, -1), Endpoint(1, -1), False, False)
    assert [one.items[0].concept.code for one in built.concept_sets] == ["E11", "A10BA02", "JVJF004"]
    assert [rule.name for rule in built.rules] == [
        "Au moins 2 × médicament A10BA02, J0 à J+180",
        "Sans acte JVJF004, jusqu’à J-1",
    ]


def test_atlas_opens_what_was_built() -> None:
    study = condition("E11").first().with_any(drug("A10BA02"), within_days=(0, 180))
    assert parse_expression(study.to_circe()) == study.build()
    concept = study.to_circe()["ConceptSets"][0]["expression"]["items"][0]["concept"]
    assert concept == {
        "CONCEPT_ID": 2000100154,
        "CONCEPT_NAME": "Diabète de type 2",
        "CONCEPT_CODE": "E11",
        "VOCABULARY_ID": "CIM10",
        "DOMAIN_ID": "Condition",
        "CONCEPT_CLASS_ID": "Catégorie",
        "STANDARD_CONCEPT": "S",
        "STANDARD_CONCEPT_CAPTION": "Standard",
        "INVALID_REASON": "V",
        "INVALID_REASON_CAPTION": "Valid",
    }


def test_a_word_changes_nothing_of_what_it_is_said_of() -> None:
    adults = condition("E11").age(18)
    study = adults.observed(before=365)
    before = (adults.build(), study.build())
    adults.first().gender("F")
    study.without(death()).for_days(30).titled("Autre")
    assert (adults.build(), study.build()) == before


def test_one_membership_a_person_from_any_event_unless_said_otherwise() -> None:
    built = condition("E11").build()
    assert (built.primary.limit, built.qualified_limit, built.expression_limit) == (
        Limit.ALL,
        Limit.ALL,
        Limit.FIRST,
    )
    said = condition("E11").limits(entries="last", qualifying="first", results="all").build()
    assert (said.primary.limit, said.qualified_limit, said.expression_limit) == (
        Limit.LAST,
        Limit.FIRST,
        Limit.ALL,
    )


def test_a_value_with_its_unit() -> None:
    said = attributes(measurement("4548-4").value(above(8), unit="%"))
    assert said["ValueAsNumber"] == NumberRange(Comparison.GT, 8)
    assert [concept.name for concept in said["Unit"].concepts] == ["pour cent"]


@pytest.mark.parametrize(
    ("events", "name", "value"),
    [
        (visit().lasting(3), "VisitLength", NumberRange(Comparison.GTE, 3)),
        (visit_detail().age(18), "Age", NumberRange(Comparison.GTE, 18)),
        (condition_era().age(18), "AgeAtStart", NumberRange(Comparison.GTE, 18)),
        (condition_era().age_at_end(at_most=80), "AgeAtEnd", NumberRange(Comparison.LTE, 80)),
        (drug_era().lasting(above(90)), "EraLength", NumberRange(Comparison.GT, 90)),
        (dose_era().dose(above(850)), "DoseValue", NumberRange(Comparison.GT, 850)),
        (
            condition().starting(since="2020-03-01", until=date(2022, 12, 31)),
            "OccurrenceStartDate",
            DateRange(Comparison.BETWEEN, date(2020, 3, 1), date(2022, 12, 31)),
        ),
        (
            observation_period().ending(after="2020-03-01"),
            "PeriodEndDate",
            DateRange(Comparison.GT, date(2020, 3, 1)),
        ),
        (observation().text(contains("toux")), "ValueAsString", TextFilter(TextMatch.CONTAINS, "toux")),
        (drug().lot_number("A1"), "LotNumber", TextFilter(TextMatch.EQ, "A1")),
        (
            observation_period().cut_to(Period(date(2020, 1, 1))),
            "UserDefinedPeriod",
            Period(date(2020, 1, 1)),
        ),
        (measurement().abnormal(), "Abnormal", True),
        (measurement().where(RangeHighRatio=above(3)), "RangeHighRatio", NumberRange(Comparison.GT, 3)),
    ],
)
def test_an_attribute_is_that_of_its_domain(events: Any, name: str, value: object) -> None:
    assert attributes(events) == {name: value}


def test_concepts_are_taken_one_by_one_or_as_a_list_whichever_the_domain_has() -> None:
    assert attributes(condition().gender("F"))["Gender"].concepts[0].id == 8532
    assert attributes(condition().gender(codes("F", vocabulary="Gender")))["GenderCS"].codeset_id == 0
    one_by_one = visit_detail().gender("F").build()
    assert [item.descendants for item in one_by_one.concept_sets[0].items] == [False]
    assert attributes(visit().record_type("EHR", exclude=True))["VisitType"].exclude
    assert attributes(condition().gender("F", exclude=True))["GenderCS"].exclude
    assert attributes(condition().where(ConditionType=none_of("EHR")))["ConditionType"].exclude
    assert attributes(condition().where(GenderCS=not_in(codes("F", vocabulary="Gender"))))["GenderCS"].exclude
    assert attributes(payer_plan_period().where(PayerConcept=codes(8507)))["PayerConcept"].codeset_id == 0


def test_a_code_of_origin_is_asked_apart() -> None:
    said = visit().source("HDJ").build()
    assert only(said).attributes[0][0] == "VisitSourceConcept"
    assert said.concept_sets[0].items[0].concept.id == 2000600004


def test_windows() -> None:
    def window(**when: Any) -> Any:
        return condition("E11").with_any(drug("A10BA02"), **when).build().rules[0].group.criteria[0]

    free = window()
    assert free.start_window == Window(Endpoint(None, -1), Endpoint(None, 1), False, False)
    assert window(after=True).start_window == Window(Endpoint(1, 1), Endpoint(None, 1), False, False)
    assert window(within_days=(days_after(0), 2)).start_window.start == Endpoint(0, 1)
    assert window(within_days=(-30, -1), from_index_end=True, event_end=True).start_window == Window(
        Endpoint(30, -1), Endpoint(1, -1), True, True
    )
    ends = window(ends_within_days=(0, None), ends_from_index_end=True)
    assert ends.end_window == Window(Endpoint(0, -1), Endpoint(None, 1), True, True)
    stay = window(same_stay=True, ignoring_observation=True, distinct_days=True)
    assert stay.restrict_visit
    assert stay.ignore_observation_period
    assert (stay.occurrence.distinct, stay.occurrence.count_column) == (True, CountColumn.START_DATE)
    assert window(distinct=CountColumn.DAYS_SUPPLY).occurrence.count_column is CountColumn.DAYS_SUPPLY


def test_a_rule_is_named_alike_in_every_language() -> None:
    with in_language("en"):
        told = condition("E11").without(death(), after=True, same_stay=True).build().rules[0].name
    assert told == "Sans décès, dès J+1, pendant le même séjour"


def test_groups_nest_and_hold_events_persons_and_groups() -> None:
    study = condition("E11").rule(
        "Suivi",
        any_of(
            drug("A10BA02"),
            person().age(70),
            at_least(2, has(measurement("4548-4")), has_no(death()), all_of(visit("IP"))),
            at_most(1, has_at_least(3, visit("ER"), after=True)),
        ),
        description="Au moins un suivi",
    )
    rule = study.build().rules[0]
    assert (rule.name, rule.description, rule.group.type.value) == ("Suivi", "Au moins un suivi", "ANY")
    assert [len(part) for part in (rule.group.criteria, rule.group.demographics, rule.group.groups)] == [
        1,
        1,
        2,
    ]
    assert [(group.type.value, group.count) for group in rule.group.groups] == [
        ("AT_LEAST", 2),
        ("AT_MOST", 1),
    ]


def test_events_around_events() -> None:
    built = condition("E11").with_any(drug("A10BA02").during(visit("IP"))).build()
    around = built.rules[0].group.criteria[0].criterion.correlated
    assert around is not None
    stay = around.criteria[0]
    assert stay.criterion.domain == "VisitOccurrence"
    assert stay.start_window.end == Endpoint(0, 1)
    assert stay.end_window == Window(Endpoint(0, -1), Endpoint(None, 1), False, True)
    twice = condition("E11").having(has(death(), after=True)).having(has_no(visit("ER"))).build()
    both = only(twice).correlated
    assert both is not None
    assert len(both.criteria) + len(both.groups) == 2


def test_the_rest_of_a_protocol() -> None:
    built = (
        entry(condition("E11"), drug("A10BA02"))
        .titled("Diabète")
        .observed(before=365, after=30)
        .qualifying(has(visit("IP")))
        .until_treatment_ends(drug("A10BA02"), gap_days=60, extra_days=7, days_supply=30)
        .censored_by(death())
        .era_pad(30)
        .in_calendar(since="2015-01-01")
        .build()
    )
    assert (built.primary.prior_days, built.primary.post_days, built.era_pad) == (365, 30, 30)
    assert (built.title, built.cdm_version_range) == ("Diabète", ">=5.0.0")
    assert built.additional is not None
    assert built.exit == parse_expression(to_circe(built)).exit
    assert [criterion.domain for criterion in built.censoring] == ["Death"]
    assert built.censor_window == Period(date(2015, 1, 1))
    assert len(built.concept_sets) == 3


def test_the_end_of_membership() -> None:
    assert condition("E11").until_end_of_observation().build().exit is None
    assert condition("E11").build().exit is None
    offset = condition("E11").for_days(90, from_end=True).to_circe()["EndStrategy"]
    assert offset == {"DateOffset": {"DateField": "EndDate", "Offset": 90}}


WRONG: list[Any] = [
    lambda: condition("E11").age(80, 18),
    lambda: condition("E11").age(),
    lambda: condition("E11").age(18).age(20),
    lambda: condition("E11").age(minimum(18), 20),
    lambda: condition("E11").starting(since="31/12/2020"),
    lambda: condition("E11").starting(since="2020-12-31", until="2020-01-01"),
    lambda: condition("E11").starting(since="2020-12-31", after="2020-01-01"),
    lambda: condition("E11").where(Aeg=above(8)),
    lambda: condition("E11").where(Age="old"),
    lambda: condition("E11").where(First=False),
    lambda: condition("E11").where(Gender=none_of("F")),
    lambda: condition(""),
    lambda: condition(codes("E10"), "E11"),
    lambda: condition(codes("E10"), vocabulary="ICD10"),
    lambda: codes(),
    lambda: codes(without=["E11"]),
    lambda: condition("E11").with_any(drug("A10"), before=True, within_days=(0, 1)),
    lambda: condition("E11").with_any(drug("A10"), before=True, after=True),
    lambda: condition("E11").with_any(drug("A10"), within_days=(30, 0)),
    lambda: condition("E11").with_any(drug("A10"), within_days=7),  # pyright: ignore[reportArgumentType]
    lambda: condition("E11").with_any(drug("A10"), within_days=(0, 10**7)),
    lambda: condition("E11").with_any(drug("A10"), within=(0, 7)),  # pyright: ignore[reportCallIssue]
    lambda: condition("E11").with_any(drug("A10"), ends_from_index_end=True),
    lambda: condition("E11").with_any(drug("A10"), distinct_days=True, distinct=CountColumn.QUANTITY),
    lambda: condition("E11").with_any(death(), distinct=CountColumn.VISIT_ID),
    lambda: condition("E11").with_any(drug("A10").with_any(death())),  # pyright: ignore[reportArgumentType]
    lambda: condition("E11").with_any("A10"),  # pyright: ignore[reportArgumentType]
    lambda: condition("E11").with_at_least(0, drug("A10")),
    lambda: condition("E11").with_at_most(-1, drug("A10")),
    lambda: condition("E11").rule("Vide"),
    lambda: any_of(),
    lambda: at_least(3, has(drug("A10"))),
    lambda: condition("E11").for_days(30).until_end_of_observation(),
    lambda: condition("E11").until_treatment_ends(drug("A10").age(18)),
    lambda: condition("E11").until_treatment_ends(condition("E11")),
    lambda: condition("E11").observed(before=-1),
    lambda: condition("E11").era_pad(-1),
    lambda: condition("E11").in_calendar(since="2021-01-01", until="2020-01-01"),
    lambda: condition("E11").limits(entries="second"),  # pyright: ignore[reportArgumentType]
    lambda: condition("E11").shifted(start=5, end=2, end_from="start"),
    lambda: measurement("4548-4").value(above(float("nan"))),
    lambda: between(3, 2),
    lambda: entry(),
]


@pytest.mark.parametrize("wrong", WRONG)
def test_what_cannot_be_is_told_at_the_call(wrong: Callable[[], object]) -> None:
    with pytest.raises(StudyError) as caught:
        wrong()
    assert caught.value.what
    assert caught.value.remedy


def test_an_attribute_that_no_warehouse_holds_is_refused_at_the_call() -> None:
    with pytest.raises(UnsupportedFeatureError, match="effective_drug_dose"):
        drug("A10BA02").where(EffectiveDrugDose=above(8))


def test_a_wrong_attribute_is_told_with_the_right_one() -> None:
    with pytest.raises(StudyError, match="ValueAsNumber"):
        measurement("4548-4").where(ValueNumber=above(8))


def test_there_is_a_limit_to_rules() -> None:
    study = condition("E11").observed()
    for _rule in range(MAX_RULES):
        study = study.without(death())
    study.build()
    with pytest.raises(StudyError, match="trop de critères"):
        study.without(death())
