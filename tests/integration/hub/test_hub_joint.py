"""Several analyses in the portal and the API: chosen, filled in, asked, read in sections, kept as files."""

from typing import Any

from maillage.client.typed import read_any
from maillage.exchange.parts import SEVERAL
from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_portal import enter, send
from tests.integration.hub.test_hub_questions import TWO_STEPS
from tests.support.hubs import ProbeNode
from tests.support.joint import joint, joint_content, joint_permit
from tests.support.prepare_hub import publish_permit

FLOWS: dict[str, Any] = {
    "persons": {"count": 40},
    "tables": [
        {
            "id": "residence",
            "rows": [{"key": "69", "persons": {"count": 40}, "amounts": {"stays": 52.0}}],
            "rest": None,
        }
    ],
    "repeated": False,
}


def answer(network: Network, node: ProbeNode, flows: dict[str, Any] | None = FLOWS) -> str:
    publish_permit(network.hub, joint_permit("count", "flows", "incidence"))
    question = network.ask(permit="etude", analysis=SEVERAL, parameters=joint("count", "flows"))
    opened = node.take()
    content = joint_content(("count", TWO_STEPS), ("flows", flows))
    assert node.answer(opened, node.partial(opened, content=content)).status_code == 200
    return question["id"]


def test_they_are_chosen_filled_in_and_asked(network: Network) -> None:
    network.enrol("hcl")
    publish_permit(network.hub, joint_permit("count", "flows", "incidence"))
    source = network.ask()["id"]
    browser = enter(network)
    chosen = browser.get(f"/analyses?question={source}").text
    assert 'name="parts" value="incidence"' in chosen
    assert 'value="regress"' not in chosen, "a model is asked alone"
    path = f"/analyses/{SEVERAL}"
    page = f"{path}?question={source}&parts=count&parts=incidence"
    filled = browser.get(page).text
    assert 'name="p.incidence.first_year"' in filled
    assert "Rien à choisir" in filled
    fields = {"question": source, "parts": ["count", "incidence"], "permit": "etude"}
    wrong = send(browser, path, page=page, **fields | {"p.incidence.first_year": "2021"})
    assert wrong.status_code >= 400
    assert 'value="2021"' in wrong.text, "what was typed is still there"
    years = {"p.incidence.first_year": "2021", "p.incidence.last_year": "2022", "p.incidence.by": "sex"}
    asked = send(browser, path, page=page, **fields | years)
    assert asked.status_code == 302
    document = network.call("GET", asked.headers["Location"]).json()
    first, second = document["parameters"]["parts"]
    assert (first, second["analysis"]) == ({"analysis": "count", "parameters": {}}, "incidence")
    assert second["parameters"]["first_year"] == 2021
    alone = browser.get(f"/analyses/{SEVERAL}?question={source}&parts=count")
    assert alone.status_code == 302, "one analysis is asked by its own page"


def test_each_analysis_has_its_section_and_its_files(network: Network) -> None:
    (node,) = network.enrol("hcl")
    question = answer(network, node)
    browser = enter(network)
    page = browser.get(f"/questions/{question}").text
    assert page.index('id="analyse-1">Compter') < page.index('id="analyse-2">')
    assert '<h3 id="graphique-1">Critère après critère</h3>' in page
    flows = browser.get(f"/questions/{question}/tableaux/3.csv")
    assert "69;Rhône;40;count" in flows.content.decode("utf-8-sig")
    assert browser.get(f"/questions/{question}/resultat.pdf").content.startswith(b"%PDF")
    assert "(count, flows)" in browser.get(f"/questions/{question}/provenance").text


def test_a_part_that_failed_is_said_and_is_no_zero(network: Network) -> None:
    (node,) = network.enrol("hcl")
    question = answer(network, node, None)
    page = enter(network).get(f"/questions/{question}").text
    assert "N’ont pas pu calculer cette analyse : Hôpital hcl." in page


def test_a_program_reads_each_part_as_its_own_result(network: Network) -> None:
    (node,) = network.enrol("hcl")
    question = answer(network, node)
    document = network.call("GET", f"/questions/{question}").json()
    counted, described = document["combined"]["parts"]
    assert counted["document"]["steps"] == [{"count": 90}, {"count": 40}]
    assert counted["document"]["tables"] == []
    assert described["document"]["tables"][0]["rows"][0]["amounts"] == {"stays": 52.0}
    result: Any = read_any(document)
    single: Any = read_any(alone(network, node))
    assert result["count"].combined == single.combined
    assert result["flows"].tables["residence"][0].amounts == {"stays": 52.0}
    assert "69" in str(result)
    assert "<table>" in result._repr_html_()


def alone(network: Network, node: ProbeNode) -> dict[str, Any]:
    question = network.ask()
    opened = node.take()
    node.answer(opened, node.partial(opened, content=TWO_STEPS))
    return network.read(question)
