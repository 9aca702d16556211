"""A held answer with real processes: hub, agent, engine, the commands that a checker types, and kill -9."""

import json
import os
import signal
import subprocess
import sys
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any

import httpx2
import pytest

from maillage.base.keys import PublicKey
from maillage.cli.main import run
from maillage.exchange.envelope import seal_permit
from maillage.exchange.permit import CheckAt
from maillage.exchange.release import Outcome
from maillage.exchange.result import Hold, Partial
from maillage.node.folder import Node
from maillage.node.verify import verify
from maillage.node.worker.handle import WORKER_COMMAND
from maillage.warehouse.synthetic import synthesize
from tests.support.cohorts import COHORT
from tests.support.hubs import LiveHub, live_hub
from tests.support.messages import COMMITTEE_KEY
from tests.support.nodes import (
    ROOT,
    agent_process,
    agent_thread,
    make_node,
    read_jobs,
    read_states,
    send_task,
    wait_until,
)
from tests.support.releases import CHECKERS, compute, held_permit, say, sent
from tests.support.stand_in_hub import StandInHub, serve

pytestmark = pytest.mark.xdist_group("node-release")

Cli = Callable[..., tuple[int, str, str]]


@pytest.fixture
def cli(capsys: pytest.CaptureFixture[str]) -> Cli:
    def call(*arguments: str) -> tuple[int, str, str]:
        code = run(["node", *arguments])
        said = capsys.readouterr()
        return code, said.out, said.err

    return call


@pytest.fixture
def hub() -> Iterator[StandInHub]:
    with serve(StandInHub()) as running:
        yield running


def held_node(folder: Path, hub: StandInHub | None = None, **changes: Any) -> Node:
    where = {"hub_url": hub.url, "hub_key": hub.key.public} if hub else {}
    node = make_node(folder / "hcl", policy=CHECKERS, permit=held_permit(), **where, **changes)
    if hub:
        hub.node_key = node.key.public
    return node


def die_while_deciding(node: Node, task_id: str, *, at: str) -> None:
    """A checker's command in a process of its own, killed by SIGKILL inside its transaction or after it."""
    arguments = [sys.executable, "-m", "tests.support.dying_checker", str(node.folder), task_id, at]
    done = subprocess.run(arguments, cwd=ROOT, env=os.environ | {"PYTHONPATH": str(ROOT)}, check=False)
    assert done.returncode == -signal.SIGKILL


@pytest.mark.parametrize("at", ["add_word", "move_held", "record_answer", "keep_evidence"])
def test_a_checker_killed_inside_the_decision_has_said_nothing(tmp_path: Path, at: str) -> None:
    node = held_node(tmp_path)
    with node.open_store() as store:
        task_id = compute(store, node)
    die_while_deciding(node, task_id, at=at)
    with node.open_store() as store:
        assert read_states(node) == {task_id: "computed"}
        assert {type(message) for message in sent(store, node, task_id)} == {Hold}
        assert not store.rows("words", task_id=task_id)
        say(store, node, task_id, Outcome.CONFORM)
        assert [type(message) for message in sent(store, node, task_id)] == [Hold, Partial]
        verify(store, node=node)


def test_a_checker_killed_after_the_decision_has_decided(hub: StandInHub, tmp_path: Path) -> None:
    node = held_node(tmp_path, hub)
    with agent_process(node) as agent:
        task_id = send_task(hub).task_id
        hub.wait_for_answers(task_id)
        wait_until(lambda: read_states(node) == {task_id: "computed"})
        agent.kill()
        agent.wait(timeout=30)
        die_while_deciding(node, task_id, at="committed")
    with agent_thread(node):
        wait_until(lambda: read_states(node) == {task_id: "sent"})
    answers = [hub.read(answer) for answer in dict.fromkeys(hub.tasks[task_id].answers)]
    assert [type(answer) for answer in answers] == [Hold, Partial]
    assert len(read_jobs(node)) == 1


@pytest.mark.parametrize(("point", "jobs"), [("executed", 2), ("recorded", 1), ("sent", 1)])
def test_an_agent_killed_around_the_hold_holds_once_and_releases_nothing(
    hub: StandInHub, tmp_path: Path, point: str, jobs: int
) -> None:
    node = held_node(tmp_path, hub)
    task_id = send_task(hub).task_id
    with agent_process(node, die_at=point) as dying:
        assert dying.wait(timeout=30) == -signal.SIGKILL
    with agent_thread(node):
        hub.wait_for_answers(task_id)
        wait_until(lambda: read_states(node) == {task_id: "computed"})
    assert {type(hub.read(answer)) for answer in hub.tasks[task_id].answers} == {Hold}
    assert len(read_jobs(node)) == jobs
    with node.open_store() as store:
        assert len(sent(store, node, task_id)) == 1


def test_a_cancelled_question_empties_what_was_sealed(hub: StandInHub, tmp_path: Path) -> None:
    node = held_node(tmp_path, hub)
    task_id = send_task(hub).task_id
    with agent_thread(node):
        hub.wait_for_answers(task_id)
        hub.tasks[task_id].answers.clear()
        hub.cancel(task_id)
        wait_until(lambda: read_states(node) == {task_id: "sent"})
    with node.open_store() as store:
        row = store.row("held", task_id=task_id)
        assert row is not None
        assert (row["standing"], row["sealed"]) == ("dropped", b"")


def test_the_agent_stays_small_with_held_answers(hub: StandInHub, tmp_path: Path) -> None:
    node = held_node(tmp_path, hub)
    task_id = send_task(hub).task_id
    with agent_process(node) as agent:
        hub.wait_for_answers(task_id)
        agent.terminate()
        agent.wait(timeout=30)
    modules = set((node.folder / "modules.txt").read_text().split())
    assert not {"numpy", "duckdb", "sqlglot", "maillage.cohort.explain"} & modules


def test_what_a_checker_types(cli: Cli, tmp_path: Path) -> None:
    node = held_node(tmp_path)
    folder = str(node.folder)
    with node.open_store() as store:
        task_id = compute(store, node, title="Essai [red]")
    code, out, _ = cli("releases", "list", folder, "--json")
    (line,) = json.loads(out)
    assert (code, line["task_id"], line["standing"]) == (0, task_id, "waiting")
    assert line["age_hours"] >= 0
    listed = cli("releases", "list", folder)[1]
    assert f"{task_id} : à contrôler" in listed
    assert "alice : Essai [red]" in listed, "a stranger's title is no markup"
    code, out, _ = cli("releases", "show", folder, task_id, "--mask", "years.2022")
    assert code == 0
    assert "masqué au contrôle" in out
    assert "[persons]" in out
    assert "Au plus près : 40" in out
    code, _, err = cli("releases", "decide", folder, task_id, "--outcome", "conform", "--by", "alice")
    assert code == 4
    assert "n’en contrôle pas la sortie" in err
    decided = ("--outcome", "masked", "--mask", "years.2022", "--by", "Dr Faure")
    code, out, _ = cli("releases", "decide", folder, task_id, *decided)
    assert (code, "sortie" in out) == (0, True)
    assert cli("releases", "list", folder)[1].strip() == "Aucune réponse n’attend de contrôle."
    proof = tmp_path / "proof.json"
    code, out, _ = cli("evidence", folder, task_id, "--out", str(proof))
    assert code == 0
    assert "conforme après masquage" in out
    assert "Dr Faure" in out
    code, out, _ = cli("verify-evidence", str(proof), "--key", node.key.public.text)
    assert (code, "Signature valable" in out) == (0, True)
    proof.write_bytes(proof.read_bytes().replace(b'"payload":"', b'"payload":"A'))
    assert cli("verify-evidence", str(proof), "--key", node.key.public.text)[0] == 6


@pytest.fixture(scope="module")
def network(tmp_path_factory: pytest.TempPathFactory) -> Generator[tuple[LiveHub, Node]]:
    """A real hub whose committee checks, and a hospital whose engine is real."""
    folder = tmp_path_factory.mktemp("network")
    with live_hub(folder / "hub", requesters=["alice"], settings='checkers = ["Dr Faure"]\n') as live:
        signed = folder / "study.permit"
        permit = held_permit(at=CheckAt.COMMITTEE, permit_id="study")
        signed.write_bytes(seal_permit(permit, key=COMMITTEE_KEY))
        live.command("permit", "publish", str(signed))
        warehouse = folder / "hcl.duckdb"
        synthesize("hcl", patients=2_000, target=warehouse)
        key = PublicKey.parse(live.command("key", str(live.folder)).split()[-1])
        node = make_node(
            folder / "hcl",
            hub_url=live.url,
            hub_key=key,
            policy="shown_alone = true\n" + CHECKERS,
            permit=permit,
            path=str(warehouse),
        )
        live.command("register", "hcl", "--name", "HCL", "--key", node.key.public.text)
        yield live, node


def test_a_question_is_checked_at_the_hospital_then_by_the_committee(
    network: tuple[LiveHub, Node], cli: Cli
) -> None:
    live, node = network
    with live.client(live.tokens["alice"]) as http, agent_thread(node, worker_command=WORKER_COMMAND):
        question = ask(http)
        (line,) = wait_for_held(node, cli)
        wait_until(lambda: read(http, question)["sites"][0]["reason"] == "held_for_release")
        shown = json.loads(cli("releases", "show", str(node.folder), line["task_id"], "--json")[1])
        number = shown["cells"][0]["cell"]["count"]
        assert "Diabète de type 2" in shown["cohort"]
        decide = ("releases", "decide", str(node.folder), line["task_id"], "--outcome", "conform")
        assert cli(*decide, "--by", "Mme Roux")[0] == 0
        wait_until(lambda: read(http, question)["status"] == "complete")
        waiting = read(http, question)
        assert waiting["combined"]["persons"] == {"suppressed": "withheld"}
        assert str(number) not in json.dumps(waiting["combined"]) + json.dumps(waiting["sites"][0]["content"])
        assert question["id"] in live.command("releases", "list", "--json")
        live.command("releases", "decide", question["id"], "--outcome", "conform", "--by", "Dr Faure")
        final = read(http, question)
    assert final["combined"]["persons"] == {"count": number}
    assert "contrôlée à l’hôpital" in " ".join(final["sites"][0]["checks"])
    record = json.loads(cli("evidence", str(node.folder), question["id"], "--json")[1])
    assert record["evidence"]["rules"] == ["floor", "differencing", "chain", "partition", "person"]
    assert (
        record["trace"]["shown"] + record["trace"]["below_floor"] + record["trace"]["protected"]
        == (record["trace"]["given"])
    )
    assert record["trace"]["former"] == 0


def test_the_same_question_again_is_told_to_be_the_same_persons(
    network: tuple[LiveHub, Node], cli: Cli
) -> None:
    live, node = network
    with live.client(live.tokens["alice"]) as http, agent_thread(node, worker_command=WORKER_COMMAND):
        ask(http, title="Encore")
        (line,) = wait_for_held(node, cli)
        shown = json.loads(cli("releases", "show", str(node.folder), line["task_id"], "--json")[1])
        assert [one["relation"] for one in shown["differences"]] == ["same"]
        refuse = ("--outcome", "refused", "--note", "déjà donnée", "--by", "Mme Roux")
        assert cli("releases", "decide", str(node.folder), line["task_id"], *refuse)[0] == 0


def ask(http: httpx2.Client, title: str = "Diabète") -> dict[str, Any]:
    body = {"title": title, "cohort": COHORT, "sites": ["hcl"], "permit": "study"}
    response = http.post("/api/v1/questions", json=body)
    assert response.status_code == 201, response.text
    return response.json()


def read(http: httpx2.Client, question: dict[str, Any]) -> dict[str, Any]:
    return http.get(f"/api/v1/questions/{question['id']}").json()


def wait_for_held(node: Node, cli: Cli) -> list[dict[str, Any]]:
    def held() -> list[dict[str, Any]]:
        return json.loads(cli("releases", "list", str(node.folder), "--json")[1])

    wait_until(lambda: bool(held()), seconds=120)
    return held()
