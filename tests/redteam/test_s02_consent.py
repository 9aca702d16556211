"""S2, as far as this version goes: a node answers what its own policy lets it answer, when it answers."""

from pathlib import Path

import pytest

from maillage.exchange.envelope import seal_task
from maillage.exchange.reasons import Reason
from maillage.node import tasks
from maillage.node.decide import decide_task
from maillage.node.folder import Node
from maillage.node.ledger import read_lines
from maillage.node.log import Log
from maillage.node.permits import terms
from maillage.node.policy import Decision, Verdict
from tests.support.messages import HUB_KEY, example_key
from tests.support.nodes import (
    AUTO,
    HOLD,
    agent_thread,
    make_node,
    node_task,
    read_jobs,
    send_task,
    wait_until,
)
from tests.support.stand_in_hub import StandInHub, serve

ONLY_ALICE = '[[rule]]\nrequester = "alice"\npermit = "feasibility"\nanalysis = "count"\ndecision = "auto"\n'


def decided(node: Node, **changes: object) -> tuple[str, str | None]:
    """The state and the reason that a task signed by the real hub key gets."""
    task = node_task(**changes)
    with node.open_store() as store:
        tasks.receive(store, node=node, task_id=task.task_id, data=seal_task(task, key=HUB_KEY))
        decide_task(store, node=node, row=tasks.find_task(store, task.task_id), log=Log())
        found = {row["task_id"]: row["reason"] for row in store.rows("answers")}
        return tasks.find_task(store, task.task_id).state, found.get(task.task_id)


@pytest.mark.parametrize(
    "changes",
    [
        {"requester": "bob"},
        {"requester": "Alice"},
        {"requester": "alice@evil.example"},
        {"permit": "unlimited"},
        {"participants": ("hcl",)},
        {"participants": ("hcl", "chu-grenoble")},
        {"minimum_participants": 1},
        {"minimum_participants": 2},
        {"site": "chu-grenoble"},
    ],
)
def test_a_hub_that_lies_about_anything_gets_a_refusal(tmp_path: Path, changes: dict[str, object]) -> None:
    assert decided(make_node(tmp_path / "hcl", policy=ONLY_ALICE), **changes)[0] == "answered"
    assert decided(make_node(tmp_path / "again", policy=ONLY_ALICE))[0] == "accepted"


LIES = [{"requester": "bob"}, {"requester": "Alice"}, {"participants": ("hcl",)}, {"minimum_participants": 1}]


@pytest.mark.parametrize("changes", LIES)
def test_with_the_policy_not_asked_the_lying_hub_is_answered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, changes: dict[str, object]
) -> None:
    monkeypatch.setattr(terms, "decide", lambda task, *, policy: Verdict(Decision.AUTO, None))
    monkeypatch.setattr(terms, "has_enough_participants", lambda task, *, policy: True)
    assert decided(make_node(tmp_path / "hcl", policy=ONLY_ALICE), **changes)[0] == "accepted"


def test_a_task_of_another_key_is_no_task(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl", hub_key=example_key(9).public)
    assert decided(node) == ("answered", Reason.SIGNER_UNKNOWN)


@pytest.mark.parametrize("policy", ["", "floor = 11\n", '[[rule]]\nrequester = "bob"\ndecision = "auto"\n'])
def test_what_no_rule_allows_is_refused(tmp_path: Path, policy: str) -> None:
    assert decided(make_node(tmp_path / "hcl", policy=policy)) == ("answered", Reason.POLICY_REFUSED)


def test_a_policy_closed_while_a_question_waits_its_turn_closes_it_too(tmp_path: Path) -> None:
    with serve(StandInHub()) as hub:
        node = make_node(tmp_path / "node", hub_url=hub.url, hub_key=hub.key.public)
        hub.node_key = node.key.public
        slow, queued = send_task(hub, cohort={"behave": "slow"}), send_task(hub)
        with agent_thread(node):
            wait_until(lambda: read_jobs(node) == [slow.task_id])
            wait_until(lambda: _is_accepted(node, queued.task_id))
            node.policy_path.write_text('[[rule]]\ndecision = "refuse"\n')
            (answer,) = hub.wait_for_answers(queued.task_id)
    assert getattr(answer, "reason", None) is Reason.POLICY_REFUSED
    assert read_jobs(node) == [slow.task_id]


def _is_accepted(node: Node, task_id: str) -> bool:
    with node.open_store() as store:
        return [line.event for line in read_lines(store) if line.task_id == task_id][-1:] == [
            "policy:task:accepted"
        ]


def test_the_policy_of_a_new_node_lets_nothing_out_by_itself(tmp_path: Path) -> None:
    from maillage.node.folder import DEFAULT_POLICY

    assert DEFAULT_POLICY not in (AUTO, HOLD)
    assert decided(make_node(tmp_path / "hcl", policy=DEFAULT_POLICY))[0] == "held"
