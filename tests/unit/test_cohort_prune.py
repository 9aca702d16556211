"""What is left to ask once some steps are known to be empty. The oracles see that it finds the same."""

from pathlib import Path
from typing import Any

import pytest

from maillage.cohort import parse_expression
from maillage.cohort.attrition import attrition
from maillage.cohort.compile import CohortPlan, compile_cohort, prune
from maillage.cohort.run import run_cohort
from tests.support.circe import cohort, concept_set, concepts, correlated, group, observed, rule
from tests.support.omop import open_tables

CONDITION, DRUG, DEVICE = (
    {domain: {"CodesetId": 0}} for domain in ("ConditionOccurrence", "DrugExposure", "DeviceExposure")
)
NONE_OF = {"kind": 0, "count": 0}


def left(body: dict[str, Any], *tables: str, with_events: bool = False) -> tuple[set[str], CohortPlan]:
    """The kinds of steps left when nothing of these tables has a code of the set."""
    expression = parse_expression(body | {"ConceptSets": [concept_set(0, 1)]})
    plan = compile_cohort(expression, with_events=with_events)
    pruned = prune(plan, {f"{table}_found" for table in tables})
    return {step.name for step in pruned.steps}, pruned


def ruled(*members: dict[str, Any], **parts: Any) -> dict[str, Any]:
    return cohort(CONDITION, InclusionRules=[rule(group(*members, **parts))])


ENTRY = {"codesets", "condition_occurrence_found", "cohort_rows", "era_edges"}
RULED = {*ENTRY, "qualified_events"}


def test_an_entry_that_never_happens_leaves_nothing_to_ask() -> None:
    body = ruled(correlated(DRUG))
    assert left(body, "condition_occurrence")[0] == {"cohort_rows"}
    names, plan = left(body, "condition_occurrence", with_events=True)
    assert names == {"events", "cohort_rows"}
    assert plan.empty


@pytest.mark.parametrize(
    ("body", "kept"),
    [
        (ruled(correlated(DRUG)), {"cohort_rows"}),
        (ruled(correlated(DRUG, **NONE_OF)), RULED),
        (
            ruled(correlated(DRUG), correlated(DEVICE), kind="ANY"),
            {*RULED, "device_exposure_found", "correlated_2"},
        ),
        (ruled(correlated(DRUG, **NONE_OF), correlated(DEVICE), kind="ANY"), RULED),
        (cohort(CONDITION, DRUG), ENTRY),
        (cohort(CONDITION, AdditionalCriteria=group(correlated(DRUG))), {"cohort_rows"}),
        (cohort(CONDITION, CensoringCriteria=[DRUG]), {*ENTRY, "drug_exposure_found"}),
        (
            cohort({"ConditionOccurrence": {"CodesetId": 0, "CorrelatedCriteria": group(correlated(DRUG))}}),
            {"cohort_rows"},
        ),
    ],
    ids=["at least", "none", "any", "none or any", "another entry", "additional", "censoring", "nested"],
)
def test_what_reads_no_row_is_left_out(body: dict[str, Any], kept: set[str]) -> None:
    names, plan = left(body, "drug_exposure")
    assert names == kept
    assert plan.empty == (kept == {"cohort_rows"})


def test_what_reads_none_of_the_empty_steps_is_not_touched() -> None:
    plan = compile_cohort(
        parse_expression(ruled(correlated(CONDITION)) | {"ConceptSets": [concept_set(0, 1)]})
    )
    assert prune(plan, {"drug_exposure_found"}) == plan


def test_events_without_a_row_have_their_columns(tmp_path: Path) -> None:
    body = ruled(correlated(DRUG)) | {"ConceptSets": [concept_set(0, 1)]}
    with (
        open_tables(tmp_path, {**observed(1), "concept": concepts(1)}) as engine,
        run_cohort(parse_expression(body), engine=engine) as tables,
    ):
        assert engine.fetch(attrition(tables)) == [(0, 0), (1, 0)]
