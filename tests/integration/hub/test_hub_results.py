"""Results in the portal: read, kept as files, asked again, compared; nothing that is hidden comes out."""

import csv
import io
import json
import re
from typing import Any

import duckdb
import pytest

from maillage.analysis.registry import list_analyses
from maillage.cohort.edit import AddEntry, AddRule, Sense, SetAge
from maillage.exchange.parts import SEVERAL
from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_portal import enter, send
from tests.integration.hub.test_hub_questions import TWO_STEPS
from tests.support.builder import build, term
from tests.support.hubs import ProbeNode

HIDDEN = {"suppressed": "protected"}


def answer(node: ProbeNode, content: dict[str, Any] = TWO_STEPS, **changes: Any) -> None:
    opened = node.take()
    assert node.answer(opened, node.partial(opened, content=content, **changes)).status_code == 200


def ask_and_answer(
    network: Network, node: ProbeNode, content: dict[str, Any] = TWO_STEPS, **asked: Any
) -> str:
    question = network.ask(**asked)
    answer(node, content)
    return question["id"]


def read_csv(content: bytes) -> list[dict[str, str]]:
    return list(csv.DictReader(io.StringIO(content.decode("utf-8-sig")), delimiter=";"))


def test_a_chart_stands_with_the_table_that_says_the_same(network: Network) -> None:
    (node,) = network.enrol("hcl")
    page = enter(network).get(f"/questions/{ask_and_answer(network, node)}").text
    assert page.count('role="img"') == 4, "attrition and years, each wide and narrow"
    assert page.count("Le même en tableau") == 2
    assert "style=" not in page, "the page's policy would refuse it"


def test_the_page_says_the_cohort_in_the_sentence_of_the_builder(network: Network) -> None:
    (node,) = network.enrol("hcl")
    edits = (AddEntry(term("E11")), SetAge("entry", 50), AddRule(term("A10A"), Sense.EXCLUDE))
    question = ask_and_answer(network, node, cohort=build(edits))
    page = enter(network).get(f"/questions/{question}").text.replace("\u00a0", " ")
    sentence = (
        "Personnes (50 ans ou plus à l’événement d’entrée) qui ont eu un diagnostic de la liste « Diabète de "
        "type 2 » : sans insulines et analogues, avant l’événement d’entrée."
    )
    assert f'<p class="lead sentence">{sentence}</p>' in page


def test_a_hidden_number_is_a_zero_in_no_file(network: Network) -> None:
    (node,) = network.enrol("hcl")
    content = TWO_STEPS | {"steps": [HIDDEN, {"count": 40}]}
    question = ask_and_answer(network, node, content)
    browser = enter(network)
    (site,) = read_csv(browser.get(f"/questions/{question}/tableaux/0.csv").content)
    assert (site["id"], site["persons"], site["persons_reading"]) == ("hcl", "40", "count")
    first, second = read_csv(browser.get(f"/questions/{question}/tableaux/1.csv").content)
    assert (first["persons"], first["persons_reading"]) == ("", "protected")
    assert (second["rule"], second["persons"]) == ("1. Adultes", "40")


def test_parquet_has_the_same_columns_typed(network: Network, tmp_path: Any) -> None:
    (node,) = network.enrol("hcl")
    question = ask_and_answer(network, node, TWO_STEPS | {"steps": [HIDDEN, {"noisy": 41, "deviation": 5}]})
    response = enter(network).get(f"/questions/{question}/tableaux/1.parquet")
    (tmp_path / "x.parquet").write_bytes(response.content)
    query = "SELECT persons, persons_reading, persons_margin, typeof(persons) FROM read_parquet(?)"
    rows = duckdb.connect().execute(query, [str(tmp_path / "x.parquet")]).fetchall()
    assert rows == [(None, "protected", None, "BIGINT"), (41, "noisy", 5, "BIGINT")]


def test_a_title_is_no_formula_in_a_spreadsheet(network: Network) -> None:
    from tests.support.cohorts import COHORT

    (node,) = network.enrol("hcl")
    rule = COHORT["InclusionRules"][0] | {"name": "=HYPERLINK(1)"}
    question = ask_and_answer(network, node, cohort=COHORT | {"InclusionRules": [rule]})
    text = enter(network).get(f"/questions/{question}/tableaux/1.csv").content.decode("utf-8-sig")
    assert not any(
        field.startswith(("=", "+", "@")) for line in text.splitlines() for field in line.split(";")
    )


def test_the_page_for_a_file_is_a_pdf_that_holds_still(network: Network) -> None:
    """Its bytes follow from the result alone; text of people is text, not typst."""
    (node,) = network.enrol("hcl")
    question = ask_and_answer(network, node, title='#panic() "quoted" *bold* \\ $x$')
    browser = enter(network)
    first, again = (browser.get(f"/questions/{question}/resultat.pdf") for _time in range(2))
    assert first.headers["Content-Type"] == "application/pdf"
    assert first.content.startswith(b"%PDF-1.7")
    assert first.content == again.content


def test_the_document_comes_with_its_provenance(network: Network) -> None:
    (node,) = network.enrol("hcl")
    question = ask_and_answer(network, node)
    document = json.loads(enter(network).get(f"/questions/{question}/resultat.json").content)
    assert document["combined"]["persons"] == {"count": 40}
    (site,) = document["provenance"]["sites"]
    assert (site["signed"], site["software"], site["reference"]) == (True, "0.1.0", "2026-11")
    assert site["ledger"]["sequence"] == 7
    assert document["provenance"]["lines"][0]["sentence"].startswith("alice a posé")
    assert len(document["provenance"]["lines"]) == 3, "asked, delivered, answered"


def test_provenance_says_which_lines_tell_it_and_how_to_cite(network: Network) -> None:
    (node,) = network.enrol("hcl")
    question = ask_and_answer(network, node)
    page = enter(network).get(f"/questions/{question}/provenance").text
    assert "signature vérifiée" in page
    assert "2026-11" in page
    assert f"question {question}" in page


def test_an_answer_whose_signature_no_longer_holds_is_not_told_as_signed(network: Network) -> None:
    from maillage.hub.questions.models import Task

    (node,) = network.enrol("hcl")
    question = ask_and_answer(network, node)
    task = Task.objects.get(question_id=question)
    task.answer = bytes(task.answer or b"").replace(b'"payload"', b'"payloae"')
    task.save()
    assert "signature vérifiée" not in enter(network).get(f"/questions/{question}/provenance").text


def test_asked_again_the_change_is_read_side_by_side(network: Network) -> None:
    (node,) = network.enrol("hcl")
    first = ask_and_answer(network, node)
    browser = enter(network)
    page = f"/questions/{first}"
    assert "n’a pas encore de réponse plus ancienne" in browser.get(f"{page}/evolution").text
    network.clock.advance(days=1)
    browser = enter(network)
    second = send(browser, f"{page}/redemander", page=page).headers["Location"]
    more = TWO_STEPS | {"persons": {"count": 52}, "steps": [{"count": 90}, {"count": 52}], "years": []}
    answer(node, more | {"other_years": {"count": 52}}, reference="2026-12")
    told = browser.get(f"{second}/evolution").text
    assert "+12" in told
    assert "2026-11 → 2026-12" in told
    assert first in told


def test_what_one_answer_hides_has_no_difference(network: Network) -> None:
    (node,) = network.enrol("hcl")
    first = ask_and_answer(network, node)
    browser = enter(network)
    network.clock.advance(days=1)
    browser = enter(network)
    second = send(browser, f"/questions/{first}/redemander", page=f"/questions/{first}").headers["Location"]
    hidden = {"suppressed": "below_floor"}
    content = {"persons": hidden, "steps": [{"count": 90}, hidden], "years": [], "other_years": hidden}
    answer(node, content)
    told = browser.get(f"{second}/evolution").text
    assert "masqué" in told
    assert "−" not in told
    # An id may begin so.
    assert "-40" not in re.sub(r"question-\w+", "", told)


def test_what_forbids_asking_again_is_told_on_the_page(network: Network) -> None:
    from maillage.governance.group import actions

    (node,) = network.enrol("hcl")
    question = ask_and_answer(network, node)
    actions.suspend("hcl", by="operator:test", at=network.clock())
    response = send(enter(network), f"/questions/{question}/redemander", page=f"/questions/{question}")
    assert response.status_code == 422
    assert 'role="alert"' in response.text


def test_an_analysis_is_chosen_for_a_cohort_and_run(network: Network) -> None:
    (node,) = network.enrol("hcl")
    browser = enter(network)
    question = ask_and_answer(network, node)
    assert "/analyses/count?question=" in browser.get(f"/analyses?question={question}").text
    form = f"/analyses/count?question={question}"
    assert "Rien à choisir" in browser.get(form).text
    sent = send(
        browser, "/analyses/count", page=form, question=question, title="Encore", permit="feasibility"
    )
    assert "Encore" in browser.get(sent.headers["Location"]).text


def test_no_analysis_asks_for_json(network: Network) -> None:
    (node,) = network.enrol("hcl")
    question = ask_and_answer(network, node)
    browser = enter(network)
    for analysis in list_analyses():
        if analysis != SEVERAL:
            page = browser.get(f"/analyses/{analysis}?question={question}").text
            areas = re.findall(r'<textarea [^>]*name="([^"]*)"', page)
            assert areas in ([], ["p.~json"]), "only beside the form, for who wants to read it"


@pytest.mark.parametrize(
    "path",
    [
        "/analyses",
        "/analyses?question=x",
        "/analyses/nothing?question={id}",
        "/questions/{id}/tableaux/7.csv",
    ],
)
def test_what_is_not_there_is_a_page_that_says_so(network: Network, path: str) -> None:
    (node,) = network.enrol("hcl")
    question = ask_and_answer(network, node)
    assert enter(network).get(path.format(id=question)).status_code == 404


ENDS = ("provenance", "evolution", "resultat.pdf", "resultat.json", "tableaux/0.csv", "tableaux/0.parquet")


@pytest.mark.parametrize("end", ENDS)
def test_the_result_of_another_is_in_no_page_and_no_file(network: Network, end: str) -> None:
    from maillage.hub.access import people

    (node,) = network.enrol("hcl")
    question = ask_and_answer(network, node)
    secret = people.create_link("bob", by="operator:test", at=network.clock())
    network.http.get(f"/entrer/{secret}")
    assert network.http.get(f"/questions/{question}/{end}").status_code == 404
    assert network.http.get(f"/analyses?question={question}").status_code == 404


def test_a_drawing_that_fails_leaves_its_table(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    from maillage.hub.portal.results import page as results

    def fail(*_arguments: Any, **_named: Any) -> str:
        raise ValueError("no drawing")

    (node,) = network.enrol("hcl")
    question = ask_and_answer(network, node)
    monkeypatch.setattr(results, "draw", fail)
    page = enter(network).get(f"/questions/{question}")
    assert page.status_code == 200
    assert 'role="img"' not in page.text
    assert "1. Adultes" in page.text
