"""The moves of a task: those of the table and no other, each one transaction with one line."""

import sqlite3
from datetime import UTC, datetime, timedelta
from itertools import product
from pathlib import Path

import pytest

from maillage.base.errors import MaillageError
from maillage.exchange.envelope import open_answer, seal_task
from maillage.exchange.reasons import Reason
from maillage.exchange.result import Refusal
from maillage.node import ledger, review, tasks
from maillage.node.answer import make_refusal
from maillage.node.decide import decide_task, open_row
from maillage.node.errors import MoveError, StoreFullError, TaskUnknownError
from maillage.node.folder import Node
from maillage.node.log import Log
from maillage.node.states import MOVES, OPEN, Event, State, check_move, word_event
from maillage.node.store import Store
from maillage.node.tasks import Reception
from maillage.node.verify import verify
from tests.support.messages import HUB_KEY
from tests.support.nodes import HOLD, make_node, node_task


@pytest.mark.parametrize(("present", "to"), list(product(State, State)))
def test_only_the_moves_of_the_table_are_made(present: State, to: State) -> None:
    if to in MOVES[present]:
        check_move("task-1", present=present, to=to)
    else:
        with pytest.raises(MoveError):
            check_move("task-1", present=present, to=to)


def test_every_state_is_in_the_table_and_every_task_can_end() -> None:
    assert set(MOVES) == set(State)
    assert all(State.ANSWERED in MOVES[state] for state in OPEN)


def test_every_event_has_its_sentence_and_its_place() -> None:
    assert [event.value for event in Event] == sorted(event.value for event in Event)
    assert all(word_event(event) for event in Event)


def _receive(store: Store, node: Node, **changes: object) -> str:
    task = node_task(**changes)
    data = seal_task(task, key=HUB_KEY)
    assert tasks.receive(store, node=node, task_id=task.task_id, data=data) is Reception.NEW
    return task.task_id


def _decide(store: Store, node: Node, task_id: str) -> State:
    decide_task(store, node=node, row=tasks.find_task(store, task_id), log=Log())
    return tasks.find_task(store, task_id).state


def _refuse(store: Store, node: Node, task_id: str, reason: Reason = Reason.CANCELLED) -> bool:
    make = make_refusal(open_row(tasks.find_task(store, task_id), node=node), reason=reason)
    return tasks.answer(store, node=node, task_id=task_id, make=make) is not None


def test_a_task_has_one_final_answer(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl")
    with node.open_store() as store:
        task_id = _receive(store, node)
        assert _refuse(store, node, task_id)
        assert not _refuse(store, node, task_id, Reason.POLICY_REFUSED)
        (kept,) = store.rows("answers")
        answer = open_answer(kept["envelope"], signers={node.key.public.fingerprint: node.key.public}).message
        assert isinstance(answer, Refusal)
        assert answer.reason is Reason.CANCELLED
        assert verify(store, node=node).answers == 1


def test_a_task_that_was_answered_while_it_waited_is_not_started(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl")
    with node.open_store() as store:
        task_id = _receive(store, node)
        _decide(store, node, task_id)
        row = tasks.next_accepted(store)
        assert row is not None
        assert _refuse(store, node, task_id)
        assert not tasks.start(store, node=node, task=row), "cancelled between the look and the start"
        assert tasks.find_task(store, task_id).attempts == 0
        events = [line.event for line in ledger.read_lines(store)]
    assert Event.AGENT_TASK_STARTED not in events


def test_the_anchor_is_the_head_before_the_answer(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl")
    with node.open_store() as store:
        task_id = _receive(store, node)
        before = ledger.read_head(store)
        _refuse(store, node, task_id)
        signers = {node.key.public.fingerprint: node.key.public}
        answer = open_answer(store.rows("answers")[0]["envelope"], signers=signers).message
    assert answer.anchor is not None
    assert (answer.anchor.sequence, answer.anchor.hash) == (before.sequence, before.hash)


def test_a_reviewer_decides_once(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl", policy=HOLD)
    with node.open_store() as store:
        task_id = _receive(store, node)
        assert _decide(store, node, task_id) is State.HELD
        review.release(store, node=node, task_id=task_id, by="Dr  Faure ")
        for again in (
            lambda: review.release(store, node=node, task_id=task_id, by="Dr Faure"),
            lambda: review.refuse(store, node=node, task_id=task_id, by="Dr Faure", why="non"),
        ):
            with pytest.raises(MoveError):
                again()
        released = [line for line in ledger.read_lines(store) if line.event == Event.PERSON_TASK_RELEASED]
    assert [line.body for line in released] == [{"by": "Dr Faure"}]


def test_a_review_needs_a_name_a_reason_and_a_known_task(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl", policy=HOLD)
    with node.open_store() as store:
        task_id = _receive(store, node)
        _decide(store, node, task_id)
        with pytest.raises(TaskUnknownError):
            review.release(store, node=node, task_id="task-" + "f" * 32, by="Dr Faure")
        for by, why in (("", "non"), ("Dr Faure", "  "), ("Dr Faure", "x" * 501), ("Dr\x1b[2J", "non")):
            with pytest.raises(MaillageError):
                review.refuse(store, node=node, task_id=task_id, by=by, why=why)
        assert tasks.find_task(store, task_id).state is State.HELD


def test_an_expired_question_is_not_released(tmp_path: Path) -> None:
    now = datetime.now(UTC)
    clock = {"now": now}
    node = make_node(tmp_path / "hcl", policy=HOLD, clock=lambda: clock["now"])
    with node.open_store() as store:
        task_id = _receive(store, node)
        _decide(store, node, task_id)
        clock["now"] = now + timedelta(hours=2)
        with pytest.raises(MoveError):
            review.release(store, node=node, task_id=task_id, by="Dr Faure")


def test_a_hold_is_said_before_the_answer_that_follows_it(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl", policy=HOLD)
    with node.open_store() as store:
        task_id = _receive(store, node)
        _decide(store, node, task_id)
        review.refuse(store, node=node, task_id=task_id, by="Dr Faure", why="non")
        assert [row["kind"] for row in store.rows("due_answers")] == ["hold", "refusal"]


def test_a_full_disk_loses_nothing(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl")
    with node.open_store() as store:
        first = _receive(store, node)
        pages = store.connection.execute("PRAGMA page_count").fetchone()[0]
        store.connection.execute(f"PRAGMA max_page_count = {pages}")
        head = ledger.read_head(store)
        with pytest.raises(StoreFullError):
            _receive(store, node, cohort={"padding": "x" * 200_000})
        assert ledger.read_head(store) == head
        assert tasks.find_task(store, first).state is State.RECEIVED
        store.connection.execute("PRAGMA max_page_count = 100000")
        assert _refuse(store, node, first)
        verify(store, node=node)


def test_a_change_outside_a_transaction_is_a_defect(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl")
    with node.open_store() as store, pytest.raises(RuntimeError):
        store.change("set_fact", name="a", value="b")


def test_two_writers_take_turns(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl")
    with node.open_store() as agent, node.open_store() as command:
        for store in (agent, command) * 5:
            _receive(store, node)
        assert verify(agent, node=node).head == ledger.read_head(command)


def test_another_error_of_the_database_is_not_a_full_disk(tmp_path: Path) -> None:
    node = make_node(tmp_path / "hcl")
    with node.open_store() as store:
        store.connection.execute("DROP TABLE facts")
        with pytest.raises(sqlite3.OperationalError):
            store.row("fact", name="x")
