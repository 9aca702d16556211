"""Budgets: who asks more and more is slowed, then held, at the node whatever the hub counts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from maillage.exchange.envelope import seal_task
from maillage.exchange.permit import Budget, Budgets, View
from maillage.exchange.reasons import Reason
from maillage.node import tasks
from maillage.node.answer import make_refusal
from maillage.node.decide import decide_task, open_row
from maillage.node.folder import Node
from maillage.node.log import Log
from tests.integration.hub.conftest import MovableClock, Network
from tests.integration.hub.test_hub_questions import TWO_STEPS
from tests.support.cohorts import COHORT
from tests.support.messages import HUB_KEY, example_permit
from tests.support.nodes import make_node, node_task
from tests.support.prepare_hub import publish_permit

TIGHT = Budget(hours=24, slow_after=2, pause_seconds=60, hold_after=4)
WIDE = Budget(hours=24, slow_after=20, pause_seconds=60, hold_after=40)
BUDGETS = Budgets(total=WIDE, per_hospital=TIGHT, contact="Dr Faure, 04 00 00 00 00")


def make(folder: Path, watch: MovableClock, *, shown_alone: bool, **permit: Any) -> Node:
    policy = f'shown_alone = {str(shown_alone).lower()}\n[[rule]]\ndecision = "auto"\n'
    accepted = example_permit(budgets=BUDGETS, **permit)
    return make_node(folder, policy=policy, permit=accepted, clock=watch)


def ask(node: Node, watch: MovableClock, **changes: Any) -> tuple[str, str]:
    """A question of the hub; its name and its state."""
    dates = {"issued_at": watch.now, "expires_at": watch.now + timedelta(days=9)}
    task = node_task(**dates | changes)
    with node.open_store() as store:
        tasks.receive(store, node=node, task_id=task.task_id, data=seal_task(task, key=HUB_KEY))
        return task.task_id, look(node, task.task_id)


def look(node: Node, task_id: str) -> str:
    with node.open_store() as store:
        row = tasks.find_task(store, task_id)
        if row.state == "received":
            decide_task(store, node=node, row=row, log=Log())
        return tasks.find_task(store, task_id).state


@pytest.fixture
def watch() -> MovableClock:
    return MovableClock(datetime.now(UTC).replace(microsecond=0))


def test_questions_are_slowed_then_held_then_free_again(tmp_path: Path, watch: MovableClock) -> None:
    node = make(tmp_path / "hcl", watch, shown_alone=True)
    assert [ask(node, watch)[1] for _ in range(2)] == ["accepted"] * 2
    slowed, state = ask(node, watch)
    assert state == "received"
    watch.advance(seconds=61)
    assert look(node, slowed) == "accepted"
    watch.advance(seconds=61)
    assert ask(node, watch)[1] == "accepted"
    watch.advance(seconds=61)
    assert ask(node, watch)[1] == "held"
    watch.advance(days=2)
    assert ask(node, watch)[1] == "accepted"


def test_another_requester_has_a_budget_of_their_own(tmp_path: Path, watch: MovableClock) -> None:
    node = make(tmp_path / "hcl", watch, shown_alone=True)
    for _ in range(2):
        ask(node, watch)
    assert ask(node, watch)[1] == "received"
    assert ask(node, watch, requester="bruno")[1] == "accepted"


@pytest.mark.parametrize(
    ("shown_alone", "views"), [(False, (View.TOTAL, View.PER_HOSPITAL)), (True, (View.TOTAL,))]
)
def test_a_hospital_that_is_only_in_totals_has_the_larger_budget(
    tmp_path: Path, watch: MovableClock, shown_alone: bool, views: tuple[View, ...]
) -> None:
    node = make(tmp_path / "hcl", watch, shown_alone=shown_alone, views=views)
    assert [ask(node, watch)[1] for _ in range(8)] == ["accepted"] * 8


def test_a_question_that_brought_nothing_costs_nothing(tmp_path: Path, watch: MovableClock) -> None:
    node = make(tmp_path / "hcl", watch, shown_alone=True)
    for _ in range(6):
        task_id, state = ask(node, watch)
        assert state == "accepted"
        with node.open_store() as store:
            delivery = open_row(tasks.find_task(store, task_id), node=node)
            make_answer = make_refusal(delivery, reason=Reason.CANCELLED)
            tasks.answer(store, node=node, task_id=task_id, make=make_answer)


def test_without_a_budget_the_hundredth_question_is_accepted_too(tmp_path: Path, watch: MovableClock) -> None:
    node = make_node(tmp_path / "hcl", clock=watch)
    assert {ask(node, watch)[1] for _ in range(100)} == {"accepted"}


def test_the_hub_names_the_wait_and_the_person_to_call(network: Network) -> None:
    network.enrol("hcl", "chu-grenoble", "chu-clermont")
    publish_permit(network.hub, example_permit(permit_id="tight", budgets=BUDGETS))
    body = {"title": "Diabète", "cohort": COHORT, "permit": "tight"}
    for _ in range(2):
        network.ask(permit="tight")
    slowed = network.call("POST", "/questions", json=body)
    assert (slowed.status_code, slowed.json()["code"]) == (429, "budget_slow")
    assert "60 " in slowed.json()["what"]
    for _ in range(2):
        network.clock.advance(seconds=61)
        network.ask(permit="tight")
    network.clock.advance(seconds=61)
    spent = network.call("POST", "/questions", json=body)
    assert (spent.status_code, spent.json()["code"]) == (429, "budget_spent")
    assert "Dr Faure" in spent.json()["remedy"]


def test_what_only_repeats_is_free_at_the_hub_too(network: Network) -> None:
    (node,) = network.enrol("hcl")
    publish_permit(network.hub, example_permit(permit_id="tight", budgets=BUDGETS))
    for _ in range(6):
        network.ask(permit="tight")
        opened = node.take()
        node.answer(opened, node.partial(opened, content=TWO_STEPS | {"repeated": True}))
