"""What is left to ask is told before it runs out: by the API, the client, the terminal, the pages."""

import json
import re

import httpx2
import pytest

from maillage.cli import budget as budget_command
from maillage.client import connect
from maillage.client.permits import PermitInForce
from maillage.disclosure.entropy import build_table
from maillage.disclosure.noise import NoiseRules
from maillage.exchange.permit import CellKey, DifferentialPrivacy
from maillage.exchange.reasons import Reason
from tests.integration.hub.conftest import Network
from tests.integration.hub.test_hub_portal import enter, send
from tests.integration.hub.test_hub_questions import TWO_STEPS
from tests.redteam.test_s05_budgets import BUDGETS
from tests.support.cohorts import COHORT
from tests.support.messages import example_permit
from tests.support.prepare_hub import publish_permit

SITES = ("hcl", "chu-grenoble", "chu-clermont")
PRIVACY = DifferentialPrivacy(
    epsilon_per_question=0.5,
    epsilon_total=1.0,
    first_year=2015,
    last_year=2026,
    contact="Dr Noël, 04 11 11 11 11",
)
HIDDEN = {"suppressed": "protected"}
NOISY = CellKey(table=build_table(NoiseRules()).to_json())


@pytest.fixture
def tight(network: Network) -> Network:
    """Two questions at ease, four in all."""
    network.enrol(*SITES)
    publish_permit(network.hub, example_permit(permit_id="tight", budgets=BUDGETS, counts=NOISY))
    return network


def listed(network: Network, name: str) -> PermitInForce:
    """As the Python client reads it."""
    transport = httpx2.WSGITransport(app=network.http._transport.app)  # pyright: ignore[reportAttributeAccessIssue]
    with connect("http://127.0.0.1:8400", token=network.token, transport=transport) as hub:
        (found,) = [permit for permit in hub.permits() if permit.permit_id == name]
    return found


def test_the_budget_counts_down_with_each_question(tight: Network) -> None:
    before = listed(tight, "tight").budget
    assert before is not None
    assert (before.view, before.before_slow, before.before_hold) == ("per_hospital", 2, 4)
    assert before.wait_seconds == 0
    assert tight.ask(permit="tight")["budget"]["before_slow"] == 1
    slowed = tight.ask(permit="tight")["budget"]
    assert (slowed["before_slow"], slowed["before_hold"], slowed["wait_seconds"]) == (0, 2, 60)
    tight.clock.advance(seconds=20)
    assert listed(tight, "tight").budget.wait_seconds == 40  # pyright: ignore[reportOptionalMemberAccess]


def test_a_spent_budget_names_whom_to_call_and_when_it_ends(tight: Network) -> None:
    question = tight.ask(permit="tight")
    for _ in range(3):
        tight.clock.advance(seconds=61)
        question = tight.ask(permit="tight")
    left = tight.read(question)["budget"]
    assert left["before_hold"] == left["wait_seconds"] == 0
    assert "Dr Faure" in left["sentence"]
    assert left["free_at"] == "2026-11-23T08:00:00.000Z"


def test_without_limit_there_is_no_budget_to_show(network: Network) -> None:
    network.enrol(*SITES)
    assert network.ask()["budget"] is None
    assert listed(network, "feasibility").budget is None


def test_a_permit_of_others_is_not_listed(network: Network) -> None:
    publish_permit(network.hub, example_permit(permit_id="theirs", requesters=("bob",)))
    names = {one["permit_id"] for one in network.call("GET", "/permits").json()["permits"]}
    assert "theirs" not in names
    assert "feasibility" in names


def test_the_page_asks_under_the_chosen_permit_and_counts_down(tight: Network) -> None:
    browser = enter(tight)
    page = send(browser, "/cohortes/importer", cohort=json.dumps(COHORT)).headers["Location"]
    send(browser, page + "/autorisation", page=page, permit="tight")
    assert "2 avant ralentissement, 4 avant arrêt" in browser.get(page).text
    first, second = [send(browser, page + "/poser", page=page) for _ in range(2)]
    assert (first.status_code, second.status_code) == (302, 302), second.text
    result = browser.get(second.headers["Location"]).text
    assert "Autorisation : tight" in result
    assert "Prochaine question dans 60 s" in result
    refused = send(browser, page + "/poser", page=page)
    assert refused.status_code == 429
    assert "Répéter" not in refused.text, "under noise a repeated question counts too"
    assert "Dr Faure" in refused.text


def test_a_button_pressed_right_after_a_choice_asks_under_what_its_page_shows(tight: Network) -> None:
    browser = enter(tight)
    page = send(browser, "/cohortes/importer", cohort=json.dumps(COHORT)).headers["Location"]
    asked = send(browser, page + "/poser", page=page, permit="tight")
    assert "Autorisation : tight" in browser.get(asked.headers["Location"]).text
    assert "1 avant ralentissement" in browser.get(page).text


def test_the_terminal_says_the_same(
    tight: Network, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    transport = httpx2.WSGITransport(app=tight.http._transport.app)  # pyright: ignore[reportAttributeAccessIssue]
    monkeypatch.setattr(
        budget_command, "connect", lambda url, token: connect(url, token=token, transport=transport)
    )
    budget_command.budget(hub="http://127.0.0.1:8400", token=tight.token)
    said = re.sub(r"\s+", " ", capsys.readouterr().out.replace("│", ""))
    assert "tight" in said
    assert "4 avant arrêt" in said


def test_a_spent_privacy_budget_is_a_refusal_that_names_whom_to_call(network: Network) -> None:
    nodes = network.enrol(*SITES)
    publish_permit(network.hub, example_permit(permit_id="private", counts=PRIVACY))
    assert listed(network, "private").privacy.questions_left == 2  # pyright: ignore[reportOptionalMemberAccess]
    question = network.ask(permit="private")
    for node in nodes:
        opened = node.take()
        node.answer(opened, node.refusal(opened, reason=Reason.BUDGET_SPENT))
    sentences = {site["sentence"] for site in network.read(question)["sites"]}
    assert len(sentences) == 1
    assert "Dr Noël" in sentences.pop()
    left = listed(network, "private").privacy
    assert left is not None
    assert (left.questions_left, left.epsilon_total, left.per_requester) == (1, 1.0, False)


def test_private_counts_are_added_up_with_their_spread(network: Network) -> None:
    nodes = network.enrol(*SITES)
    publish_permit(network.hub, example_permit(permit_id="private", counts=PRIVACY))
    question = network.ask(permit="private")
    cell = {"private": 40, "standard_deviation": 4.0}
    content = TWO_STEPS | {"persons": cell, "steps": [cell, cell], "years": [], "other_years": HIDDEN}
    for node in nodes:
        opened = node.take()
        node.answer(opened, node.partial(opened, content=content))
    document = network.read(question)
    assert document["combined"]["persons"] == {"private": 120, "standard_deviation": 6.928}
    browser = enter(network)
    told = '<span class="count">≈ 120</span> <span class="about">(± 15, 95 %)</span>'
    assert told in browser.get(f"/questions/{question['id']}").text
