"""What pages say of a number beside it: whose it is, how much of the group; and who is shown what."""

import re
from typing import Any

import pytest

from maillage.governance.people.roles import Role
from tests.integration.hub.conftest import SITES, Network
from tests.integration.hub.test_hub_cohorts import METFORMIN, edit, post, read, start
from tests.integration.hub.test_hub_portal import enter, send
from tests.integration.hub.test_hub_questions import TWO_STEPS
from tests.integration.hub.test_hub_terms import E11, office, release  # noqa: F401 - fixtures
from tests.support.hubs import CONTENT, ProbeNode
from tests.support.joint import joint_permit, tables_of
from tests.support.people import browse, settle
from tests.support.prepare_hub import publish_permit

HIDDEN = {"suppressed": "below_floor"}


def years(**persons: int) -> dict[str, Any]:
    """A hospital's content whose years are these, of a hundred persons."""
    told = [{"year": int(year[1:]), "persons": {"count": count}} for year, count in persons.items()]
    rest = 100 - sum(persons.values())
    return {
        "persons": {"count": 100},
        "steps": [{"count": 100}],
        "years": told,
        "other_years": {"count": rest} if rest else None,
    }


def answer(node: ProbeNode, **content: Any) -> None:
    opened = node.take()
    assert node.answer(opened, node.partial(opened, content=CONTENT | content)).status_code == 200


def count(browser: Any, page: str) -> None:
    post(browser, page + "/compter", page=page, fields={})


def test_a_year_that_some_hospitals_hide_is_no_year_of_the_group(network: Network) -> None:
    """It says how many are in it; a year that nobody tells is there and has no number."""
    hcl, grenoble = network.enrol("hcl", "chu-grenoble")
    browser = enter(network)
    page = start(browser)
    count(browser, page)
    answer(hcl, **years(y2019=40, y2020=18, y2022=42))
    answer(grenoble, **years(y2019=60, y2022=40))
    shown = read(browser, page)
    rows = dict(re.findall(r'<tr><th scope="row">(\d{4})</th>(.*?)</tr>', shown))
    assert list(rows) == ["2019", "2020", "2021", "2022"]
    assert "1 hôpital sur 2" in rows["2020"]
    assert "gauge-part" in rows["2020"]
    assert "sur 2" not in rows["2019"]
    assert "non montré" in rows["2021"]
    assert "n’est pas zéro" in shown


def test_the_panel_names_who_repeats_a_former_answer(network: Network) -> None:
    """The former cohort was another: what stands here is near to this one's number, and not it."""
    hcl, grenoble = network.enrol("hcl", "chu-grenoble")
    browser = enter(network)
    page = start(browser)
    count(browser, page)
    for node in (hcl, grenoble):
        answer(node)
    assert "peut-être pas le nombre exact" not in read(browser, page)
    edit(browser, page, edit="set-age", path="entry", least="50")
    count(browser, page)
    answer(hcl, repeated=True)
    answer(grenoble)
    shown = read(browser, page)
    assert "Ce n’est peut-être pas le nombre exact de cette cohorte pour : Hôpital hcl." in shown
    assert shown.count("Nombre d’une réponse précédente.") == 1
    network.clock.advance(seconds=5)
    asked = send(browser, page + "/poser", page=page).headers["Location"]
    answer(hcl, repeated=True)
    answer(grenoble, repeated=True)
    told = read(browser, asked)
    assert "exact de cette cohorte pour : Hôpital hcl." in told
    assert "déjà été comptée : les mêmes nombres ont été rendus par : Hôpital chu-grenoble." in told


def test_where_all_is_hidden_the_panel_says_why_there_is_nothing_to_read(network: Network) -> None:
    (node,) = network.enrol("hcl")
    browser = enter(network)
    page = start(browser)
    count(browser, page)
    answer(node, persons=HIDDEN, steps=[HIDDEN], years=[], other_years=HIDDEN)
    assert 'id="tout-masque"' in browser.get(page).text


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (tables_of(40) | {"repeated": True}, "cohorte voisine"),
        (tables_of(None), "aucun hôpital ne montre de nombre"),
        (tables_of(40), "que le total"),
    ],
)
def test_a_result_without_a_chart_says_why(network: Network, content: dict[str, Any], told: str) -> None:
    (node,) = network.enrol("hcl")
    publish_permit(network.hub, joint_permit("pyramid"))
    question = network.ask(permit="etude", analysis="pyramid")
    answered = node.take()
    assert node.answer(answered, node.partial(answered, content=content)).status_code == 200
    page = read(enter(network), f"/questions/{question['id']}")
    assert told in re.findall(r'id="sans-graphique">(.*?)</p>', page)[0]


def test_a_table_names_its_concepts_in_charts_and_files(office: Network) -> None:  # noqa: F811
    (node,) = office.enrol("hcl")
    publish_permit(office.hub, joint_permit("characterise"))
    question = office.ask(permit="etude", analysis="characterise", parameters={})
    row = {"key": str(E11), "persons": {"count": 40}, "amounts": {}}
    year = {"key": "2021", "persons": {"count": 100}, "amounts": {}}
    tables = [{"id": "year", "rows": [year], "rest": None}, {"id": "condition_before", "rows": [row]}]
    opened = node.take()
    content = tables_of(100) | {"tables": tables}
    assert node.answer(opened, node.partial(opened, content=content)).status_code == 200
    browser = enter(office)
    page = read(browser, f"/questions/{question['id']}")
    assert "E11 Diabète de type 2" in page
    assert str(E11) not in page
    files = [browser.get(f"/questions/{question['id']}/tableaux/{rank}.csv").text for rank in (1, 2)]
    assert "E11 Diabète de type 2;40;count" in files[1]
    assert "2021;100;count" in files[0]


def test_what_its_requester_took_back_was_refused_by_nobody(network: Network) -> None:
    hcl, grenoble = network.enrol("hcl", "chu-grenoble")
    browser = enter(network)
    page = start(browser)
    count(browser, page)
    edit(browser, page, edit="add-rule", sense="exclude", **METFORMIN)
    count(browser, page)
    opened = grenoble.take()
    assert grenoble.answer(opened, grenoble.refusal(opened)).status_code == 200
    assert "<dt>Refus</dt><dd>1</dd>" in browser.get("/reseau").text
    shown = browser.get(f"/reseau/{hcl.site}").text
    assert "<dt>Refus</dt><dd>0</dd>" in shown
    assert "annulée" not in shown


def test_a_hospital_that_misses_a_poll_is_said_to_be_late(network: Network) -> None:
    """One poll of 25 s: in the panel of who waits for it, and on the network's page."""
    hcl, _grenoble = network.enrol("hcl", "chu-grenoble")
    browser = enter(network)
    page = start(browser)
    count(browser, page)
    network.clock.advance(seconds=34)
    assert hcl.poll().status_code == 200
    answer_of = hcl.hello()
    assert answer_of.status_code == 200
    for address in (page, "/reseau"):
        assert read(browser, address).count("N’a pas répondu depuis 34 s.") >= 1, address
    sites = {one["id"]: one["health"] for one in network.call("GET", "/network").json()["sites"]}
    assert sites == {"hcl": "ok", "chu-grenoble": "late"}


def test_who_still_examines_has_not_spoken_and_a_refusal_is_called_one(network: Network) -> None:
    nodes = network.enrol(*SITES)
    question = network.ask()
    for node, message in zip(nodes, ("refusal", "hold", "partial", "partial"), strict=True):
        opened = node.take()
        content = {"content": TWO_STEPS} if message == "partial" else {}
        assert node.answer(opened, getattr(node, message)(opened, **content)).status_code == 200
    page = read(enter(network), f"/questions/{question['id']}")
    assert "3 hôpitaux sur 4 se sont prononcés" in page
    assert "A refusé" in page
    assert "Ne répond" not in page


OWN = {
    Role.RESEARCHER: {"/demander", "/cohortes", "/questions"},
    Role.COMMITTEE: {"/comite"},
    Role.OFFICE: {"/personnes"},
    Role.DPO: {"/personnes", "/journal"},
    Role.AUDITOR: {"/personnes", "/journal"},
    Role.ENGINEER: set[str](),
}


@pytest.mark.parametrize("role", OWN)
def test_the_menu_and_the_first_page_lead_where_one_may_go(network: Network, role: Role) -> None:
    settle(network, "zoe", role)
    with browse(network, "zoe") as browser:
        home = browser.get("/").text
        (nav,) = re.findall(r"<nav aria-label=.Principale.>(.*?)</nav>", home, re.DOTALL)
        places = set(re.findall(r'href="(/\w+)"', nav))
        assert places == OWN[role] | {"/reseau", "/compte"}
        leads = set(re.findall(r'(?:href|action)="(/\w+)"', home)) - {"/sortir", "/langue", "/apparence"}
        for address in places | leads:
            assert browser.get(address).status_code == 200, address


def test_every_page_has_words_in_the_journal(network: Network) -> None:
    from maillage.hub.access.rules import Audience, list_routes
    from maillage.hub.portal.account.words import word_route

    assert network.hub
    rules = [route for route in list_routes() if route.rule and route.rule.audience is Audience.PERSON]
    assert [route.name for route in rules if word_route(route.name) == route.name] == []


def test_an_address_that_is_nowhere_speaks_of_no_question(network: Network) -> None:
    page = enter(network).get("/nulle-part").text
    assert "question" not in page.split("<main")[1].split("</main>")[0].lower()


def test_an_export_bears_the_name_of_its_cohort_and_the_tab_too(network: Network) -> None:
    browser = enter(network)
    page = start(browser)
    send(browser, page + "/enregistrer", page=page, name="Diabète : 2e ligne")
    headers = browser.get(page + "/atlas.json").headers
    assert headers["Content-Disposition"] == 'attachment; filename="diabete-2e-ligne.json"'
    headers = browser.get(page + "/atlas.json?v=1").headers
    assert headers["Content-Disposition"] == 'attachment; filename="diabete-2e-ligne-v1.json"'
    panel = post(browser, page + "/compter", page=page, fields={}).text
    assert '<template data-for="titre-page">Diabète : 2e ligne · Maillage</template>' in panel


def test_a_sign_that_nobody_sees_is_refused_for_what_it_is(network: Network) -> None:
    browser = enter(network)
    page = start(browser)
    told = send(browser, page + "/enregistrer", page=page, name="Diab\u202eète")
    assert told.status_code == 422
    assert "120" not in told.text
    assert "invisible" in told.text


def test_a_code_list_is_read_without_the_numbers_of_its_concepts(network: Network) -> None:
    browser = enter(network)
    page = start(browser)
    send(browser, page + "/enregistrer", page=page, name="Diabète")
    for address in (page + "/compte", page + "/versions/1"):
        shown = read(browser, address)
        assert "E11 (CIM10) Diabète de type 2" in shown
        assert "[concept" not in shown


def test_a_search_says_what_the_lack_of_a_number_means(office: Network) -> None:  # noqa: F811
    shown = enter(office).get("/demander/termes?q=metformine", headers={"HX-Request": "true"}).text
    assert "Ce n’est pas zéro" in shown


def test_bins_are_told_from_where_to_where_and_of_what(office: Network) -> None:  # noqa: F811
    (node,) = office.enrol("hcl")
    publish_permit(office.hub, joint_permit("distribution"))
    measure = {"name": "CRP", "concepts": [3020460]}
    question = office.ask(
        permit="etude", analysis="distribution", parameters={"measure": measure, "edges": [5.0, 7.5]}
    )
    rows = [{"key": key, "persons": {"count": 20}, "amounts": {}} for key in ("<5.0", "5.0", "7.5+")]
    opened = node.take()
    content = tables_of(60) | {"tables": [{"id": "bin", "rows": rows, "rest": None}]}
    assert node.answer(opened, node.partial(opened, content=content)).status_code == 200
    page = read(enter(office), f"/questions/{question['id']}")
    for words in ("moins de 5<", "de 5 à moins de 7,5", "7,5 et plus", ">CRP<", "toutes leurs unités"):
        assert words in page, words
    assert "– –" not in page
