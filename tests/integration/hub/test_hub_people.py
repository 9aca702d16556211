"""The office's pages, the log of consultations, and the committee's check in the portal."""

import re
from typing import Any

import httpx2
import pytest

from maillage.governance.people.roles import Role
from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_releases import answer_all, checked_permit, open_network
from tests.support.people import browse, settle

LINK = re.compile(r'<code class="secret">http://127.0.0.1:8400(/invitation/[\w-]+)</code>')


def invite(browser: httpx2.Client, **fields: str) -> httpx2.Response:
    newcomer = {"name": "bob", "full_name": "Bernard Oubli", "email": "bob@hcl.example"}
    return browser.post("/personnes/inviter", data=newcomer | fields)


def spoken(browser: httpx2.Client, question: dict[str, Any], **fields: Any) -> httpx2.Response:
    return browser.post(f"/comite/{question['id']}/avis", data=fields)


def test_the_office_invites_gives_and_withdraws(network: Network) -> None:
    network.enrol("hcl")
    settle(network, "office", Role.OFFICE)
    with browse(network, "office") as browser, browse(network) as newcomer:
        page = invite(browser, role="dpo", site="hcl", days="90").text
        found = LINK.search(page)
        assert found
        assert "Bernard Oubli" in newcomer.get(found[1]).text
        listed = browser.get("/personnes").text
        assert "Bernard Oubli" in listed
        assert "protection des données · hcl" in re.sub(r"\s+", " ", listed)
        address = re.search(r'href="(/personnes/person-[0-9a-f]+)">Bernard', listed)
        assert address
        given = {"role": "researcher", "days": "366", "site": ""}
        assert browser.post(f"{address[1]}/roles", data=given).status_code == 302
        grants = re.findall(r'name="grant" value="([^"]+)"', browser.get(address[1]).text)
        assert len(grants) == 2
        assert browser.post(f"{address[1]}/roles/retirer", data={"grant": grants[0]}).status_code == 302
        assert "retiré par office" in browser.get(address[1]).text
    audit = network.audit()
    assert audit.count("office:role:give") == 3
    assert audit.count("office:role:withdraw") == 1


@pytest.mark.parametrize(
    ("fields", "told"),
    [
        ({"name": "Office"}, "déjà celui"),
        ({"name": "bob dylan"}, "ne peut pas nommer"),
        ({"name": "bób"}, "ne peut pas nommer"),
        ({"name": "operator:root"}, "ne peut pas nommer"),
        ({"full_name": "  "}, "nom complet"),
        ({"email": "x"}, "adresse électronique"),
        ({"role": "king", "days": "90"}, "Choisissez un rôle"),
        ({"role": "dpo", "days": "100000"}, "Choisissez un rôle"),
        ({"role": "committee", "days": "90", "site": "hcl"}, "groupement entier"),
        ({"role": "dpo", "days": "90", "site": "nowhere"}, "n’est pas inscrit"),
    ],
)
def test_what_cannot_be_is_refused_in_words_and_nothing_is_kept(
    network: Network, fields: dict[str, str], told: str
) -> None:
    from maillage.governance.people.models import Grant, Person

    network.enrol("hcl")
    settle(network, "office", Role.OFFICE)
    with browse(network, "office") as browser:
        refused = invite(browser, **fields)
    assert refused.status_code in (404, 409, 422)
    assert told in refused.text or refused.status_code == 404
    assert [person.name for person in Person.objects.all()] == ["office"]
    assert Grant.objects.count() == 1


def test_a_name_is_never_given_to_somebody_else(network: Network) -> None:
    person = settle(network, "bob")
    settle(network, "office", Role.OFFICE)
    with browse(network, "office") as browser:
        assert browser.post(f"/personnes/{person.id}/etat", data={"to": "depart"}).status_code == 302
        assert invite(browser, email="").status_code == 409
        assert browser.post(f"/personnes/{person.id}/etat", data={"to": "reinstate"}).status_code == 409
        assert browser.post(f"/personnes/{person.id}/lien").status_code == 409


def test_who_looked_at_what_is_logged_and_read_by_who_may(network: Network) -> None:
    from maillage.hub.access.models import Visit

    network.enrol("hcl", "chu-grenoble")
    question = network.ask(title="Titre confidentiel")
    settle(network, "bob", Role.RESEARCHER, site="hcl")
    settle(network, "carol", Role.RESEARCHER, site="chu-grenoble")
    settle(network, "dpo", Role.DPO, site="hcl")
    settle(network, "auditor", Role.AUDITOR)
    with browse(network, "alice") as alice, browse(network, "bob") as bob, browse(network, "carol") as carol:
        alice.get(f"/questions/{question['id']}")
        bob.get(f"/questions/{question['id']}")
        bob.get("/questions/Dupont-Jean-1950")
        bob.get("/personnes")
        carol.get("/questions?nom=Dupont")
        own = carol.get("/compte/journal").text
    lines = list(Visit.objects.order_by("id").values_list("requester", "route", "object", "status"))
    assert ("alice", "question", question["id"], 200) in lines
    assert ("bob", "question", question["id"], 404) in lines
    assert ("bob", "people", "", 403) in lines
    assert "Dupont" not in str(lines)
    assert "confidentiel" not in str(lines)
    assert "Liste de ses questions" in own
    assert "bob" not in own
    with browse(network, "dpo") as dpo, browse(network, "auditor") as auditor:
        seen = dpo.get("/journal").text
        assert "bob" in seen
        assert "carol" not in seen, "of another hospital"
        assert "carol" in auditor.get("/journal").text
        assert "bob" not in auditor.get("/journal?personne=carol").text


def test_a_page_that_refreshes_itself_is_one_visit(network: Network) -> None:
    from maillage.hub.access.models import Visit

    settle(network, "bob")
    with browse(network, "bob") as browser:
        for _time in range(10):
            browser.get("/questions")
        assert Visit.objects.count() == 1
        network.clock.advance(minutes=6)
        browser.get("/questions")
        assert Visit.objects.count() == 2


def test_whoever_tries_id_after_id_fills_no_table(network: Network) -> None:
    from maillage.hub.access.models import Visit

    settle(network, "bob")
    with browse(network, "bob") as browser:
        for number in range(70):
            assert browser.get(f"/questions/question-{number:032x}").status_code == 404
    lines = list(Visit.objects.values_list("object", flat=True))
    assert len(lines) == 61
    assert lines.count("") == 1


def test_programs_are_logged_too(network: Network) -> None:
    from maillage.hub.access.models import Visit

    network.enrol("hcl")
    network.read(network.ask())
    routes = set(Visit.objects.values_list("route", flat=True))
    assert {"read_question"} <= routes


def test_old_visits_go_and_no_other_can(network: Network) -> None:
    from django.db import DatabaseError

    from maillage.hub.access.models import Visit
    from maillage.hub.access.visits import log_visit

    def look() -> None:
        log_visit("bob", route="home", named={}, status=200, hub=network.hub)

    look()
    for change in (lambda: Visit.objects.update(requester="eve"), lambda: Visit.objects.all().delete()):
        with pytest.raises(DatabaseError):
            change()
    network.clock.advance(days=366)
    look()
    network.clock.advance(minutes=10)
    look()
    assert Visit.objects.count() == 2


def test_the_committee_reads_masks_and_releases_in_the_portal(network: Network) -> None:
    question = open_network(network)
    settle(network, "faure", Role.COMMITTEE)
    answer_all(network)
    with browse(network, "faure") as browser:
        assert question["title"] in browser.get("/comite").text
        page = browser.get(f"/comite/{question['id']}").text
        assert '<span class="count">380</span>' in page
        assert "au moins 11 personnes" in page
        assert "rien à soustraire" in page
        masked = browser.get(f"/comite/{question['id']}?masque=years.2022").text
        assert "masqué au contrôle" in masked
        done = spoken(browser, question, outcome="masked", masque="years.2022")
        assert done.status_code == 302, done.text
        assert spoken(browser, question, outcome="conform").status_code == 409
    assert [row["year"] for row in network.read(question)["combined"]["years"]] == [2020]


def test_two_persons_and_never_the_author_nor_a_second_account_of_one_name(network: Network) -> None:
    from maillage.governance.people.models import Person

    settle(network, "alice", Role.RESEARCHER, Role.COMMITTEE)
    for name in ("faure", "roux", "twin"):
        settle(network, name, Role.COMMITTEE)
    Person.objects.filter(name="twin").update(full_name="Personne  FAURE")
    question = open_network(network, checkers=2)
    answer_all(network)
    with (
        browse(network, "alice") as author,
        browse(network, "faure") as faure,
        browse(network, "twin") as twin,
    ):
        own = author.get(f"/comite/{question['id']}")
        assert own.status_code == 403
        assert "380" not in own.text.replace(question["id"], "")
        assert spoken(author, question, outcome="conform").status_code == 403
        assert spoken(faure, question, outcome="conform").status_code == 302
        assert spoken(faure, question, outcome="conform").status_code == 403
        assert spoken(twin, question, outcome="conform").status_code == 403
    assert network.read(question)["release"]["standing"] == "seconded"
    with browse(network, "roux") as roux:
        assert spoken(roux, question, outcome="conform").status_code == 302
    assert network.read(question)["release"]["standing"] == "released"


@pytest.mark.parametrize(
    "fields",
    [{}, {"outcome": "perfect"}, {"outcome": "refused"}, {"outcome": "examine"}, {"outcome": "masked"}],
)
def test_a_word_that_says_nothing_is_refused_in_words(network: Network, fields: dict[str, str]) -> None:
    question = open_network(network)
    settle(network, "faure", Role.COMMITTEE)
    answer_all(network)
    with browse(network, "faure") as browser:
        refused = spoken(browser, question, **fields)
        assert refused.status_code in (403, 422)
        assert 'role="alert"' in refused.text
    assert network.read(question)["release"]["standing"] == "waiting"


def test_a_typed_name_no_longer_checks_once_somebody_holds_the_role(network: Network) -> None:
    from maillage.exchange.release import CheckerError, Outcome, Standing
    from tests.integration.hub.test_hub_releases import say

    question = open_network(network, checkers=2)
    answer_all(network)
    assert say(network, question, Outcome.CONFORM) is Standing.SECONDED
    settle(network, "roux", Role.COMMITTEE)
    with pytest.raises(CheckerError, match="portail"):
        say(network, question, Outcome.CONFORM, by="Mme Roux")


def test_a_checker_sees_what_subtraction_would_give(network: Network) -> None:
    open_network(network)
    settle(network, "faure", Role.COMMITTEE)
    first = network.ask(permit="study", title="Première")
    answer_all(network)
    answer_all(network)
    with browse(network, "faure") as browser:
        assert spoken(browser, first, outcome="conform").status_code == 302
        publish = checked_permit()
        assert publish.permit_id == "study"
        network.clock.advance(minutes=1)
        second = network.ask(permit="study", title="Seconde")
        answer_all(network)
        page = browser.get(f"/comite/{second['id']}").text
    assert "Première" in page
    assert "même définition" in page
    assert "jamais montré" in page, "the other former one was never released"
