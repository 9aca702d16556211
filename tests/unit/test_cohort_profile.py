"""`maillage cohort profile`: what it says of each part of a definition, and what it advises."""

import json
from pathlib import Path
from typing import Any

import pytest

from maillage.cli.main import run
from tests.support.circe import cohort, concept_set, concepts, correlated, group, observed, rule
from tests.support.omop import load_tables

DIABETES, INSULIN = 10, 20
FIRST = "$.PrimaryCriteria.CriteriaList[0].ConditionOccurrence"
RULE = "$.InclusionRules[0].expression.CriteriaList[0]"

DEFINITION = cohort(
    {"ConditionOccurrence": {"CodesetId": 0}},
    {"Measurement": {}},
    ConceptSets=[
        {**concept_set(0, DIABETES, 11), "name": "Diabète"},
        {**concept_set(1, 404), "name": "Perdu"},
        {**concept_set(2, INSULIN), "name": "De côté"},
    ],
    InclusionRules=[
        rule(
            group(
                correlated({"ConditionOccurrence": {"CodesetId": 0, "StopReason": {"Text": "x", "Op": "eq"}}})
            )
        ),
        rule(group(correlated({"DrugExposure": {"CodesetId": 1}}, kind=0, count=0)), "sans le perdu"),
    ],
)


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    day = {"condition_start_date": "2020-03-01", "condition_concept_id": DIABETES}
    rows = [
        {"condition_occurrence_id": 1, "person_id": 1, "stop_reason": "x", **day},
        {"condition_occurrence_id": 2, "person_id": 1, "stop_reason": "y", **day},
        {"condition_occurrence_id": 3, "person_id": 2, "stop_reason": "y", **day},
    ]
    known = concepts(DIABETES, INSULIN)
    return load_tables(
        tmp_path_factory.mktemp("profile"),
        {**observed(1, 2, 3), "condition_occurrence": rows, "concept": known},
    )


@pytest.fixture
def definition(tmp_path: Path) -> Path:
    path = tmp_path / "definition.json"
    path.write_text(json.dumps(DEFINITION))
    return path


@pytest.fixture
def document(warehouse: Path, definition: Path, capsys: pytest.CaptureFixture[str]) -> dict[str, Any]:
    assert run(["cohort", "profile", str(definition), "--warehouse", str(warehouse), "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def part(document: dict[str, Any], path: str) -> dict[str, Any]:
    return next(found for found in document["parts"] if found["path"] == path)


def test_every_part_is_there_in_the_order_of_the_definition(document: dict[str, Any]) -> None:
    assert [found["path"] for found in document["parts"]] == [
        "$.ConceptSets",
        "$.PrimaryCriteria",
        FIRST,
        "$.PrimaryCriteria.CriteriaList[1].Measurement",
        "$.InclusionRules",
        "$.InclusionRules[0]",
        RULE,
        f"{RULE}.Criteria.ConditionOccurrence",
        "$.InclusionRules[1]",
        "$.InclusionRules[1].expression.CriteriaList[0]",
        "$.InclusionRules[1].expression.CriteriaList[0].Criteria.DrugExposure",
        "$.EndStrategy",
        "$.CollapseSettings",
    ]
    assert part(document, FIRST)["words"] == "ConditionOccurrence « Diabète »"
    assert part(document, "$.InclusionRules[1]")["words"] == "sans le perdu"


def test_a_criterion_says_what_it_read_and_whom_it_found(document: dict[str, Any]) -> None:
    (step,) = part(document, FIRST)["steps"]
    assert step["tables"] == ["condition_occurrence_by_concept"]
    assert step["rows_in"]["condition_occurrence_by_concept"] == 3
    assert (step["rows"], step["persons"]) == (3, 2)
    assert step["seconds"] > 0
    assert "condition_occurrence_by_concept" in step["sql"]


def test_a_correlated_criterion_says_whom_it_kept_of_whom(document: dict[str, Any]) -> None:
    (step,) = part(document, RULE)["steps"]
    assert (step["persons_in"], step["persons"], step["rows"]) == (2, 1, 2)
    assert part(document, "$.InclusionRules[0]")["persons"] == {"before": 2, "after": 1}
    assert part(document, "$.InclusionRules[1]")["persons"] == {"before": 1, "after": 1}


def test_concept_sets_say_what_they_resolve_to(document: dict[str, Any]) -> None:
    found = [(one["name"], one["concepts"], one["empty"]) for one in document["concept_sets"]]
    assert found == [("Diabète", 1, [11]), ("Perdu", 0, [404]), ("De côté", None, [])]


def test_the_totals_and_the_slowest_are_those_of_the_steps(document: dict[str, Any]) -> None:
    steps = [step for found in document["parts"] for step in found["steps"]]
    assert document["seconds"]["engine"] == pytest.approx(sum(step["seconds"] for step in steps))
    assert document["slowest"][0]["seconds"] == max(step["seconds"] for step in steps)
    assert all(document["seconds"][name] > 0 for name in ("parse", "compile", "render"))


HINTS = {
    "$.ConceptSets[0]": "11",
    "$.ConceptSets[1]": "aucun concept",
    "$.PrimaryCriteria.CriteriaList[1].Measurement": "toute la table measurement",
    f"{RULE}.Criteria.ConditionOccurrence": "stop_reason. Attribut en cause : StopReason",
}


def test_the_advice_is_given_at_its_place_and_nowhere_else(document: dict[str, Any]) -> None:
    given = {hint["path"]: hint["text"] for hint in document["hints"]}
    assert given.keys() == HINTS.keys()
    assert all(words in given[path] for path, words in HINTS.items())


def test_the_screen_says_that_it_is_for_inside(
    warehouse: Path, definition: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    command = ["cohort", "profile", str(definition), "--warehouse", str(warehouse)]
    assert run([*command, "--sql"]) == 0
    screen = capsys.readouterr().out
    assert "pour l’intérieur de l’hôpital seulement" in screen
    assert "sans le perdu" in screen
    assert f"-- {FIRST}\n" in screen
    assert "FROM condition_occurrence_by_concept" in screen
    assert run(command) == 0
    assert "SELECT" not in capsys.readouterr().out


def test_an_equal_criterion_is_measured_once(
    warehouse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    criterion = {"ConditionOccurrence": {"CodesetId": 0}}
    twice = cohort(criterion, ConceptSets=[concept_set(0, DIABETES)], CensoringCriteria=[criterion])
    path = tmp_path / "twice.json"
    path.write_text(json.dumps(twice))
    assert run(["cohort", "profile", str(path), "--warehouse", str(warehouse), "--json"]) == 0
    document = json.loads(capsys.readouterr().out)
    assert part(document, FIRST)["steps"]
    again = part(document, "$.CensoringCriteria[0].ConditionOccurrence")
    assert (again["same_as"], again["steps"]) == (FIRST, [])


def test_a_bad_definition_is_told(
    warehouse: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "bad.json"
    path.write_text("{}")
    assert run(["cohort", "profile", str(path), "--warehouse", str(warehouse)]) == 2
    assert run(["cohort", "profile", str(tmp_path / "none.json"), "--warehouse", str(warehouse)]) == 2
    assert "Traceback" not in capsys.readouterr().err
