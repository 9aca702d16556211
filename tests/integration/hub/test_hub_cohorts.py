"""The builder without a browser: drafts and their steps, live counts, versions, who may see what."""

import json
import re
from typing import Any

import httpx2
import pytest

from maillage.exchange.envelope import open_task
from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_portal import enter, send
from tests.integration.hub.test_hub_questions import TWO_STEPS
from tests.redteam.test_s05_budgets import TIGHT
from tests.support.cohorts import COHORT
from tests.support.hubs import CONTENT
from tests.support.messages import example_permit
from tests.support.prepare_hub import publish_permit

E11 = {
    "concept_id": "201826",
    "name": "Diabète de type 2",
    "code": "E11",
    "vocabulary": "CIM10",
    "domain": "Condition",
}
METFORMIN = {
    "concept_id": "1503297",
    "name": "Metformine",
    "code": "A10BA02",
    "vocabulary": "ATC",
    "domain": "Drug",
}
FRAGMENT = {"HX-Request": "true"}


def start(browser: httpx2.Client) -> str:
    """The address of a cohort whose entry event is type 2 diabetes."""
    response = send(browser, "/demander", page="/demander", edit="add-entry", **E11)
    assert response.status_code == 302, response.text
    return response.headers["Location"]


def edit(browser: httpx2.Client, page: str, **fields: Any) -> httpx2.Response:
    """One edit made on the page as it is now."""
    step = re.search(r'data-step="(\d+)"', browser.get(page).text)
    assert step is not None
    return post(browser, page + "/modifier", page=page, fields={"seen": step[1]} | fields)


def post(browser: httpx2.Client, address: str, *, page: str, fields: dict[str, Any]) -> httpx2.Response:
    """A form of that page, sent as its script does when the address is an edit's or a count's."""
    secret = re.search(r'name="csrfmiddlewaretoken" value="(\w+)"', browser.get(page).text)
    assert secret is not None
    return browser.post(address, data=fields | {"csrfmiddlewaretoken": secret[1]}, headers=FRAGMENT)


def read(browser: httpx2.Client, address: str) -> str:
    """A page's text, its spaces alike: French has several."""
    return re.sub(r"[\xa0\u202f]", " ", browser.get(address).text)


def export(browser: httpx2.Client, page: str) -> dict[str, Any]:
    """The draft's document."""
    return browser.get(page + "/atlas.json").json()


def other(network: Network, name: str = "bob") -> httpx2.Client:
    """The browser of somebody else."""
    from maillage.hub.access import people

    network.http.cookies.clear()
    secret = people.create_link(name, by="operator:test", at=network.clock())
    network.http.get(f"/entrer/{secret}")
    return network.http


def test_a_draft_is_written_edit_by_edit_and_says_itself_in_words(network: Network) -> None:
    browser = enter(network)
    page = start(browser)
    edit(browser, page, edit="set-age", path="entry", least="18", most="79")
    edit(browser, page, edit="add-rule", sense="exclude", **METFORMIN)
    shown = read(browser, page)
    assert "un diagnostic de la liste « Diabète de type 2 »" in shown
    assert "de 18 à 79 ans" in shown
    assert "n’a pas" in shown
    assert "concept_id" not in re.sub(r'name="concept_id"', "", shown), "an id is never shown"
    document = export(browser, page)
    assert len(document["InclusionRules"]) == 1
    assert network.audit().count("requester:cohort:start") == 1


def test_a_name_that_is_typed_is_shown_beside_what_the_rule_asks_and_stays(network: Network) -> None:
    browser = enter(network)
    page = start(browser)
    edit(browser, page, edit="add-rule", sense="include", **METFORMIN)
    assert 'placeholder="Metformine"' in read(browser, page)
    edit(browser, page, edit="rename", path="rule.0", name="Biguanide")
    edit(browser, page, edit="set-window", path="rule.0", place="before", days="90")
    told = read(browser, page)
    assert '<strong class="given-name">Biguanide</strong>' in told
    assert " : metformine, dans les 90 jours avant l’événement d’entrée." in told
    edit(browser, page, edit="rename", path="rule.0", name="")
    (rule,) = export(browser, page)["InclusionRules"]
    assert rule["name"] == "Metformine, dans les 90 jours avant l’événement d’entrée"


def test_an_event_without_codes_takes_none(network: Network) -> None:
    browser = enter(network)
    page = start(browser)
    edit(browser, page, edit="add-rule", sense="include", name="Médicament", kind="drug")
    told = read(browser, page)
    assert 'data-into="term:entry.0"' in told
    assert 'data-into="term:rule.0.c0"' not in told


def test_each_change_is_undone_and_made_again(network: Network) -> None:
    browser = enter(network)
    page = start(browser)
    first = export(browser, page)
    edit(browser, page, edit="set-age", path="entry", least="18")
    second = export(browser, page)
    assert second != first
    send(browser, page + "/defaire", page=page)
    assert export(browser, page) == first
    send(browser, page + "/defaire", page=page)
    assert export(browser, page) == first, "there is nothing before the first step"
    send(browser, page + "/refaire", page=page)
    assert export(browser, page) == second
    send(browser, page + "/defaire", page=page)
    edit(browser, page, edit="set-sex", path="entry", keys="F")
    send(browser, page + "/refaire", page=page)
    assert export(browser, page) not in (first, second), "a new change ends what was undone"


def test_a_page_that_another_window_has_overtaken_changes_nothing(network: Network) -> None:
    browser = enter(network)
    page = start(browser)
    edit(browser, page, edit="add-rule", **METFORMIN)
    before = export(browser, page)
    late = {"edit": "remove", "path": "rule.0", "seen": "1"}
    told = post(browser, page + "/modifier", page=page, fields=late)
    assert "une autre fenêtre" in told.text
    assert export(browser, page) == before


def test_what_an_overtaken_page_has_typed_is_told_where_it_is_seen(network: Network) -> None:
    browser = enter(network)
    page = start(browser)
    edit(browser, page, edit="add-rule", **METFORMIN)
    late = {"edit": "set-which", "which": "every", "since": "2021", "seen": "1"}
    told = post(browser, page + "/modifier", page=page, fields=late)
    notice = re.search(r'<div id="alerte"[^>]*>.*?</div>', told.text, re.DOTALL)
    assert notice is not None
    assert "n’est pas fait (depuis 2021)" in notice[0]
    whole = send(browser, page + "/modifier", page=page, **late)
    assert whole.status_code == 409, "without a script too"
    assert "n’est pas fait (depuis 2021)" in whole.text


def test_a_mistake_names_its_field(network: Network) -> None:
    browser = enter(network)
    page = start(browser)
    response = edit(browser, page, edit="set-years", path="entry", since="hier", until="2024")
    assert (response.status_code, response.headers["Maillage-Field"]) == (422, "since")
    assert "« hier » ne va pas pour « depuis »" in response.text
    assert "<html" not in response.text


def test_a_window_of_two_days_that_says_neither_is_not_always(network: Network) -> None:
    browser = enter(network)
    page = start(browser)
    edit(browser, page, edit="add-rule", place="before", days="30", **METFORMIN)
    before = export(browser, page)
    wanted = {"edit": "set-window", "path": "rule.0.c0", "place": "custom"}
    assert edit(browser, page, **wanted, **{"from": "", "to": ""}).status_code == 422
    assert export(browser, page) == before
    edit(browser, page, **wanted, **{"from": "8", "to": "90", "same_stay": "1"})
    (rule,) = export(browser, page)["InclusionRules"]
    (events,) = rule["expression"]["CriteriaList"]
    assert (events["StartWindow"]["Start"]["Days"], events["StartWindow"]["End"]["Days"]) == (8, 90)
    assert events["RestrictVisit"], "two days within the same stay"


def test_who_is_no_more_inside_is_led_to_the_door_and_back_to_the_page(network: Network) -> None:
    browser = enter(network)
    page = start(browser)
    form = {"edit": "set-age", "path": "entry", "least": "18"}
    browser.cookies.clear()
    here = FRAGMENT | {"HX-Current-URL": f"http://testserver{page}"}
    told = browser.post(page + "/modifier", data=form, headers=here)
    assert told.status_code == 204, "neither the cookie of the session nor that of forms is left"
    door = told.headers["HX-Redirect"]
    assert "Votre session a pris fin" in browser.get(door).text
    assert f'name="suite" value="{page}"' in browser.get(door).text
    poll = browser.get(page + "/suivi/question-1", headers=here).headers["HX-Redirect"]
    assert poll == door, "what the page asks by itself leads back to the page"
    assert "a pris fin" not in browser.get("/entrer").text


def test_a_form_that_is_no_more_valid_is_told_as_a_part_of_the_page(network: Network) -> None:
    browser = enter(network)
    page = start(browser)
    told = browser.post(page + "/modifier", data={"edit": "set-title"}, headers=FRAGMENT)
    assert told.status_code == 403
    assert "Rechargez la page" in told.text
    assert "<html" not in told.text


def test_a_mistake_says_what_to_do_and_changes_nothing(network: Network) -> None:
    browser = enter(network)
    page = start(browser)
    before = export(browser, page)
    response = edit(browser, page, edit="set-age", path="entry", least="-5")
    assert response.status_code == 422
    assert "Que faire" in response.text
    assert export(browser, page) == before


def test_a_change_is_counted_by_hospitals_and_the_former_question_is_withdrawn(network: Network) -> None:
    from maillage.hub.questions.models import Question

    (node,) = network.enrol("hcl")
    browser = enter(network)
    page = start(browser)
    send(browser, page + "/compter", page=page)
    superseded = node.take()
    edit(browser, page, edit="set-age", path="entry", least="18")
    send(browser, page + "/compter", page=page)
    told = node.poll()
    assert superseded.message.task_id in told.headers["Maillage-Cancelled"]
    opened = open_task(told.content, signers={node.hub_key.fingerprint: node.hub_key})
    node.answer(opened, node.partial(opened, content=CONTENT))
    shown = browser.get(page).text
    assert '<span class="count">412</span>' in shown
    assert sorted(Question.objects.values_list("state", flat=True)) == ["cancelled", "complete"]
    assert network.audit().count("requester:question:cancel") == 1


def test_what_was_asked_a_moment_ago_is_not_asked_again(network: Network) -> None:
    from maillage.hub.questions.models import Question

    (node,) = network.enrol("hcl")
    browser = enter(network)
    page = start(browser)
    for least in ("18", ""):
        send(browser, page + "/compter", page=page)
        opened = node.take()
        node.answer(opened, node.partial(opened, content=CONTENT))
        edit(browser, page, edit="set-age", path="entry", least=least)
    send(browser, page + "/compter", page=page)
    assert Question.objects.count() == 2
    assert "rien n’est dépensé" in browser.get(page).text
    network.clock.advance(minutes=16)
    send(browser, page + "/compter", page=page)
    assert Question.objects.count() == 3, "an old answer is asked for anew"


def test_live_questions_are_not_listed_and_the_one_that_was_run_is(network: Network) -> None:
    network.enrol("hcl")
    browser = enter(network)
    page = start(browser)
    send(browser, page + "/compter", page=page)
    assert network.call("GET", "/questions").json()["questions"] == []
    address = send(browser, page + "/poser", page=page).headers["Location"]
    listed = network.call("GET", "/questions").json()["questions"]
    assert [one["id"] for one in listed] == [address.rsplit("/", 1)[1]]


def test_a_pause_and_a_spent_budget_are_told_where_the_count_would_be(network: Network) -> None:
    from maillage.exchange.permit import Budgets

    budgets = Budgets(total=TIGHT, per_hospital=TIGHT, contact="Dr Faure, 04 00 00 00 00")
    publish_permit(network.hub, example_permit(permit_id="tight", budgets=budgets))
    (node,) = network.enrol("hcl")
    browser = enter(network)
    page = start(browser)
    send(browser, page + "/autorisation", page=page, permit="tight")
    panels: list[str] = []
    for least in range(18, 23):
        edit(browser, page, edit="set-age", path="entry", least=str(least))
        panels.append(post(browser, page + "/compter", page=page, fields={}).text)
        while node.poll().status_code == 200:
            pass
        if least > 20:
            network.clock.advance(seconds=61)
    assert "Prochaine question dans" in panels[2]
    assert 'class="countdown"' in panels[2]
    assert "Prochaine question" not in panels[0]


def test_a_suppressed_count_is_never_a_zero_and_a_refusal_is_told(network: Network) -> None:
    hcl, grenoble = network.enrol("hcl", "chu-grenoble")
    browser = enter(network)
    page = start(browser)
    send(browser, page + "/compter", page=page)
    hidden = {"suppressed": "below_floor"}
    opened = hcl.take()
    hcl.answer(
        opened, hcl.partial(opened, content=CONTENT | {"persons": hidden, "steps": [hidden], "years": []})
    )
    opened = grenoble.take()
    grenoble.answer(opened, grenoble.refusal(opened))
    shown = browser.get(page).text
    assert "masqué (&lt; 11)" in shown
    assert '<span class="count">0</span>' not in shown
    assert "A refusé" in shown


def test_a_cohort_that_is_not_shared_does_not_exist_for_others(network: Network) -> None:
    page = start(enter(network))
    browser = other(network)
    for path in (page, page + "/versions", page + "/atlas.json", page + "/compte", page + "/frise.svg"):
        assert browser.get(path).status_code == 404
    for path in ("modifier", "defaire", "compter", "poser", "enregistrer", "partager", "autorisation"):
        assert send(browser, f"{page}/{path}", page="/cohortes", edit="set-title").status_code == 404


def test_a_shared_cohort_is_read_commented_and_copied_but_changed_by_its_owner_alone(
    network: Network,
) -> None:
    browser = enter(network)
    page = start(browser)
    assert send(browser, page + "/partager", page=page, shared="1").status_code == 422, "no version yet"
    send(browser, page + "/enregistrer", page=page, name="Diabétiques")
    send(browser, page + "/partager", page=page, shared="1")
    edit(browser, page, edit="add-rule", **METFORMIN)
    assert [event for event in network.audit() if ":cohort:" in event] == [
        "requester:cohort:start",
        "requester:cohort:save",
        "requester:cohort:share",
    ]
    browser = other(network)
    assert "Diabétiques" in browser.get("/cohortes").text
    address = browser.get(page).headers["Location"]
    shown = browser.get(address).text
    assert "Diabète de type 2" in shown
    assert "Metformine" not in shown, "a draft is its owner's"
    assert browser.get(page + "/atlas.json").status_code == 403
    assert send(browser, page + "/modifier", page=address, edit="set-title", title="x").status_code == 403
    send(browser, address + "/commenter", page=address, text="<b>Et les enfants ?</b>")
    assert "&lt;b&gt;Et les enfants ?&lt;/b&gt;" in browser.get(address).text
    copied = send(browser, address + "/copier", page=address).headers["Location"]
    assert copied != page
    assert len(export(browser, copied)["InclusionRules"]) == 0
    assert network.audit().count("requester:cohort:comment") == 1


def test_two_versions_are_compared_in_words_and_numbers(network: Network) -> None:
    (node,) = network.enrol("hcl")
    browser = enter(network)
    page = start(browser)
    for rank, least in enumerate(("18", "40")):
        edit(browser, page, edit="set-age", path="entry", least=least)
        send(browser, page + "/compter", page=page)
        opened = node.take()
        cell = {"count": 400 - 100 * rank}
        content = {"persons": cell, "steps": [cell], "years": [{"year": 2024, "persons": cell}]}
        node.answer(opened, node.partial(opened, content=CONTENT | content))
        send(browser, page + "/enregistrer", page=page, name="Diabétiques", note=f"à partir de {least} ans")
    listed = browser.get(page + "/versions").text
    assert "à partir de 18 ans" in listed
    shown = read(browser, page + "/comparer?de=1&a=2")
    assert "18 ans" in shown
    assert "40 ans" in shown
    assert "−100 (−25 %)" in shown


def test_an_import_is_kept_as_it_came_and_given_back(network: Network) -> None:
    browser = enter(network)
    document = COHORT | {"Title": "Venue d’ATLAS"}
    sent = send(browser, "/cohortes/importer", page="/cohortes", cohort=json.dumps(document))
    page = sent.headers["Location"]
    assert export(browser, page) == document
    assert "Venue d’ATLAS" in browser.get(page).text
    wrong = send(browser, "/cohortes/importer", page="/cohortes", cohort='{"PrimaryCriteria": 1}')
    assert wrong.status_code == 422
    assert "$.PrimaryCriteria" in wrong.text
    assert "&quot;PrimaryCriteria&quot;: 1" in wrong.text, "what was pasted is still there"


def test_history_and_lists_are_bounded(network: Network, monkeypatch: pytest.MonkeyPatch) -> None:
    from maillage.hub.cohorts import drafts
    from maillage.hub.cohorts.models import Step

    browser = enter(network)
    page = start(browser)
    monkeypatch.setattr(drafts, "_MOST_STEPS", 5)
    for least in range(20, 30):
        edit(browser, page, edit="set-age", path="entry", least=str(least))
    assert Step.objects.count() == 5
    for _step in range(9):
        send(browser, page + "/defaire", page=page)
    assert (
        export(browser, page)["PrimaryCriteria"]["CriteriaList"][0]["ConditionOccurrence"]["Age"]["Value"]
        == 25
    )
    monkeypatch.setattr(drafts, "MOST_COHORTS", 1)
    refused = send(browser, "/demander", page="/demander", edit="add-entry", **E11)
    assert refused.status_code == 413


def test_a_funnel_names_each_rule_and_what_it_took_away(network: Network) -> None:
    (node,) = network.enrol("hcl")
    browser = enter(network)
    page = start(browser)
    edit(browser, page, edit="add-rule", **METFORMIN)
    send(browser, page + "/compter", page=page)
    opened = node.take()
    node.answer(opened, node.partial(opened, content=TWO_STEPS))
    shown = browser.get(page).text
    assert "Événement d’entrée" in shown
    assert "−50 (−56 %)" in shown


def test_a_group_is_made_of_two_criteria_and_asks_for_some_of_them(network: Network) -> None:
    """The fields that the page's own controls send: « et » made « ou », then « at least »."""
    browser = enter(network)
    page = start(browser)
    edit(browser, page, edit="add-rule", **METFORMIN)
    edit(browser, page, edit="add-rule", **E11)
    shown = browser.get(page).text
    paths = re.search(r'name="paths" value="([^"]+)"', shown)
    assert paths is not None
    edit(browser, page, edit="group", paths=paths[1], mode="any")
    mode = re.search(
        r'<form[^>]*>(?:(?!</form>).)*value="set-mode".*?</form>', browser.get(page).text, re.DOTALL
    )
    assert mode is not None
    sent = dict(re.findall(r'name="(path|count)"[^>]*value="([^"]+)"', mode[0]))
    response = edit(browser, page, edit="set-mode", mode="at_least", **sent)
    assert response.status_code == 200, response.text
    (rule,) = export(browser, page)["InclusionRules"]
    assert (rule["expression"]["Type"], rule["expression"]["Count"]) == ("AT_LEAST", 2)
