"""The example questions: readable, in French, and about concepts that the synthetic hospitals have."""

import json
import re
from importlib import resources
from typing import Any

import pytest

from maillage.cohort.circe import parse_expression, to_circe
from maillage.warehouse.synthetic.vocabulary import read_vocabulary

FOLDER = resources.files("maillage.cli").joinpath("examples")
EXAMPLES = sorted(entry.name for entry in FOLDER.iterdir() if entry.name.endswith(".json"))
FRENCH = ("diabete-type-2-metformine", "insuffisance-cardiaque-readmission", "avc-ischemique")
FRENCH += ("tumeur-neuroendocrine-lutetium", "fracture-hanche-personne-agee", "covid-19-hospitalise")


def read(name: str) -> bytes:
    return FOLDER.joinpath(name).read_bytes()


def concepts_in(node: Any) -> list[dict[str, Any]]:
    if isinstance(node, dict):
        found = [node] if "CONCEPT_ID" in node else []
        return found + [concept for value in node.values() for concept in concepts_in(value)]
    if isinstance(node, list):
        return [concept for value in node for concept in concepts_in(value)]
    return []


def test_there_is_one_example_for_each_question_of_the_demo():
    assert sorted(f"{name}.json" for name in FRENCH) == EXAMPLES
    assert all(re.fullmatch(r"[a-z0-9-]+\.json", name) for name in EXAMPLES)


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_is_a_cohort_expression_with_named_rules(name: str):
    expression = parse_expression(read(name))
    assert expression.rules
    assert all(rule.name for rule in expression.rules)
    assert parse_expression(to_circe(expression)) == expression


@pytest.mark.parametrize("name", EXAMPLES)
def test_an_example_names_the_concepts_of_the_synthetic_hospitals(name: str):
    known = {concept.id: concept for concept in read_vocabulary().concepts}
    used = concepts_in(json.loads(read(name)))
    assert used
    for concept in used:
        assert concept["CONCEPT_CODE"] == known[concept["CONCEPT_ID"]].code
        assert concept["CONCEPT_NAME"] == known[concept["CONCEPT_ID"]].name
        assert concept["VOCABULARY_ID"] == known[concept["CONCEPT_ID"]].vocabulary


def test_the_main_example_has_its_three_rules():
    names = [rule.name for rule in parse_expression(read("diabete-type-2-metformine.json")).rules]
    assert names == [
        "Âge de 18 ans ou plus",
        "Metformine dans les 180 jours",
        "Aucune insuline auparavant",
    ]
