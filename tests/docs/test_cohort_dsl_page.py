"""docs/cohort-dsl.md: its six studies are the six examples, in other words."""

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from maillage.cli.demo.network import Hospital
from maillage.cohort import CohortExpression, parse_expression
from maillage.cohort.attrition import attrition
from maillage.cohort.compile.cohort import ROW_COLUMNS
from maillage.cohort.compile.sql import col, select, table
from maillage.cohort.dsl import Study
from maillage.cohort.run import run_cohort
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.engines.duckdb import open_warehouse
from tests.conftest import ROOT
from tests.docs.test_snippets import snippets

pytestmark = pytest.mark.xdist_group("network")

EXAMPLES = ROOT / "maillage" / "cli" / "examples"
STUDIES = {
    "diabete": "diabete-type-2-metformine",
    "insuffisance_cardiaque": "insuffisance-cardiaque-readmission",
    "avc": "avc-ischemique",
    "tumeur_neuroendocrine": "tumeur-neuroendocrine-lutetium",
    "fracture_hanche": "fracture-hanche-personne-agee",
    "covid": "covid-19-hospitalise",
}


@pytest.fixture(scope="module")
def page() -> Mapping[str, Any]:
    """What the page defines before it speaks to a hub."""
    namespace: dict[str, Any] = {}
    for block in list(snippets(ROOT / "docs" / "cohort-dsl.md"))[:2]:
        exec(block.code, namespace)  # noqa: S102 - our own page
    return namespace


def found(engine: Engine, expression: CohortExpression) -> tuple[list[Any], list[Any]]:
    """The rows of a cohort, and the persons left at each of its steps."""
    with run_cohort(expression, engine=engine) as tables:
        rows = engine.fetch(select([col("r", name) for name in ROW_COLUMNS], table(tables.rows, "r")))
        return sorted(rows), engine.fetch(attrition(tables))


def test_every_example_is_on_the_page(page: Mapping[str, Any]) -> None:
    assert sorted(STUDIES.values()) == sorted(path.stem for path in EXAMPLES.glob("*.json"))
    assert all(isinstance(page[name], Study) for name in STUDIES)


@pytest.mark.parametrize("name", STUDIES)
def test_a_study_finds_what_the_example_finds(
    page: Mapping[str, Any], synthetic_hospitals: list[Hospital], name: str
) -> None:
    example = parse_expression((EXAMPLES / f"{STUDIES[name]}.json").read_bytes())
    persons = 0
    for hospital in synthetic_hospitals:
        assert isinstance(hospital.warehouse, Path)
        with open_warehouse(hospital.warehouse) as engine:
            written, expected = found(engine, page[name].build()), found(engine, example)
        assert written == expected
        persons += len(expected[0])
    assert persons > 0
