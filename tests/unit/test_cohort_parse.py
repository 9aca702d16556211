"""Reading a cohort expression: what is accepted, what is refused, and how it is told."""

import json
from typing import Any

import pytest

from maillage.cohort import (
    CohortError,
    ExpressionError,
    ExpressionTooLargeError,
    UnsupportedFeatureError,
    cohort_hash,
    parse_expression,
    to_circe,
)
from maillage.cohort.expression import Limit
from tests.support.circe import FULL, cohort, concept_set, correlated, group, rule

FIRST = "$.PrimaryCriteria.CriteriaList[0]"
CONDITION = {"ConditionOccurrence": {"CodesetId": 0}}


def deep_group(levels: int) -> dict[str, Any]:
    body = group()
    for _level in range(levels):
        body = group(Groups=[body])
    return body


@pytest.mark.parametrize(
    ("expression", "path"),
    [
        (cohort({"ConditionOccurrence": {"CodesetId": "0"}}), "$.PrimaryCriteria.CriteriaList[0]."),
        (cohort({"Surgery": {}}), "$.PrimaryCriteria.CriteriaList[0] "),
        (cohort({"Death": {}, "Specimen": {}}), "$.PrimaryCriteria.CriteriaList[0] "),
        (cohort(CONDITION, {"Death": {"Colour": 1}}), "$.PrimaryCriteria.CriteriaList[1].Death "),
        (cohort(), "$.PrimaryCriteria.CriteriaList "),
        (cohort(CONDITION, limit="Second"), "$.PrimaryCriteria.PrimaryCriteriaLimit.Type "),
        (cohort(CONDITION, InclusionRules={}), "$.InclusionRules "),
        (
            cohort(CONDITION, InclusionRules=[rule(group(kind="SOME"))]),
            "$.InclusionRules[0].expression.Type ",
        ),
        (cohort(CONDITION, AdditionalCriteria=group(kind="AT_LEAST")), "$.AdditionalCriteria "),
        (
            cohort(CONDITION, AdditionalCriteria=group(correlated(CONDITION, kind=3))),
            "$.AdditionalCriteria.CriteriaList[0].Occurrence.Type ",
        ),
        (cohort(CONDITION, CensorWindow={"StartDate": "2020-02-30"}), "$.CensorWindow.StartDate "),
        (cohort(CONDITION, CollapseSettings={"EraPad": -1}), "$.CollapseSettings.EraPad "),
        (cohort(CONDITION, EndStrategy={"CustomEra": {}}), "$.EndStrategy.CustomEra "),
        (cohort(CONDITION, ConceptSets=[concept_set(0), concept_set(0)]), "$.ConceptSets "),
        (
            cohort({"Death": {"Age": {"Op": "bt", "Value": 1}}}),
            f"{FIRST}.Death.Age ",
        ),
        (
            cohort({"Death": {"Age": {"Op": "=", "Value": 1}}}),
            f"{FIRST}.Death.Age.Op ",
        ),
        ({"expression": cohort(CONDITION)}, "$ "),
    ],
)
def test_an_error_names_the_place_and_the_remedy(expression: dict[str, Any], path: str) -> None:
    with pytest.raises(ExpressionError) as caught:
        parse_expression(expression)
    assert caught.value.what.startswith(path)
    assert caught.value.remedy


def test_an_unknown_key_is_named() -> None:
    with pytest.raises(ExpressionError, match="Colour"):
        parse_expression(cohort({"Death": {"Colour": "red"}}))


def test_keys_that_atlas_adds_change_nothing() -> None:
    plain = cohort(CONDITION, ConceptSets=[concept_set(0, 1)])
    decorated = json.loads(json.dumps(plain)) | {"id": 7, "name": "x", "createdBy": None}
    decorated["ConceptSets"][0]["expression"]["items"][0]["concept"]["STANDARD_CONCEPT_CAPTION"] = "Standard"
    assert parse_expression(decorated) == parse_expression(plain)


@pytest.mark.parametrize("source", [b"", b"{", b"\xff\xfe", "[1]", b"null", b'{"a":1,"a":2}', b'{"a": NaN}'])
def test_what_is_no_json_object_is_refused(source: bytes | str) -> None:
    with pytest.raises(CohortError):
        parse_expression(source)


def test_five_megabytes_are_refused() -> None:
    with pytest.raises(ExpressionTooLargeError, match="trop grande"):
        parse_expression(b'{"PrimaryCriteria": "' + b"x" * 5_000_000 + b'"}')


@pytest.mark.parametrize("levels", [200, 20_000])
def test_nested_groups_are_refused_before_recursion(levels: int) -> None:
    text = '{"Type":"ALL","Groups":[' * levels + "]}" * levels
    whole = f'{{"PrimaryCriteria": {{}}, "AdditionalCriteria": {text}}}'
    with pytest.raises(CohortError, match=r"imbriqu|lisible"):
        parse_expression(whole)


def test_a_mapping_is_bounded_too() -> None:
    with pytest.raises(ExpressionTooLargeError, match="profond"):
        parse_expression(cohort(CONDITION, AdditionalCriteria=deep_group(200)))


def test_a_mapping_that_holds_itself_is_refused() -> None:
    endless: dict[str, Any] = {}
    endless["PrimaryCriteria"] = endless
    with pytest.raises(ExpressionTooLargeError):
        parse_expression(endless)


def ages(number: int) -> list[dict[str, Any]]:
    return [{"Age": {"Value": age, "Op": "gt"}} for age in range(number)]


def nested(depth: int, width: int) -> dict[str, Any]:
    """Criteria inside criteria: `width` of each level's to the power of `depth`."""
    if depth == 0:
        return group()
    inner = {"ConditionOccurrence": {"CorrelatedCriteria": nested(depth - 1, width)}}
    return group(*[correlated(inner)] * width)


TOO_MANY = {
    "entry events": cohort(*[CONDITION] * 201),
    "exits": cohort(CONDITION, CensoringCriteria=[CONDITION] * 200),
    "criteria of a group": cohort(CONDITION, AdditionalCriteria=group(*[correlated(CONDITION)] * 200)),
    "1000 criteria": cohort(CONDITION, AdditionalCriteria=group(*[correlated(CONDITION)] * 1_000)),
    "conditions on the person": cohort(
        CONDITION, AdditionalCriteria=group(DemographicCriteriaList=ages(200))
    ),
    "rules together": cohort(CONDITION, InclusionRules=[rule(group(DemographicCriteriaList=ages(2)))] * 100),
    "criteria inside criteria": cohort(CONDITION, AdditionalCriteria=nested(7, 2)),
}


@pytest.mark.parametrize("case", TOO_MANY)
def test_too_many_criteria_are_refused_wherever_they_are(case: str) -> None:
    with pytest.raises(ExpressionTooLargeError, match="trop de critères") as caught:
        parse_expression(json.dumps(TOO_MANY[case]))
    assert "200" in caught.value.why
    assert caught.value.remedy


def test_as_many_criteria_as_may_be_are_read() -> None:
    conditions = group(DemographicCriteriaList=ages(199))
    assert parse_expression(cohort(CONDITION, AdditionalCriteria=conditions)).additional


def test_too_many_parts_are_refused() -> None:
    sets = [concept_set(number) for number in range(1_000)]
    with pytest.raises(ExpressionTooLargeError, match="trop de parties"):
        parse_expression(cohort(CONDITION, ConceptSets=sets))


def test_two_hundred_thousand_concepts_are_refused_by_their_size() -> None:
    with pytest.raises(ExpressionTooLargeError, match="trop grande"):
        parse_expression(json.dumps(cohort(CONDITION, ConceptSets=[concept_set(0, *range(200_000))])))


@pytest.mark.parametrize(
    "number", ["1e400", "-1e400", "NaN", "9" * 5_000, "9223372036854775808", '"1"', "true"]
)
def test_a_number_that_is_none_is_refused(number: str) -> None:
    text = json.dumps(cohort({"Measurement": {"ValueAsNumber": {"Value": 0, "Op": "gt"}}}))
    with pytest.raises(ExpressionError):
        parse_expression(text.replace('"Value": 0', f'"Value": {number}'))


@pytest.mark.parametrize("text", ["\ud800", "a\udfffb"])
def test_half_a_character_is_refused(text: str) -> None:
    expression = cohort({"Observation": {"ValueAsString": {"Text": text, "Op": "eq"}}})
    with pytest.raises(ExpressionError, match="Unicode") as caught:
        parse_expression(expression)
    assert caught.value.path == f"{FIRST}.Observation.ValueAsString.Text"


def test_many_concepts_are_no_trouble() -> None:
    expression = parse_expression(cohort(CONDITION, ConceptSets=[concept_set(0, *range(10_000))]))
    assert len(expression.concept_sets[0].items) == 10_000


def test_absent_limits_mean_first() -> None:
    expression = parse_expression({"PrimaryCriteria": {"CriteriaList": [{"Death": {}}]}})
    assert {expression.primary.limit, expression.qualified_limit, expression.expression_limit} == {
        Limit.FIRST
    }


def test_location_region_is_refused_with_its_reason() -> None:
    with pytest.raises(UnsupportedFeatureError, match="LocationRegion") as caught:
        parse_expression(cohort({"LocationRegion": {"CodesetId": 0}}))
    assert "LOCATION_HISTORY" in caught.value.why


def test_what_is_written_is_read_again_as_it_was() -> None:
    expression = parse_expression(FULL)
    assert parse_expression(to_circe(expression)) == expression
    assert parse_expression(json.dumps(to_circe(expression))) == expression


def test_the_hash_follows_the_meaning_of_the_document() -> None:
    spelled_out = json.loads(json.dumps(FULL))
    spelled_out["PrimaryCriteria"]["CriteriaList"][1]["Observation"]["First"] = False
    changed = json.loads(json.dumps(FULL))
    changed["PrimaryCriteria"]["CriteriaList"][0]["Measurement"]["Unit"][0]["CONCEPT_ID"] -= 1
    hashes = [cohort_hash(parse_expression(one)) for one in (FULL, spelled_out, changed)]
    assert hashes[0] == hashes[1]
    assert hashes[0] != hashes[2], "an id beyond 2^53 must not be rounded"
    assert hashes[0].startswith("sha256:")


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 1.5, True, "1", [1]])
def test_a_concept_id_is_a_whole_number_of_64_bits(number: object) -> None:
    with pytest.raises(ExpressionError, match="CONCEPT_ID"):
        parse_expression(
            cohort(CONDITION, ConceptSets=[concept_set(0, number)])  # type: ignore[arg-type]
        )
