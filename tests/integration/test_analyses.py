"""Analyses on a running network: asked by the client, gated at four nodes, combined, read as their type."""

import json
import re
from collections.abc import Generator
from pathlib import Path

import pytest

from maillage.cli.demo.permits import STUDY
from maillage.client import AnalysisResult, Hub, HubRefusedError, Survival, Table1, connect
from maillage.disclosure import NETWORK_FLOOR, Count
from tests.conftest import ROOT
from tests.support.cohorts import COHORT
from tests.support.network import DemoNetwork

pytestmark = pytest.mark.xdist_group("network")

EXAMPLES = ROOT / "maillage" / "cli" / "examples"


@pytest.fixture(scope="module")
def hub(demo_network: DemoNetwork) -> Generator[Hub]:
    with connect(demo_network.url, token=demo_network.make_token("analyste")) as client:
        yield client


def check(result: AnalysisResult) -> None:
    """Everybody answered; each shown row counts the floor's number at least; it can be read in every way."""
    assert {site.status for site in result.sites} == {"answered"}, str(result)
    cells = [row.persons for rows in result.tables.values() for row in rows]
    shown = [cell.value for cell in cells if isinstance(cell, Count)]
    assert shown
    assert min(shown) >= NETWORK_FLOOR
    assert result.charts()
    assert result.title in result._repr_html_()
    assert len(result.to_pandas()) == len(cells)


def test_a_table_1(hub: Hub) -> None:
    watched: list[AnalysisResult] = []
    result = hub.table1(COHORT, title="Diabète", permit=STUDY, commonest=10, watch=watched.append)
    check(result)
    assert isinstance(result, Table1)
    assert watched[-1].complete
    again = hub.result(result.id)
    assert isinstance(again, Table1), "resumed by its id, it is what it was"
    assert again.document == result.document
    assert "Radiographie du thorax" in str(result), "concepts have their names"


def test_the_page_s_question_of_survival_is_answered(demo_network: DemoNetwork) -> None:
    page = (ROOT / "docs" / "analyses" / "survival.md").read_text(encoding="utf-8")
    (example,) = re.findall(r"```json\n(.*?)```", page, re.DOTALL)
    # A model is refused to whoever asked of almost the same patients before.
    with connect(demo_network.url, token=demo_network.make_token("survie")) as hub:
        result = hub.run(**json.loads(example), expression=COHORT, title="Retour", permit=STUDY)
    assert isinstance(result, Survival)
    assert len(result.document["contributing"]) == 4, str(result)
    assert [curve["group"] for curve in result.figures["curves"]] == ["female", "male"]
    assert [term["name"] for term in result.figures["model"]["terms"]] == ["age"]
    assert "estimation" in result.charts()[0].note, "so few patients are told in long intervals"


def test_under_noise_an_analysis_of_tables_is_refused_with_what_to_do(hub: Hub) -> None:
    with pytest.raises(HubRefusedError) as caught:
        hub.table1(Path(EXAMPLES / "avc-ischemique.json"), permit="feasibility")
    assert caught.value.code == "permit_exceeded"
