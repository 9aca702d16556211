"""The forms of analyses that ask for a measure, an event, covariates: a term that is chosen fills them in."""

import html
import json
import re
from typing import Any

import httpx2
import pytest

from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_portal import enter, send
from tests.integration.hub.test_hub_terms import E11, METFORMIN, office, release  # noqa: F401 - fixtures
from tests.support.joint import joint_permit
from tests.support.prepare_hub import publish_permit

CREATININE = 3016723


@pytest.fixture
def form(office: Network) -> Any:  # noqa: F811
    """The form of an analysis, sent with fields; the source is a question that was asked."""
    office.enrol("hcl")
    publish_permit(office.hub, joint_permit("distribution", "survival", "regress", "outcomes"))
    source = office.ask()["id"]
    browser = enter(office)

    def fill(analysis: str, **fields: str) -> httpx2.Response:
        page = f"/analyses/{analysis}?question={source}"
        named = {name.replace("__", "."): value for name, value in fields.items()}
        return send(browser, f"/analyses/{analysis}", page=page, question=source, permit="etude", **named)

    return fill


def value(response: httpx2.Response, name: str) -> Any:
    """What a field of JSON holds now."""
    assert response.status_code == 200, response.text
    found = re.search(rf'<textarea id="p-{name}"[^>]*>(.*?)</textarea>', response.text, re.DOTALL)
    assert found is not None
    return json.loads(html.unescape(found[1]))


def find_concept(form: Any, typed: str) -> str:
    """The first suggestion of a search made without a script."""
    page = form("distribution", do="search", q=typed, p__edges="1, 2")
    assert 'value="1, 2"' in page.text, "what was typed is still there"
    return re.findall(r'name="term" value="(\d+)"', page.text)[0]


def test_a_measure_is_found_and_written(form: Any) -> None:
    concept = find_concept(form, "créatinine")
    measure = value(form("distribution", term=concept, into="measure"), "measure")
    assert measure["concepts"] == [int(concept)]
    assert "réatinine" in measure["name"]
    asked = form("distribution", p__measure=json.dumps(measure), p__edges="62,5; 80; 110")
    assert asked.status_code == 302, asked.text


def test_an_event_and_covariates_are_written_one_after_the_other(form: Any) -> None:
    event = value(form("survival", term="event:death", into="event"), "event")
    assert event == {"kind": "death", "name": "deces", "window": {"start": 1}}
    kept = "[]"
    for term in ("event:age", "event:woman", str(E11), str(METFORMIN)):
        kept = json.dumps(
            value(form("survival", term=term, into="covariates", p__covariates=kept), "covariates")
        )
    named = [(one["kind"], one["name"]) for one in json.loads(kept)]
    assert named == [
        ("age", "age"),
        ("sex", "sexe"),
        ("condition", "diabete_de_type_2"),
        ("drug", "metformine"),
    ]
    asked = form("survival", p__event=json.dumps(event), p__covariates=kept, p__until="365")
    assert asked.status_code == 302, asked.text


def test_an_outcome_of_tables_is_written_as_they_read_it(form: Any) -> None:
    outcome = value(form("outcomes", term=str(METFORMIN), into="outcome"), "outcome")
    assert outcome == {"name": "Metformine", "domain": "drug", "concepts": [METFORMIN]}
    model = value(form("outcomes", do="example:model"), "model")
    asked = form("outcomes", p__outcome=json.dumps(outcome), p__model=json.dumps(model))
    assert asked.status_code == 302, asked.text


def test_a_term_of_another_sort_is_refused_in_words(form: Any) -> None:
    told = form("distribution", term=str(METFORMIN), into="measure", p__measure='{"name": "x"}')
    assert told.status_code == 422
    assert "ne peut pas aller dans ce champ" in told.text
    assert "{&quot;name&quot;: &quot;x&quot;}" in told.text, "what was typed is still there"


def test_what_does_not_fit_names_its_field(form: Any) -> None:
    told = form("distribution", p__measure='{"name": "CRP"}', p__edges="2, 1")
    assert told.status_code == 422
    assert "À revoir : « Mesure »" in told.text.replace("\xa0", " ").replace("\u202f", " ")


def test_a_name_typed_where_json_is_asked_is_looked_for(form: Any) -> None:
    told = form("survival", p__event="metformine", p__until="365")
    assert told.status_code == 422
    assert "Cherchez le terme en haut du formulaire" in told.text
    assert f'name="term" value="{METFORMIN}"' in told.text
