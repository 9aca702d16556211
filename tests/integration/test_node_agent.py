"""The agent against a hub that delivers anything: what it answers, what it refuses, what it survives."""

import json
from collections.abc import Generator, Mapping
from datetime import timedelta
from pathlib import Path
from typing import Any

import psutil
import pytest

from maillage.analysis.registry import list_analyses
from maillage.base.canon import sha256_hex
from maillage.base.clock import utc_now
from maillage.base.ids import new_id
from maillage.exchange.envelope import AnyAnswer, seal_task
from maillage.exchange.message import MAX_ENVELOPE_BYTES
from maillage.exchange.reasons import Reason
from maillage.exchange.result import Failure, Hold, Partial, Refusal
from maillage.node import ledger, review
from maillage.node.folder import Node
from maillage.node.states import Event
from maillage.node.verify import verify
from tests.support.messages import example_key
from tests.support.nodes import (
    HOLD,
    agent_process,
    agent_thread,
    make_node,
    node_task,
    read_jobs,
    read_states,
    send_task,
    wait_until,
)
from tests.support.stand_in_hub import StandInHub, serve


@pytest.fixture
def hub() -> Generator[StandInHub]:
    with serve(StandInHub()) as running:
        yield running


@pytest.fixture
def node(hub: StandInHub, tmp_path: Path) -> Node:
    return _make_node(hub, tmp_path)


def _make_node(hub: StandInHub, folder: Path, **changes: Any) -> Node:
    node = make_node(folder / "hcl", hub_url=hub.url, hub_key=hub.key.public, **changes)
    hub.node_key = node.key.public
    return node


def _events(node: Node, task_id: str | None = None) -> list[str]:
    with node.open_store() as store:
        return [line.event for line in ledger.read_lines(store) if task_id in (None, line.task_id)]


def test_a_question_is_answered_with_an_anchor_that_the_ledger_holds(hub: StandInHub, node: Node) -> None:
    task = send_task(hub)
    with agent_thread(node):
        (answer,) = hub.wait_for_answers(task.task_id)
        wait_until(lambda: read_states(node)[task.task_id] == "sent")
    assert isinstance(answer, Partial)
    assert (answer.question_id, answer.nonce, answer.site) == (task.question_id, task.nonce, "hcl")
    assert (answer.floor, answer.shown_alone, answer.reference) == (11, False, "2026-11")
    with node.open_store() as store:
        assert verify(store, node=node, anchor=answer.anchor).answers == 1


def test_the_hello_says_what_runs_and_how_it_is(hub: StandInHub, node: Node) -> None:
    with agent_thread(node):
        said = hub.wait_for_hello()
        assert said["health"] == "warehouse_missing"
        node.warehouse.touch()
        again = hub.wait_for_hello(count=2)
    assert again == said | {"health": "ok"}
    assert set(said["analyses"]) == set(list_analyses())
    assert (said["protocol"], said["software"], said["reference"]) == (2, "0.1.0", "2026-11")


REFUSED = {
    "expired": (
        {"issued_at": utc_now() - timedelta(hours=2), "expires_at": utc_now() - timedelta(hours=1)},
        Reason.ENVELOPE_EXPIRED,
    ),
    "retargeted": ({"site": "chu-grenoble"}, Reason.ENVELOPE_RETARGETED),
    "analysis unknown": (
        {"analysis": {"id": "genomes", "version": 1, "code": "sha256:" + "0" * 64}},
        Reason.ANALYSIS_UNKNOWN,
    ),
    "analysis changed": (
        {"analysis": {"id": "count", "version": 1, "code": "sha256:" + "0" * 64}},
        Reason.ANALYSIS_DIFFERS,
    ),
    "parameters": ({"parameters": {"rows": True}}, Reason.PARAMETERS_INVALID),
    "two hospitals": ({"participants": ("hcl", "chu-grenoble")}, Reason.TOO_FEW_PARTICIPANTS),
    "total of two": ({"minimum_participants": 2}, Reason.TOO_FEW_PARTICIPANTS),
    "cohort": ({"cohort": {"behave": "cohort_invalid"}}, Reason.COHORT_INVALID),
}


def test_what_may_not_be_answered_is_refused_in_the_ledger_and_at_the_hub(
    hub: StandInHub, node: Node
) -> None:
    # One agent for all cases: each delivery must leave the next ones unharmed.
    asked = {case: send_task(hub, **changes) for case, (changes, _) in REFUSED.items()}
    with agent_thread(node):
        answers = {case: hub.wait_for_answers(task.task_id)[0] for case, task in asked.items()}
        wait_until(lambda: set(read_states(node).values()) == {"sent"})
    assert _reasons(answers) == {case: reason for case, (_, reason) in REFUSED.items()}
    assert {case: answer.question_id for case, answer in answers.items()} == {
        case: task.question_id for case, task in asked.items()
    }
    assert _recorded_reasons(node) == {asked[case].task_id: reason for case, (_, reason) in REFUSED.items()}


def _reasons(answers: Mapping[str, AnyAnswer]) -> dict[str, Reason]:
    return {case: answer.reason for case, answer in answers.items() if isinstance(answer, Refusal)}


def _recorded_reasons(node: Node) -> dict[str | None, str]:
    with node.open_store() as store:
        lines = ledger.read_lines(store)
    return {line.task_id: line.body["reason"] for line in lines if line.event == Event.AGENT_ANSWER_RECORDED}


def _edit(envelope: bytes) -> bytes:
    document = json.loads(envelope)
    document["payload"] = document["payload"][:-8] + "AAAAfQ=="
    return json.dumps(document).encode()


def _swap_signer(task_id: str) -> bytes:
    return seal_task(node_task(task_id=task_id), key=example_key(9))


UNREADABLE = {
    "edited": (
        lambda hub, name: _edit(seal_task(node_task(task_id=name), key=hub.key)),
        Reason.ENVELOPE_ALTERED,
    ),
    "foreign": (lambda hub, name: _swap_signer(name), Reason.SIGNER_UNKNOWN),
    "not json": (lambda hub, name: b"hello", Reason.ENVELOPE_MALFORMED),
    "empty": (lambda hub, name: b"", Reason.ENVELOPE_MALFORMED),
    "too large": (lambda hub, name: b"x" * (MAX_ENVELOPE_BYTES + 1000), Reason.ENVELOPE_TOO_LARGE),
    "another's": (lambda hub, name: seal_task(node_task(), key=hub.key), Reason.ENVELOPE_REPLAYED),
}


def test_an_envelope_that_does_not_hold_is_refused_under_the_delivered_name(
    hub: StandInHub, node: Node
) -> None:
    names = {case: new_id("task") for case in UNREADABLE}
    for case, (make, _) in UNREADABLE.items():
        hub.deliver(names[case], make(hub, names[case]))
    with agent_thread(node):
        answers = {case: hub.wait_for_answers(name)[0] for case, name in names.items()}
    assert _reasons(answers) == {case: reason for case, (_, reason) in UNREADABLE.items()}
    assert {answer.question_id for answer in answers.values()} == {"question-" + "0" * 32}
    assert _recorded_reasons(node) == {names[case]: reason for case, (_, reason) in UNREADABLE.items()}
    assert not read_jobs(node)


def test_an_endless_envelope_is_read_no_further_than_its_limit(hub: StandInHub, node: Node) -> None:
    task_id = new_id("task")
    hub.deliver(task_id, b"x" * (2 * MAX_ENVELOPE_BYTES))
    with agent_thread(node):
        (answer,) = hub.wait_for_answers(task_id)
    assert answer.task_hash == sha256_hex(b"x" * (MAX_ENVELOPE_BYTES + 1))


def test_a_nonce_serves_one_task(hub: StandInHub, node: Node) -> None:
    first = send_task(hub)
    with agent_thread(node):
        hub.wait_for_answers(first.task_id)
        second = send_task(hub, nonce=first.nonce)
        (answer,) = hub.wait_for_answers(second.task_id)
    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.ENVELOPE_REPLAYED


def test_a_task_delivered_again_is_answered_by_the_same_bytes(hub: StandInHub, node: Node) -> None:
    task = send_task(hub)
    with agent_thread(node):
        hub.wait_for_answers(task.task_id)
        wait_until(lambda: read_states(node)[task.task_id] == "sent")
        hub.deliver_again(task.task_id)
        hub.wait_for_answers(task.task_id, count=2)
    first, second = hub.tasks[task.task_id].answers
    assert first == second
    assert read_jobs(node) == [task.task_id]


def test_other_bytes_under_an_answered_name_change_nothing(hub: StandInHub, node: Node) -> None:
    task = send_task(hub)
    with agent_thread(node):
        hub.wait_for_answers(task.task_id)
        wait_until(lambda: read_states(node)[task.task_id] == "sent")
        hub.tasks[task.task_id].envelope = seal_task(node_task(task_id=task.task_id), key=hub.key)
        hub.deliver_again(task.task_id)
        hub.wait_for_answers(task.task_id, count=2)
    assert len(set(hub.tasks[task.task_id].answers)) == 1
    assert Event.HUB_DELIVERY_CONFLICTED in _events(node, task.task_id)


def test_a_held_question_waits_for_a_person(hub: StandInHub, tmp_path: Path) -> None:
    node = _make_node(hub, tmp_path, policy=HOLD)
    released, refused = send_task(hub), send_task(hub)
    with agent_thread(node), node.open_store() as store:
        for task in (released, refused):
            (held,) = hub.wait_for_answers(task.task_id)
            assert isinstance(held, Hold)
        assert {each.task_id for each in review.list_pending(store, node=node)} == set(read_states(node))
        assert not read_jobs(node)
        review.release(store, node=node, task_id=released.task_id, by="Dr Faure")
        review.refuse(store, node=node, task_id=refused.task_id, by="Dr Faure", why="trop précis")
        yes = hub.wait_for_answers(released.task_id, count=2)[1]
        no = hub.wait_for_answers(refused.task_id, count=2)[1]
    assert isinstance(yes, Partial)
    assert isinstance(no, Refusal)
    assert no.reason is Reason.REVIEWER_REFUSED
    assert not any(
        b"Faure" in data or b"pr\xc3\xa9cis" in data for data in hub.tasks[refused.task_id].answers
    )


def test_a_held_question_expires(hub: StandInHub, tmp_path: Path) -> None:
    node = _make_node(hub, tmp_path, policy=HOLD)
    task = send_task(hub, expires_at=utc_now() + timedelta(seconds=2))
    with agent_thread(node):
        expired = hub.wait_for_answers(task.task_id, count=2)[1]
    assert isinstance(expired, Refusal)
    assert expired.reason is Reason.ENVELOPE_EXPIRED


@pytest.mark.parametrize("behave", ["heed", "deaf"])
def test_a_cancelled_question_stops_and_says_so(
    hub: StandInHub, node: Node, behave: str, capfd: pytest.CaptureFixture[str]
) -> None:
    """And is no trouble of the hospital's: its log has neither an error nor an incident."""
    running = send_task(hub, cohort={"behave": behave})
    with agent_thread(node):
        wait_until(lambda: read_jobs(node) == [running.task_id])
        waiting = send_task(hub)
        wait_until(lambda: read_states(node).get(waiting.task_id) == "accepted")
        hub.cancel(running.task_id)
        (answer,) = hub.wait_for_answers(running.task_id)
        assert isinstance(hub.wait_for_answers(waiting.task_id)[0], Partial)
    assert isinstance(answer, Refusal)
    assert answer.reason is Reason.CANCELLED
    assert len(hub.tasks[running.task_id].answers) == 1
    logged = "".join(capfd.readouterr())
    assert "task_cancelled" in logged
    assert "incident" not in logged


def test_a_question_past_its_time_limit_fails(hub: StandInHub, tmp_path: Path) -> None:
    node = _make_node(hub, tmp_path, time_limit_seconds=0.5)
    task = send_task(hub, cohort={"behave": "heed"})
    with agent_thread(node):
        (answer,) = hub.wait_for_answers(task.task_id)
    assert isinstance(answer, Failure)
    assert answer.reason is Reason.LIMIT_REACHED


def test_what_the_analysis_does_not_declare_never_leaves(hub: StandInHub, node: Node) -> None:
    task = send_task(hub, cohort={"behave": "patient"})
    with agent_thread(node):
        (answer,) = hub.wait_for_answers(task.task_id)
    assert isinstance(answer, Failure)
    assert answer.reason is Reason.INTERNAL
    assert b"person_ids" not in hub.tasks[task.task_id].answers[0]


def test_a_broken_policy_lets_nothing_out_and_refuses_nothing_for_good(hub: StandInHub, node: Node) -> None:
    with agent_thread(node):
        hub.wait_for_hello()
        node.policy_path.write_text('floor = 3\n[[rule]]\ndecision = "auto"\n')
        task = send_task(hub)
        (answer,) = hub.wait_for_answers(task.task_id)
    assert isinstance(answer, Hold)
    assert not read_jobs(node)


def test_an_answer_waits_for_a_hub_that_is_down(hub: StandInHub, node: Node) -> None:
    task = send_task(hub, cohort={"behave": "slow"})
    with agent_thread(node):
        wait_until(lambda: read_jobs(node) == [task.task_id])
        hub.down = True
        wait_until(lambda: read_states(node)[task.task_id] == "answered")
        hub.down = False
        (answer,) = hub.wait_for_answers(task.task_id)
        wait_until(lambda: read_states(node)[task.task_id] == "sent")
        after = send_task(hub)
        hub.wait_for_answers(after.task_id)
    assert isinstance(answer, Partial)


def test_a_hub_that_vanished_is_greeted_by_a_new_boot(tmp_path: Path) -> None:
    hub = StandInHub()
    with serve(hub):
        node = _make_node(hub, tmp_path)
    with agent_thread(node):
        with serve(hub):
            first = hub.wait_for_hello()["boot"]
            wait_until(lambda: hub.polls > 0)
        with serve(hub):
            wait_until(lambda: hub.hellos[-1]["boot"] != first)
            task = send_task(hub)
            assert isinstance(hub.wait_for_answers(task.task_id)[0], Partial)


def test_an_answer_that_the_hub_does_not_want_is_kept_and_not_repeated(hub: StandInHub, node: Node) -> None:
    task = send_task(hub)
    hub.refuse_answers = 409
    with agent_thread(node):
        wait_until(lambda: read_states(node).get(task.task_id) == "rejected")
        hub.refuse_answers = 0
        hub.deliver_again(task.task_id)
        hub.wait_for_answers(task.task_id)
        wait_until(lambda: read_states(node)[task.task_id] == "sent")
    assert read_jobs(node) == [task.task_id]


def test_a_wrong_clock_is_recorded_once_and_mended(hub: StandInHub, node: Node) -> None:
    hub.clock = lambda: utc_now() + timedelta(minutes=10)
    with agent_thread(node):
        wait_until(lambda: Event.HUB_REQUEST_REFUSED in _events(node))
        wait_until(lambda: hub.calls_refused >= 3)
        assert _events(node).count(Event.HUB_REQUEST_REFUSED) == 1
        hub.clock = utc_now
        task = send_task(hub)
        assert isinstance(hub.wait_for_answers(task.task_id)[0], Partial)


def test_a_ledger_shorter_than_the_hub_remembers_is_noticed(hub: StandInHub, node: Node) -> None:
    hub.anchor = {"sequence": 4000, "hash": "sha256:" + "1" * 64}
    with agent_thread(node):
        wait_until(lambda: Event.HUB_ANCHOR_DIFFERED in _events(node))


HEAVY = ("duckdb", "sqlglot", "numpy", "django", "rich", "structlog")


def test_an_agent_that_answered_never_imported_the_engine(hub: StandInHub, node: Node) -> None:
    task = send_task(hub)
    with agent_process(node):
        hub.wait_for_answers(task.task_id)
    imported = (node.folder / "modules.txt").read_text().splitlines()
    assert "maillage.node.agent" in imported
    assert not {name for name in imported if name.split(".")[0] in HEAVY}


def test_nothing_listens_and_the_idle_agent_is_small(hub: StandInHub, node: Node) -> None:
    with agent_process(node) as process:
        hub.wait_for_hello()
        agent = psutil.Process(process.pid)
        family = [agent, *agent.children(recursive=True)]
        assert len(family) == 2
        kinds = {link.status for each in family for link in each.net_connections("all") if link.family != 1}
        assert kinds <= {psutil.CONN_ESTABLISHED, psutil.CONN_CLOSE_WAIT, psutil.CONN_TIME_WAIT}
        assert agent.memory_info().rss < 100_000_000
