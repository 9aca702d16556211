"""The committee's check of a result: nothing is shown before it, masks hold, each word is audited."""

from typing import Any

import pytest

from maillage.base.canon import canonical_hash
from maillage.disclosure.evidence import RuleName
from maillage.exchange.envelope import Opened, seal_revocation
from maillage.exchange.evidence import Evidence, PersonCheck, count_cells
from maillage.exchange.permit import CheckAt, Permit, Revocation
from maillage.exchange.release import CheckerError, Outcome, ReleaseStateError, Standing, Word, WordError
from maillage.exchange.task import Task
from maillage.governance.permits.errors import PermitError
from tests.integration.hub.conftest import SITES, Network
from tests.integration.hub.test_hub_portal import enter
from tests.support.hubs import ProbeNode
from tests.support.messages import COMMITTEE_KEY, HASH
from tests.support.prepare_hub import publish_permit
from tests.support.releases import CONTENT, held_permit

WITHHELD = {"suppressed": "withheld"}


def checked_permit(checkers: int = 1, **changes: Any) -> Permit:
    return held_permit(checkers, CheckAt.COMMITTEE, permit_id="study", **changes)


def open_network(network: Network, checkers: int = 1) -> dict[str, Any]:
    """Four hospitals, and a question under a permit that the committee checks."""
    network.configure(checkers=("Dr Faure", "Mme Roux", "alice"))
    publish_permit(network.hub, checked_permit(checkers))
    network.enrol(*SITES)
    return network.ask(permit="study")


def evidence_for(node: ProbeNode, task: Opened[Task], content: dict[str, Any]) -> Evidence:
    message = task.message
    return Evidence(
        task_id=message.task_id,
        question_id=message.question_id,
        site=message.site,
        content=canonical_hash(content),
        rules=(RuleName.FLOOR, RuleName.DIFFERENCING, RuleName.PERSON),
        floor=11,
        cells=count_cells(content),
        former="under_10",
        checked=PersonCheck(outcome="conform", checkers=1),
        analysis=message.analysis,
        software="0.1.0",
        reference="2026-11",
        permit=HASH,
        policy=HASH,
        at=node.clock(),
    )


def answer_all(network: Network, *, shown_alone: bool = True) -> None:
    for node in network.nodes.values():
        task = node.take()
        evidence = evidence_for(node, task, CONTENT)
        partial = node.partial(task, content=CONTENT, shown_alone=shown_alone, evidence=evidence)
        response = node.answer(task, partial)
        assert response.status_code == 200, response.text


def say(
    network: Network, question: dict[str, Any], outcome: Outcome, *masks: str, by: str = "Dr Faure"
) -> Standing:
    from maillage.hub.questions.releases.rule import rule

    note = "à revoir" if outcome in (Outcome.EXAMINE, Outcome.REFUSED) else ""
    word = Word(by, outcome, frozenset(masks), note)
    return rule(question["id"], word=word, operator="operator:test", hub=network.hub)


def test_nothing_is_shown_before_the_committee_has_spoken(network: Network) -> None:
    question = open_network(network)
    answer_all(network)
    document = network.read(question)
    assert document["status"] == "complete"
    assert document["release"]["standing"] == "waiting"
    assert document["combined"]["persons"] == WITHHELD
    assert document["combined"]["years"] == []
    assert {site["persons"] for site in document["sites"]} == {None}
    assert {site["reason"] for site in document["sites"]} == {"awaiting_release"}
    assert "95" not in str([site["content"] for site in document["sites"]])
    assert say(network, question, Outcome.CONFORM) is Standing.RELEASED
    shown = network.read(question)
    assert shown["combined"]["persons"] == {"count": 380}
    assert shown["sites"][0]["persons"] == {"count": 95}
    assert shown["version"] > document["version"]
    assert network.audit().count("committee:release:check") == 1


def test_a_question_that_is_still_open_is_not_released(network: Network) -> None:
    question = open_network(network)
    with pytest.raises(ReleaseStateError):
        say(network, question, Outcome.CONFORM)
    assert "committee:release:check" not in network.audit()


def test_masks_hold_in_the_total_and_in_every_hospitals_part(network: Network) -> None:
    question = open_network(network)
    answer_all(network)
    say(network, question, Outcome.MASKED, "years.2022")
    document = network.read(question)
    (year,) = document["combined"]["years"]
    assert (year["year"], year["persons"]) == (2020, {"count": 160})
    assert document["combined"]["persons"] == {"count": 380}
    for site in document["sites"]:
        assert [row["year"] for row in site["content"]["years"]] == [2020]


def test_a_masked_total_is_masked_everywhere(network: Network) -> None:
    question = open_network(network)
    answer_all(network, shown_alone=False)
    with pytest.raises(WordError):
        say(network, question, Outcome.MASKED, "years.1789")
    say(network, question, Outcome.MASKED, "persons")
    combined = network.read(question)["combined"]
    assert combined["persons"] == WITHHELD
    assert combined["years"] == []


def test_a_refused_result_is_never_shown(network: Network) -> None:
    question = open_network(network)
    answer_all(network)
    assert say(network, question, Outcome.REFUSED) is Standing.REFUSED
    assert network.read(question)["combined"]["persons"] == WITHHELD
    with pytest.raises(ReleaseStateError):
        say(network, question, Outcome.CONFORM)


def test_two_persons_are_asked_and_neither_is_the_requester(network: Network) -> None:
    question = open_network(network, checkers=2)
    answer_all(network)
    with pytest.raises(CheckerError):
        say(network, question, Outcome.CONFORM, by="Alice")
    assert say(network, question, Outcome.CONFORM) is Standing.SECONDED
    with pytest.raises(CheckerError):
        say(network, question, Outcome.CONFORM, by="dr faure")
    assert network.read(question)["combined"]["persons"] == WITHHELD
    assert say(network, question, Outcome.REFUSED, by="Mme Roux") is Standing.EXAMINED
    assert say(network, question, Outcome.CONFORM, by="Mme Roux") is Standing.SECONDED
    assert say(network, question, Outcome.CONFORM) is Standing.RELEASED


def test_without_named_checkers_nobody_releases(network: Network) -> None:
    question = open_network(network)
    answer_all(network)
    network.configure(checkers=())
    with pytest.raises(CheckerError):
        say(network, question, Outcome.CONFORM)


@pytest.mark.parametrize("how", ["revoked", "replaced", "expired"])
def test_a_permit_that_is_over_shows_nothing_any_more(network: Network, how: str) -> None:
    from maillage.governance.permits.actions import Publisher, revoke

    question = open_network(network)
    answer_all(network)
    now = network.clock()
    if how == "revoked":
        from maillage.hub.questions.models import Question

        digest = Question.objects.get(id=question["id"]).permit_hash
        taken_back = Revocation(permit=digest, network="houraa", revoked_at=now)
        signers = network.hub.settings.committee_signers
        publisher = Publisher(network="houraa", signers=signers, by="operator:test", at=now)
        revoke(seal_revocation(taken_back, key=COMMITTEE_KEY), publisher=publisher)
    elif how == "replaced":
        publish_permit(network.hub, checked_permit(purpose="Autre"))
    else:
        network.clock.advance(days=365 * 100)
    with pytest.raises(PermitError):
        say(network, question, Outcome.CONFORM)
    assert say(network, question, Outcome.REFUSED) is Standing.REFUSED


def test_a_hospital_that_withdrew_stops_the_release(network: Network) -> None:
    from maillage.governance.permits.models import SiteWord
    from maillage.hub.questions.models import Question

    question = open_network(network)
    answer_all(network)
    digest = Question.objects.get(id=question["id"]).permit_hash
    SiteWord.objects.create(
        permit_id=digest, site="hcl", decision="withdrawn", envelope="", decided_at=network.clock()
    )
    with pytest.raises(PermitError):
        say(network, question, Outcome.CONFORM)


def test_how_it_was_checked_is_told_in_sentences(network: Network) -> None:
    network.enrol(*SITES)
    question = network.ask()
    answer_all(network)
    (hcl,) = [site for site in network.read(question)["sites"] if site["id"] == "hcl"]
    told = " ".join(hcl["checks"])
    assert "au moins 11 personnes" in told
    assert "contrôlée à l’hôpital" in told
    assert "Cases montrées" in told


def test_a_hospital_inside_the_total_does_not_tell_how_many_cells_it_shows(network: Network) -> None:
    network.enrol(*SITES)
    question = network.ask()
    answer_all(network, shown_alone=False)
    told = str([site["checks"] for site in network.read(question)["sites"]])
    assert "au moins 11 personnes" in told
    assert "Cases" not in told


@pytest.mark.parametrize(
    ("language", "heading", "waits"),
    [
        ("fr", "Comment cela a été contrôlé", "Le comité contrôle ce résultat"),
        ("en", "How this was checked", "The committee checks this result"),
    ],
)
def test_the_page_says_how_it_was_checked_and_shows_nothing_before(
    network: Network, language: str, heading: str, waits: str
) -> None:
    question = open_network(network)
    answer_all(network)
    browser = enter(network, language)
    before = browser.get(f"/questions/{question['id']}").text
    assert heading in before
    assert waits in before
    assert 'class="count"' not in before
    say(network, question, Outcome.CONFORM)
    after = browser.get(f"/questions/{question['id']}").text
    assert waits not in after
    assert '<span class="count">380</span>' in after


def test_evidence_of_another_answer_is_refused(network: Network) -> None:
    first, second = network.enrol("hcl", "chu-grenoble")
    network.ask()
    task, other = first.take(), second.take()
    foreign = evidence_for(second, other, CONTENT)
    forged = first.partial(task, content=CONTENT).model_copy(update={"evidence": foreign})
    response = first.answer(task, forged)
    assert response.status_code == 422
    assert response.json()["code"] == "envelope_malformed"
    assert "hub:answer:refuse" in network.audit()


def test_the_checker_reads_question_cells_and_checks(network: Network) -> None:
    from maillage.hub.questions.releases.describe import describe_release, list_waiting

    question = open_network(network)
    answer_all(network)
    (line,) = list_waiting(hub=network.hub)
    assert (line["question_id"], line["requester"]) == (question["id"], "alice")
    found = describe_release(question["id"], hub=network.hub, masks=frozenset({"years"}))
    assert [cell["name"] for cell in found["cells"]] == ["persons", "steps.0", "steps.1"]
    assert set(found["checks"]) == set(SITES)
    assert found["cohort"]
