"""Models over a real network: rounds in order, kept at both ends, through kills, cancellations and lies."""

import signal
from collections import Counter
from typing import Any

import numpy as np
import pytest

from maillage.analysis.glm.fitting import fit_parts
from maillage.analysis.glm.sums import Data
from maillage.analysis.regress.local import read_rows
from maillage.analysis.regress.spec import RegressParameters
from maillage.base.clock import utc_now
from maillage.cli.demo.permits import STUDY
from maillage.cohort import parse_expression
from maillage.cohort.run import compile_for, run_plan
from maillage.exchange.envelope import Opened, open_round_news, seal_round
from maillage.exchange.reasons import Reason
from maillage.exchange.rounds import RoundAsked, RoundTold
from maillage.exchange.task import Task
from maillage.warehouse.engines.duckdb import open_warehouse
from tests.support.breakable import TRIO, Network, tasks_of
from tests.support.cohorts import COHORT
from tests.support.hubs import ProbeNode
from tests.support.nodes import wait_until

pytestmark = pytest.mark.xdist_group("breakable")

ASKED: dict[str, Any] = {
    "family": "binomial",
    "outcome": {"kind": "sex", "name": "sex"},
    "covariates": [{"kind": "age", "name": "age"}, {"kind": "visit", "name": "visits", "use": "count"}],
}
OPENING: dict[str, Any] = {
    "persons": {"count": 400},
    "levels": [],
    "totals": [400.0, 20_000.0, 800.0],
    "outcome": 200.0,
    "exposure": 400.0,
    "saturated": 0.0,
}


def ask(network: Network, *sites: str) -> str:
    document = {"title": "Modèle", "analysis": "regress", "parameters": ASKED, "cohort": COHORT}
    with network.http() as http:
        response = http.post("/api/v1/questions", json=document | {"permit": STUDY, "sites": list(sites)})
    assert response.status_code < 300, response.text
    return response.json()["id"]


def read(network: Network, question: str) -> dict[str, Any]:
    with network.http() as http:
        return http.get(f"/api/v1/questions/{question}").json()


def wait_complete(network: Network, question: str) -> dict[str, Any]:
    wait_until(lambda: read(network, question)["status"] != "open", seconds=60)
    return read(network, question)


def told_rounds(network: Network, site: str, question: str) -> list[int]:
    """The rounds that a hospital's own ledger says it told."""
    task_id = tasks_of(network.read_audit(), question).get(site)
    lines = network.read_ledger(site, task_id=task_id) if task_id else []
    return [line.body["round"] for line in lines if line.event == "agent:round:told" and line.body]


def fit_pooled(network: Network, hospitals: int) -> Any:
    """The same model over the one warehouse that all of them read, so many times."""
    engine = open_warehouse(network.running.folder / "warehouse.duckdb")
    try:
        with run_plan(compile_for(engine, parse_expression(COHORT)), engine=engine) as tables:
            data: Data = read_rows(tables, RegressParameters.model_validate(ASKED), engine=engine).data
    finally:
        engine.close()
    return fit_parts([data] * hospitals, family="binomial")


def check_model(network: Network, document: dict[str, Any], *sites: str) -> None:
    """The model is that of these hospitals: each told each round once, and answered once."""
    combined, expected = document["combined"], fit_pooled(network, len(sites))
    assert combined["contributing"] == sorted(sites)
    terms = combined["figures"]["terms"]
    np.testing.assert_allclose([term["estimate"] for term in terms], expected.beta, rtol=1e-9)
    errors = np.sqrt(np.diag(expected.covariance))
    np.testing.assert_allclose([term["standard_error"] for term in terms], errors, rtol=1e-9)
    audit = network.read_audit()
    for site, task_id in tasks_of(audit, document["id"]).items():
        numbers = told_rounds(network, site, document["id"])
        assert numbers == sorted(set(numbers)), (site, numbers)
        at_hub = Counter(line["type"] for line in audit if line["subject"] == task_id)
        assert at_hub["node:round:tell"] == len(numbers), (site, at_hub, numbers)
        assert at_hub["node:answer:record"] == 1, (site, at_hub)


def test_three_hospitals_fit_one_model(network: Network) -> None:
    question = ask(network, *TRIO)
    document = wait_complete(network, question)
    check_model(network, document, *TRIO)
    assert document["rounds"]["state"] == "done"
    assert told_rounds(network, "est", question) == list(range(document["rounds"]["number"] + 1))


@pytest.mark.long
def test_agents_killed_in_a_round_take_it_up_again(network: Network) -> None:
    question = ask(network, *TRIO, "petit", "sonde")
    network.start_dying("round_1_computed", site="petit")
    network.start_dying("round_1_told", site="sonde")
    for site in ("petit", "sonde"):
        assert network.running.processes[site].wait(timeout=60) == -signal.SIGKILL, site
    network.start("petit", "sonde")
    check_model(network, wait_complete(network, question), *TRIO, "petit", "sonde")
    network.verify("petit", "sonde")


@pytest.mark.long
def test_a_worker_killed_between_rounds_reads_its_rows_again(network: Network) -> None:
    agent = network.agent("nord")
    network.pause(agent)
    question = ask(network, *TRIO)
    wait_until(lambda: told_rounds(network, "est", question) == [0], seconds=30)
    network.worker("est").kill()
    network.resume(agent)
    check_model(network, wait_complete(network, question), *TRIO)


@pytest.mark.long
def test_a_hub_killed_in_the_middle_goes_on_from_what_it_kept(network: Network) -> None:
    agent = network.agent("nord")
    network.pause(agent)
    question = ask(network, *TRIO)
    wait_until(lambda: told_rounds(network, "sud", question) == [0], seconds=30)
    network.kill("hub")
    network.start_hub()
    network.resume(agent)
    check_model(network, wait_complete(network, question), *TRIO)


@pytest.mark.long
def test_a_cancelled_model_ends_everywhere(network: Network) -> None:
    agent = network.agent("nord")
    network.pause(agent)
    question = ask(network, *TRIO)
    wait_until(lambda: told_rounds(network, "est", question) == [0], seconds=30)
    with network.http() as http:
        http.delete(f"/api/v1/questions/{question}")
    network.resume(agent)
    task_id = tasks_of(network.read_audit(), question)["est"]

    def has_answered() -> bool:
        return "agent:answer:recorded" in [line.event for line in network.read_ledger("est", task_id=task_id)]

    wait_until(has_answered, seconds=30)
    assert read(network, question)["combined"]["figures"] == {}
    assert told_rounds(network, "est", question) == [0]
    check_model(network, wait_complete(network, ask(network, *TRIO)), *TRIO)


def tell(node: ProbeNode, opened: Opened[Task], **changes: Any) -> Any:
    """Post what a hospital says it told."""
    task = opened.message
    fields: dict[str, Any] = {
        "task_id": task.task_id,
        "question_id": task.question_id,
        "site": task.site,
        "nonce": task.nonce,
        "task_hash": opened.payload_hash,
        "analysis": task.analysis,
        "number": 0,
        "asked": None,
        "content": OPENING,
        "floor": 11,
        "shown_alone": True,
        "told_at": utc_now(),
    }
    message = RoundTold.model_validate(fields | changes)
    return node.send("POST", f"/api/node/v1/rounds/{task.task_id}?wait=20", seal_round(message, key=node.key))


def test_a_hospital_that_lies_drops_out_and_the_others_fit_without_it(network: Network) -> None:
    question = ask(network, *TRIO, "petit")
    with network.http() as http:
        node = network.probe("petit", http)
        node.hello()
        opened = node.take(wait=20)
        small = OPENING | {"persons": {"count": 3}}
        assert tell(node, opened, content=small).status_code == 422
        assert tell(node, opened, floor=5).status_code == 422
        assert tell(node, opened, nonce="0" * 32).status_code == 422
        assert tell(node, opened, number=1).status_code == 409
        first = tell(node, opened)
        assert tell(node, opened, content=OPENING | {"outcome": 100.0}).status_code == 409
        asked = open_round_news(first.content, signers={node.hub_key.fingerprint: node.hub_key}).message
        assert isinstance(asked, RoundAsked)
        assert (asked.number, asked.site, len(asked.parameters["beta"])) == (1, "petit", 3)
        assert tell(node, opened, number=1, content={"rows": [[71, 1], [68, 0]]}).status_code == 422
        node.answer(opened, node.refusal(opened, Reason.MODEL_OUTWEIGHED))
    document = wait_complete(network, question)
    assert document["combined"]["contributing"] == sorted(TRIO)
    expected = fit_pooled(network, 3)
    terms = document["combined"]["figures"]["terms"]
    np.testing.assert_allclose([term["estimate"] for term in terms], expected.beta, rtol=1e-9)
