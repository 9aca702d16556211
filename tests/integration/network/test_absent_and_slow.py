"""Hospitals that are down, frozen or thinking: the others' answers show at once, theirs come later, once."""

import json
from dataclasses import replace

import pytest

from maillage.cli.main import run
from maillage.client import CountResult
from tests.support.breakable import Network, answered, check_answered_once, check_total, site_of

pytestmark = pytest.mark.xdist_group("breakable")


def test_a_hospital_that_is_down_is_named_and_answers_when_it_is_back(network: Network) -> None:
    network.kill("est")
    question = network.ask("est", "nord", "sud")
    early = network.wait_answered(question, "nord", "sud")
    assert site_of(early, "est").status in {"waiting", "delivered"}
    assert site_of(early, "est").persons is None
    assert not early.complete
    check_total(early, "nord", "sud")
    network.start("est")
    check_total(network.wait_complete(question), "est", "nord", "sud")
    check_answered_once(network, question)
    network.verify("est", "nord", "sud")


def test_a_hospital_that_dies_while_it_computes_answers_once_when_it_is_back(network: Network) -> None:
    worker = network.worker("est")
    network.pause(worker)
    question = network.ask("est", "nord", "sud")
    early = network.wait_answered(question, "nord", "sud")
    assert site_of(early, "est").status == "delivered"
    network.kill("est")
    network.resume(worker)
    worker.wait(timeout=20)
    network.start("est")
    check_total(network.wait_complete(question), "est", "nord", "sud")
    check_answered_once(network, question)
    network.verify("est")


@pytest.mark.long
def test_what_a_hospital_answered_stays_when_it_goes_down(network: Network) -> None:
    first = network.ask("est", "nord", "sud")
    before = network.wait_complete(first)
    network.kill("est")
    second = network.ask("est", "nord", "sud")
    network.wait_answered(second, "nord", "sud")
    assert network.read(first) == before
    network.start("est")
    after = network.wait_complete(second)
    # The same cohort again: the same numbers, told as a former answer's.
    assert after.combined == replace(before.combined, repeated=("est", "nord", "sud"))
    assert network.read(first) == before
    check_answered_once(network, first, second)


def test_a_frozen_hospital_holds_nobody_up(network: Network) -> None:
    agent = network.agent("est")
    network.pause(agent)
    question = network.ask("est", "nord", "sud")
    early = network.wait_answered(question, "nord", "sud")
    assert site_of(early, "est").persons is None
    check_total(early, "nord", "sud")
    assert "  est   …" in str(early).splitlines()
    network.resume(agent)
    check_total(network.wait_complete(question), "est", "nord", "sud")
    check_answered_once(network, question)


@pytest.mark.long
def test_a_hospital_that_examines_the_question_holds_nobody_up(
    network: Network, capsys: pytest.CaptureFixture[str]
) -> None:
    network.start("lent")
    question = network.ask("lent", "nord", "sud")
    early = network.wait_for(
        question, lambda result: answered(result) == {"nord", "sud"} and "held" in _states(result)
    )
    assert "examine" in site_of(early, "lent").sentence
    assert "examine" in str(early)
    check_total(early, "nord", "sud")
    folder = str(network.node("lent").folder)
    capsys.readouterr()
    assert run(["node", "pending", folder, "--json"]) == 0
    (held,) = json.loads(capsys.readouterr().out)
    assert held["task"]["question_id"] == question
    assert run(["node", "release", folder, held["task_id"], "--by", "Dr Faure"]) == 0
    check_total(network.wait_complete(question), "lent", "nord", "sud")
    audit = network.read_audit(task_id=held["task_id"])
    kinds = [line["facts"].get("kind") for line in audit if line["type"] == "node:answer:record"]
    assert kinds == ["hold", "partial"]
    assert "Faure" not in str(audit)
    network.verify("lent")


def _states(result: CountResult) -> set[str]:
    return {site.status for site in result.sites}
