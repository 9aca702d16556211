"""Budgets: who asks more and more is slowed, then held, at the node whatever the hub counts."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from maillage.analysis.count.local import FoundPersons, protect
from maillage.analysis.news import tells_nothing_new
from maillage.base.ids import new_id
from maillage.disclosure.evidence import RuleName, Trace
from maillage.disclosure.gates import ExactGate
from maillage.disclosure.rules import DisclosureRules
from maillage.exchange.envelope import seal_task
from maillage.exchange.permit import Budget, Budgets, View
from maillage.exchange.reasons import Reason
from maillage.node import decide, tasks
from maillage.node.answer import make_partial, make_refusal
from maillage.node.decide import decide_task, open_row
from maillage.node.folder import Node
from maillage.node.log import Log
from maillage.node.permits import documents, terms
from maillage.node.permits.budget import TELLING, Pace, read_spent
from maillage.node.worker.guard import History, ReleaseGuard, find_scope
from maillage.node.worker.messages import Computed
from maillage.node.worker.reasons import REASONS
from maillage.node.worker.releases import Asked, Releases
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


def test_with_the_nodes_own_count_switched_off_a_hub_that_does_not_count_asks_without_end(
    tmp_path: Path, watch: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(decide, "find_pace", lambda store, **_asked: Pace.FREE)
    node = make(tmp_path / "hcl", watch, shown_alone=True)
    assert [ask(node, watch)[1] for _ in range(10)] == ["accepted"] * 10


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


def count_refusals(node: Node, watch: MovableClock, reason: Reason) -> int:
    """How many times, of ten, a question is looked into that is then refused for this reason."""
    for number in range(10):
        task_id, state = ask(node, watch)
        if state != "accepted":
            return number
        with node.open_store() as store:
            delivery = open_row(tasks.find_task(store, task_id), node=node)
            make_answer = make_refusal(delivery, reason=reason)
            tasks.answer(store, node=node, task_id=task_id, make=make_answer)
    return 10


NOBODYS = {
    Reason.ANALYSIS_UNKNOWN,
    Reason.BUDGET_SPENT,
    Reason.COHORT_INVALID,
    Reason.COHORT_UNSUPPORTED,
    Reason.CONCEPTS_UNKNOWN,
    Reason.NOISE_UNAVAILABLE,
    Reason.PARAMETERS_INVALID,
    Reason.PERMIT_EXCEEDED,
    Reason.WAREHOUSE_UNAVAILABLE,
    Reason.WAREHOUSE_VERSION,
}
"""Refusals of a worker that are the same whoever is in the warehouse."""
IN_ROUNDS = {Reason.ROUND_REFUSED, Reason.ROUNDS_CHANGED}
"""What was told in a round costs, whatever the last word is."""


def test_a_refusal_that_an_oracle_could_use_costs_as_an_answer_does(
    tmp_path: Path, watch: MovableClock
) -> None:
    """A model is refused when one person has a level, and answered when nobody has: each asking tells."""
    node = make(tmp_path / "hcl", watch, shown_alone=True)
    assert count_refusals(node, watch, Reason.MODEL_RARE) == TIGHT.slow_after


def test_with_refusals_given_back_the_oracle_is_asked_without_end(
    tmp_path: Path, watch: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "TELLING", frozenset[Reason]())
    assert count_refusals(make(tmp_path / "hcl", watch, shown_alone=True), watch, Reason.MODEL_RARE) == 10


def test_every_refusal_of_a_worker_costs_or_is_the_same_whoever_is_there() -> None:
    codes = {reason for _kind, reason in REASONS} | {Reason.INTERNAL}
    assert codes - NOBODYS - IN_ROUNDS <= TELLING
    assert not TELLING & (NOBODYS | IN_ROUNDS)


class Steps:
    """What a hospital answers, by its real gate and guard, to one cohort reached by other steps each time."""

    def __init__(self, folder: Path) -> None:
        self.releases = Releases(folder)
        self.scope = find_scope(permit="sha256:" + "cd" * 32, requester="alice")

    def tell(self, entered: int) -> dict[str, Any]:
        """40 persons, of so many who entered."""
        ids = np.arange(entered, dtype=np.int64)
        held = (ids < 40).astype(np.int64)
        found = FoundPersons(ids, held, np.where(held, 2020, 0), rules=1)
        asked = Asked(question="count", definition=f"{entered} entered")
        history = History(self.releases, scope=self.scope)
        guard = ReleaseGuard(self.releases, history, job=new_id("task"), floor=11, asked=asked)
        return protect(found, gate=ExactGate(DisclosureRules(), guard)).model_dump(mode="json")


def tell(node: Node, task_id: str, content: dict[str, Any]) -> None:
    """The node's answer, with these numbers."""
    trace = Trace(rules=(RuleName.FLOOR,), given=0, shown=0, below_floor=0, protected=0)
    computed = Computed(job_id=task_id, content=content, compile_ms=1, engine_ms=1, reference="", trace=trace)
    with node.open_store() as store:
        delivery = open_row(tasks.find_task(store, task_id), node=node)
        assert delivery.task is not None
        found = terms.find_terms(store, node=node, task=delivery.task)
        assert isinstance(found, terms.Terms)
        make = make_partial(delivery, delivery.task, computed=computed, terms=found)
        assert tasks.answer(store, node=node, task_id=task_id, make=make)


def count_steps(node: Node, watch: MovableClock, steps: Steps) -> list[int]:
    """What the attacker learns before she is slowed: of one cohort, each time by another step before it."""
    learnt: list[int] = []
    for entered in range(100, 220, 20):
        task_id, state = ask(node, watch)
        if state != "accepted":
            break
        content = steps.tell(entered)
        assert content["persons"] == {"count": 40}
        tell(node, task_id, content)
        learnt.append(content["steps"][0]["count"])
    return learnt


def test_new_steps_of_a_cohort_that_repeats_are_questions_of_the_budget(
    tmp_path: Path, watch: MovableClock
) -> None:
    node = make(tmp_path / "hcl", watch, shown_alone=True)
    assert count_steps(node, watch, Steps(tmp_path)) == [100, 120]


def test_with_the_whole_alone_looked_at_steps_are_learnt_without_end(
    tmp_path: Path, watch: MovableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tasks, "tells_nothing_new", lambda content: bool(content["repeated"]))
    node = make(tmp_path / "hcl", watch, shown_alone=True)
    assert count_steps(node, watch, Steps(tmp_path)) == [*range(100, 220, 20)]


def test_the_same_question_again_costs_nothing_steps_and_all(tmp_path: Path, watch: MovableClock) -> None:
    node, steps = make(tmp_path / "hcl", watch, shown_alone=False), Steps(tmp_path)
    for entered in (100, 100, 120, 120, 100, 120):
        task_id, _state = ask(node, watch)
        tell(node, task_id, steps.tell(entered))
    with node.open_store() as store:
        permit = documents.find_permit(store, "feasibility").hash
        spent = read_spent(store, permit=permit, requester="alice", budget=WIDE, now=watch.now)
    assert spent.questions == 2


TOLD = {"count": 40}
REPEATED: dict[str, Any] = {"persons": TOLD, "steps": [{"count": 90}, TOLD], "repeated": True}


@pytest.mark.parametrize(
    ("content", "free"),
    [
        (REPEATED | {"repeated_steps": [0, 1]}, True),
        (REPEATED | {"repeated_steps": [1]}, False),
        (REPEATED | {"steps": [{"suppressed": "protected"}, TOLD], "repeated_steps": [1]}, True),
        (REPEATED | {"repeated_steps": [0, 1], "repeated": False}, False),
        ({"persons": TOLD, "tables": [], "repeated": True}, True),
        ({"persons": TOLD, "tables": []}, False),
        ({"persons": {"private": 40}, "steps": [{"private": 90}], "repeated": True}, True),
    ],
)
def test_what_a_budget_takes_for_told_before(content: dict[str, Any], free: bool) -> None:
    assert tells_nothing_new(content) is free
    other = {"analysis": "flows", "content": {"persons": TOLD, "tables": [], "repeated": True}}
    parts = [{"analysis": "count", "content": content}, other, {"analysis": "pyramid", "content": None}]
    assert tells_nothing_new({"persons": TOLD, "parts": parts, "repeated": True}) is free


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


def test_new_steps_are_counted_at_the_hub_too(network: Network) -> None:
    (node,) = network.enrol("hcl")
    publish_permit(network.hub, example_permit(permit_id="tight", budgets=BUDGETS))
    for _ in range(2):
        network.ask(permit="tight")
        opened = node.take()
        node.answer(
            opened, node.partial(opened, content=TWO_STEPS | {"repeated": True, "repeated_steps": [1]})
        )
    body = {"title": "Diabète", "cohort": COHORT, "permit": "tight"}
    assert network.call("POST", "/questions", json=body).json()["code"] == "budget_slow"


def test_what_only_repeats_is_free_at_the_hub_too(network: Network) -> None:
    (node,) = network.enrol("hcl")
    publish_permit(network.hub, example_permit(permit_id="tight", budgets=BUDGETS))
    for _ in range(6):
        network.ask(permit="tight")
        opened = node.take()
        told_before = {"repeated": True, "repeated_steps": [0, 1]}
        node.answer(opened, node.partial(opened, content=TWO_STEPS | told_before))
