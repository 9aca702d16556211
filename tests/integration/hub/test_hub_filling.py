"""The forms of analyses as they are sent without a script: terms, cards, buttons, errors at their fields."""

import html
import json
import re
from typing import Any

import httpx2
import pytest

from maillage.analysis.features.declared import MAX_FEATURES
from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_portal import enter, send
from tests.integration.hub.test_hub_terms import E11, METFORMIN, office, release  # noqa: F401 - fixtures
from tests.support.joint import joint_permit
from tests.support.prepare_hub import publish_permit


@pytest.fixture
def form(office: Network) -> Any:  # noqa: F811
    """The form of an analysis, sent with fields; the source is a question that was asked."""
    office.enrol("hcl")
    publish_permit(office.hub, joint_permit("distribution", "survival", "outcomes", "characterise"))
    source = office.ask()["id"]
    browser = enter(office)

    def fill(analysis: str, **fields: Any) -> httpx2.Response:
        asked_of = str(fields.pop("question", source))
        page = f"/analyses?question={source}"
        if not fields:
            return browser.get(f"/analyses/{analysis}?question={asked_of}")
        return send(browser, f"/analyses/{analysis}", page=page, question=asked_of, permit="etude", **fields)

    return fill


def fields(response: httpx2.Response) -> dict[str, str]:
    """What the page would send again, by the names of its fields."""
    assert response.status_code in (200, 422), response.text
    typed = {}
    for tag in re.findall(r"<input\b[^>]*>", response.text):
        name, value = (re.search(rf' {part}="([^"]*)"', tag) for part in ("name", "value"))
        if name and name[1].startswith("p.") and ("checkbox" not in tag or " checked" in tag):
            typed[name[1]] = html.unescape(value[1]) if value else ""
    for name, inner in re.findall(
        r'<select\b[^>]*name="(p\.[^"]*)"[^>]*>(.*?)</select>', response.text, re.DOTALL
    ):
        chosen = re.search(r'<option value="([^"]*)" selected', inner)
        typed[name] = html.unescape(chosen[1]) if chosen else ""
    return typed


def document(response: httpx2.Response) -> Any:
    """The JSON that the page shows of the form."""
    found = re.search(r'<textarea [^>]*name="p\.~json"[^>]*>(.*?)</textarea>', response.text, re.DOTALL)
    assert found is not None
    return json.loads(html.unescape(found[1]))


def test_a_measure_is_found_and_taken(form: Any) -> None:
    page = form("distribution", **{"do": "see", "q.measure": "créatinine", "p.edges": "62,5; 80; 110"})
    concept = re.findall(r'name="term.measure" value="(\d+)"', page.text)[0]
    page = form("distribution", **fields(page) | {"term.measure": concept})
    measure = document(page)["measure"]
    assert measure["concepts"] == [int(concept)]
    assert "réatinine" in measure["name"]
    assert document(page)["edges"] == [62.5, 80, 110]
    asked = form("distribution", **fields(page))
    assert asked.status_code == 302, asked.text


def test_an_event_and_covariates_are_taken_one_after_the_other(form: Any) -> None:
    page = form("survival", **{"term.event": "event:death", "p.until": "2", "p.until.unit": "year"})
    event = document(page)["event"]
    assert event == {"kind": "death", "name": "deces", "window": {"start": 1}}
    for term in ("event:age", "event:woman", str(E11), str(METFORMIN)):
        page = form("survival", **fields(page) | {"term.covariates": term})
    page = form("survival", **fields(page) | {"do": "copy:covariates.2"})
    page = form("survival", **fields(page) | {"do": "drop:covariates.3"})
    page = form("survival", **fields(page) | {"do": "add:split:sex"})
    named = [(one["kind"], one["name"]) for one in document(page)["covariates"]]
    assert named == [
        ("age", "age"),
        ("sex", "sex"),
        ("condition", "diabete_de_type_2"),
        ("condition", "diabete_de_type_2_2"),
    ]
    assert document(page)["split"] == {"kind": "sex", "name": "sex"}, "one variable, one name"
    read = re.sub(r"<textarea.*?</textarea>|<[^>]*>", "", page.text, flags=re.DOTALL)
    assert "Diabète de type 2" in read
    assert str(E11) not in read, "nobody sees a concept id unless they want to"
    asked = form("survival", **fields(page))
    assert asked.status_code == 302, asked.text
    again = form("survival", question=asked.headers["Location"].rsplit("/", 1)[-1])
    assert document(again) == document(page), "a question is asked anew from its own form"


def test_an_outcome_and_its_risks_are_taken_as_tables_read_them(form: Any) -> None:
    page = form(
        "outcomes", **{"term.outcome": str(METFORMIN), "p.model.intercept": "-3", "p.model.age": "0,01"}
    )
    outcome = document(page)["outcome"]
    assert (outcome["name"], outcome["domain"], outcome["concepts"]) == ("Metformine", "drug", [METFORMIN])
    assert fields(page)["p.outcome.domain"] == "drug"
    assert "<option" not in page.text.split("p.outcome.domain")[1].split("</article>")[0], "its terms say it"
    page = form("outcomes", **fields(page) | {"term.model.risks": str(E11)})
    copied = document(form("outcomes", **fields(page) | {"do": "copy:model.risks.0"}))["model"]["risks"]
    assert len({risk["feature"]["name"] for risk in copied}) == 2
    told = form("outcomes", **fields(page))
    assert told.status_code == 422
    assert 'id="p-model-risks-0-coefficient-erreur"' in told.text
    asked = form("outcomes", **fields(told) | {"p.model.risks.0.coefficient": "2"})
    assert asked.status_code == 302, asked.text


def test_only_terms_that_fit_are_proposed_and_another_is_refused_in_words(form: Any) -> None:
    page = form("distribution", **{"do": "see", "q.measure": "metformine"})
    assert 'name="term.measure"' not in page.text
    page = form("distribution", **{"term.measure": str(METFORMIN), "p.edges.low": "abc"})
    assert "ne peut pas aller ici" in page.text
    assert 'id="p-measure-erreur"' in page.text
    assert 'value="abc"' in page.text, "what was typed is still there"


def test_each_field_that_is_wrong_says_so(form: Any) -> None:
    told = form("distribution", **{"p.edges": "2; 1"})
    assert told.status_code == 422
    shown = told.text.replace("\xa0", " ").replace("\u202f", " ")
    assert "À revoir : « Mesure »" in shown
    assert 'id="p-measure-erreur"' in shown
    told = form("distribution", **{"term.measure": "event:death"})
    assert told.status_code == 200
    assert "ne peut pas aller ici" in told.text


def test_several_analyses_have_each_their_own_fields(form: Any) -> None:
    both = {"parts": ["characterise", "distribution"]}
    page = form("several", **both, **{"do": "see", "q.distribution.measure": "créatinine"})
    concept = re.findall(r'name="term.distribution.measure" value="(\d+)"', page.text)[0]
    page = form("several", **both, **fields(page) | {"term.distribution.measure": concept})
    assert 'name="p.distribution.measure.concepts"' in page.text
    typed = fields(page) | {"p.distribution.edges": "1; 2", "p.characterise.commonest": "20"}
    asked = form("several", **both, **typed)
    assert asked.status_code == 302, asked.text


def test_a_model_of_a_hundred_covariates_fits_in_one_form(form: Any) -> None:
    card = {"~": "new", "kind": "visit", "window.place": "any"}
    cards = {
        f"p.covariates.{place}.{name}": text
        for place in range(MAX_FEATURES)
        for name, text in (card | {"name": f"v{place}"}).items()
    }
    page = form("survival", **cards, do="see")
    assert len(document(page)["covariates"]) == MAX_FEATURES
    assert len(fields(page)) > 1_000
    assert document(form("survival", **fields(page), do="see")) == document(page)
