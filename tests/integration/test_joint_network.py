"""Several analyses on a running network: one question, one task a hospital, each part as its own result."""

import pytest

from maillage.cli.demo.permits import STUDY
from maillage.client import CountResult, Distribution, Incidence, Table1, connect, part
from maillage.disclosure import NETWORK_FLOOR, Count
from tests.support.cohorts import COHORT
from tests.support.network import DemoNetwork

pytestmark = pytest.mark.xdist_group("network")


def test_four_hospitals_answer_four_analyses_at_once(demo_network: DemoNetwork) -> None:
    potassium = {"name": "potassium", "concepts": [3023103]}
    with connect(demo_network.url, token=demo_network.make_token("jointe")) as hub:
        result = hub.several(
            COHORT,
            [
                part("count"),
                part("characterise", domains=("condition",), commonest=5),
                part("incidence", first_year=2021, last_year=2022),
                part("distribution", measure=potassium, edges=[3.75, 4.0, 4.25], before_days=730),
            ],
            title="Diabète, tout ensemble",
            permit=STUDY,
        )
        again = hub.result(result.id)
        alone = hub.count(COHORT, permit=STUDY)
    assert {site.status for site in result.sites} == {"answered"}, str(result)
    counted, described, rates, values = result
    assert (type(counted), type(described)) == (CountResult, Table1)
    assert (type(rates), type(values)) == (Incidence, Distribution)
    assert isinstance(counted, CountResult)
    assert isinstance(described, Table1)
    assert counted.combined.persons == described.persons == alone.combined.persons
    assert counted.combined.steps == alone.combined.steps
    cells = [row.persons for rows in described.tables.values() for row in rows]
    assert min(cell.value for cell in cells if isinstance(cell, Count)) >= NETWORK_FLOOR
    assert described.charts()
    assert str(again) == str(result), "resumed by its id, it is what it was"
