"""From codes to concept sets: which vocabulary, which spelling, and what is told of a code that is none."""

from collections.abc import Generator

import pytest

from maillage.cohort.dsl import (
    ShippedVocabulary,
    WarehouseVocabulary,
    codes,
    condition,
    drug,
    drug_era,
    exactly,
    excluded,
    mapped,
    observation,
    visit,
)
from maillage.cohort.errors import AmbiguousCodeError, CodeError, StudyError, UnknownCodeError
from maillage.cohort.expression.values import Concept
from maillage.warehouse.engines.duckdb import open_warehouse
from tests.support.circe import observed
from tests.support.omop import load_tables


def concept(number: int, code: str, vocabulary: str, **more: object) -> dict[str, object]:
    row: dict[str, object] = {
        "concept_id": number,
        "concept_code": code,
        "concept_name": f"name of {code}",
        "vocabulary_id": vocabulary,
        "domain_id": "Condition",
        "concept_class_id": "Code",
        "standard_concept": "S",
        "invalid_reason": None,
    }
    return row | more


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Generator[WarehouseVocabulary]:
    """A warehouse whose condition codes are ICD10, one of them in another vocabulary too."""
    folder = tmp_path_factory.mktemp("vocabulary")
    rows = [
        concept(11, "E11", "ICD10"),
        concept(12, "E11.9", "ICD10"),
        concept(13, "E11", "ICD10CM"),
        concept(14, "E12", "ICD10", standard_concept=None),
        concept(15, "E13", "ICD10", invalid_reason="D"),
        concept(16, "E13", "ICD10"),
        concept(17, "A10BA02", "ATC", concept_name="Metformin"),
        concept(18, "100%_sure", "ATC"),
    ]
    load_tables(folder, {**observed(1), "concept": rows})
    with open_warehouse(folder / "test.duckdb") as engine:
        yield WarehouseVocabulary(engine)


def test_lines_of_a_list() -> None:
    listed = codes("I50", exactly("E11"), mapped(exactly("J44")), without=["E11.9"], name="Mélange")
    found = condition(listed).build().concept_sets[0]
    assert found.name == "Mélange"
    assert [(item.concept.code, item.descendants, item.mapped, item.exclude) for item in found.items] == [
        ("I50", True, False, False),
        ("E11", False, False, False),
        ("J44", False, True, False),
        ("E11.9", True, False, True),
    ]
    assert all(not item.descendants for item in condition(listed.exactly()).build().concept_sets[0].items)
    assert condition(listed.named("Autre")).build().concept_sets[0].name == "Autre"
    assert all(item.mapped for item in condition(listed.mapped()).build().concept_sets[0].items)
    mixed = condition(codes(excluded("E11.9"), "E11")).build().concept_sets[0]
    assert [item.exclude for item in mixed.items] == [True, False]


def test_a_list_without_a_name_is_named_after_its_concepts() -> None:
    assert condition("E11", "I50").build().concept_sets[0].name == "Diabète de type 2, Insuffisance cardiaque"


def test_equal_lists_are_one_set_in_order_of_use() -> None:
    insulin = codes("A10A", name="Insulines")
    built = condition("E11").with_any(drug(insulin)).without(drug_era("A10A")).with_any(drug(insulin)).build()
    assert [(one.id, one.name) for one in built.concept_sets] == [
        (0, "Diabète de type 2"),
        (1, "Insulines"),
        (2, "Insulines et analogues"),
    ]


def test_a_list_may_have_its_number_and_its_place() -> None:
    insulin = codes("A10A", number=7)
    built = condition("E11").listing(insulin, codes("E11")).build()
    assert [one.id for one in built.concept_sets] == [7, 0]
    with pytest.raises(StudyError, match="même numéro"):
        condition(codes("E11", number=1)).with_any(drug(codes("A10A", number=1))).build()


@pytest.mark.parametrize("spelled", ["E11.9", "E119", "e11.9", " E119 "])
def test_a_code_is_found_with_and_without_its_dot(spelled: str) -> None:
    assert ShippedVocabulary().find(spelled, "CIM10").id == 2000100160


def test_the_domain_says_the_vocabulary() -> None:
    # « A » is a chapter of ATC and one of CCAM; « M » is also a gender.
    assert drug("A").build().concept_sets[0].items[0].concept.vocabulary == "ATC"
    with pytest.raises(AmbiguousCodeError, match="ATC"):
        ShippedVocabulary().find("A")
    assert condition("44054006").build().concept_sets[0].items[0].concept.id == 201826
    assert condition("6809", vocabulary="RxNorm").build().concept_sets[0].items[0].concept.id == 1503297


def test_an_id_or_a_whole_concept_will_do() -> None:
    assert condition(201826).build().concept_sets[0].items[0].concept.vocabulary == "SNOMED"
    mine = Concept(-5)
    assert condition(mine).build().concept_sets[0].items[0].concept is mine


def test_an_unknown_code_is_told_with_its_place_and_its_neighbours() -> None:
    with pytest.raises(UnknownCodeError) as caught:
        condition("E11").with_any(drug("A10BA2")).build()
    assert "drug A10BA2" in caught.value.what
    assert any(line.startswith("A10BA02") for line in caught.value.nearest)
    assert "A10BA02" in caught.value.why


def test_a_code_of_another_vocabulary_is_recognised() -> None:
    with pytest.raises(UnknownCodeError) as caught:
        condition("A10BA02").build()
    assert caught.value.nearest[0] == "A10BA02 Metformine (ATC)"


def test_a_name_leads_to_its_code() -> None:
    with pytest.raises(UnknownCodeError) as caught:
        drug("metformine").build()
    assert "A10BA02 Metformine (ATC)" in caught.value.nearest


def test_all_bad_codes_are_told_at_once() -> None:
    with pytest.raises(CodeError) as caught:
        condition("E99Z").with_any(drug("Z99")).without(visit("HC")).build()
    assert all(code in caught.value.why for code in ("E99Z", "Z99", "HC"))


def test_a_code_that_no_fact_carries_is_refused_rather_than_finding_nobody() -> None:
    with pytest.raises(CodeError, match="standard") as caught:
        visit("HC", vocabulary="Maillage").build()
    assert "source" in caught.value.remedy
    assert visit().source("HC").build().concept_sets


def test_a_list_for_two_domains_must_say_its_vocabulary() -> None:
    smoking = codes("F17")
    study = condition(smoking).with_any(observation(smoking))
    with pytest.raises(StudyError, match="deux domaines"):
        study.build()
    said = codes("F17", vocabulary="CIM10")
    assert len(condition(said).with_any(observation(said)).build().concept_sets) == 1


def test_a_warehouse_is_a_vocabulary(warehouse: WarehouseVocabulary) -> None:
    built = condition("E119").with_any(drug("A10BA02")).build(warehouse)
    assert [one.items[0].concept.id for one in built.concept_sets] == [12, 17]
    first = built.concept_sets[0].items[0].concept
    assert (first.name, first.vocabulary, first.standard, first.invalid_reason) == (
        "name of E11.9",
        "ICD10",
        "S",
        "V",
    )


def test_the_first_vocabulary_of_the_domain_wins_unless_one_is_said(
    warehouse: WarehouseVocabulary,
) -> None:
    assert condition("E11").build(warehouse).concept_sets[0].items[0].concept.id == 11
    said = condition("E11", vocabulary="ICD10CM").build(warehouse)
    assert said.concept_sets[0].items[0].concept.id == 13
    with pytest.raises(AmbiguousCodeError):
        warehouse.find("E11")


def test_a_valid_concept_is_taken_before_an_invalid_one(warehouse: WarehouseVocabulary) -> None:
    assert warehouse.find("E13").id == 16
    assert warehouse.find(15).invalid_reason == "D"


def test_a_warehouse_suggests_codes_and_names(warehouse: WarehouseVocabulary) -> None:
    with pytest.raises(UnknownCodeError) as caught:
        condition("E11.8").build(warehouse)
    assert caught.value.nearest
    with pytest.raises(UnknownCodeError) as caught:
        drug("metformin").build(warehouse)
    assert caught.value.nearest == ("A10BA02 Metformin (ATC)",)
    with pytest.raises(UnknownCodeError):
        warehouse.find("%'; DROP TABLE person; --")


def test_a_source_code_of_a_warehouse_is_refused_as_a_fact(warehouse: WarehouseVocabulary) -> None:
    with pytest.raises(CodeError, match="standard"):
        condition("E12").build(warehouse)
    assert condition().source("E12").build(warehouse).concept_sets[0].items[0].concept.standard == "N"
