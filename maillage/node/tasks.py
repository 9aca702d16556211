"""Every change of a task at a node. Each is one transaction: state, answer and ledger, or none of them."""

import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from maillage.analysis.news import tells_nothing_new
from maillage.base.canon import sha256_hex
from maillage.base.clock import format_instant
from maillage.base.i18n import _
from maillage.exchange.envelope import AnyAnswer, seal_answer
from maillage.exchange.message import MAX_ENVELOPE_BYTES
from maillage.exchange.result import Failure, Partial, Refusal, Summed
from maillage.node import ledger
from maillage.node.answer import Maker, Moment
from maillage.node.errors import TaskUnknownError
from maillage.node.folder import Node
from maillage.node.permits.budget import TELLING
from maillage.node.release.evidence import Recorded
from maillage.node.states import OPEN, Event, State, check_move
from maillage.node.store import Store

MAX_ATTEMPTS = 2
"""A task that took its agent or its worker down so often is answered by a failure, not tried again."""


@dataclass(frozen=True)
class Row:
    """A task as stored."""

    task_id: str
    state: State
    attempts: int
    delivery: bytes | None
    delivery_hash: str
    received_at: str
    expires_at: str


class Reception(StrEnum):
    """What a delivery turned out to be."""

    NEW = "new"
    AGAIN = "again"
    CONFLICT = "conflict"


def find_task(store: Store, task_id: str) -> Row:
    """Raises TaskUnknownError."""
    row = store.row("task", task_id=task_id)
    if row is None:
        raise TaskUnknownError(
            _("La tâche {task} est inconnue de ce nœud.").format(task=task_id),
            remedy=_("Les tâches en attente : maillage node pending."),
        )
    return _to_row(row)


def list_tasks(store: Store, state: State) -> list[Row]:
    """Those in one state, oldest first."""
    return [_to_row(row) for row in store.rows("tasks_in_state", state=state)]


def next_accepted(store: Store) -> Row | None:
    """The oldest one to compute."""
    row = store.row("next_accepted")
    return _to_row(row) if row else None


def _to_row(row: sqlite3.Row) -> Row:
    found = dict(row)
    return Row(state=State(found.pop("state")), **found)


def receive(store: Store, *, node: Node, task_id: str, data: bytes) -> Reception:
    """Store a delivery before anything is decided about it.

    A known task delivered again makes its stored answer due again; other bytes under its name change nothing
    and leave a line, for a task has one final answer whatever comes after.
    """
    data_hash = sha256_hex(data)
    with store.transaction():
        known = store.row("task", task_id=task_id)
        if known is None:
            _insert_task(store, node=node, task_id=task_id, data=data, data_hash=data_hash)
            return Reception.NEW
        store.change("ask_again", task_id=task_id)
        if known["delivery_hash"] == data_hash:
            return Reception.AGAIN
        body = {"delivery": data_hash}
        _log(store, node=node, event=Event.HUB_DELIVERY_CONFLICTED, task_id=task_id, body=body)
        return Reception.CONFLICT


def _insert_task(store: Store, *, node: Node, task_id: str, data: bytes, data_hash: str) -> None:
    store.change(
        "receive_task",
        task_id=task_id,
        delivery=data if len(data) <= MAX_ENVELOPE_BYTES else None,
        delivery_hash=data_hash,
        received_at=format_instant(node.clock()),
    )
    body = {"delivery": data_hash}
    _log(store, node=node, event=Event.AGENT_TASK_RECEIVED, task_id=task_id, body=body)


def identify(store: Store, *, task_id: str, nonce: str, expires_at: datetime) -> bool:
    """Note when a verified task expires, and take its nonce. False when another task took it before."""
    with store.transaction():
        store.change("set_expiry", task_id=task_id, expires_at=format_instant(expires_at))
        store.change("claim_nonce", nonce=nonce, task_id=task_id)
        owner = store.row("nonce_owner", nonce=nonce)
    return owner is not None and owner["task_id"] == task_id


def accept(store: Store, *, node: Node, task_id: str, event: Event, body: Mapping[str, Any]) -> None:
    """It will be computed: by a rule's decision, or by a person's. Raises MoveError."""
    with store.transaction():
        _move(store, task_id=task_id, to=State.ACCEPTED)
        _log(store, node=node, event=event, task_id=task_id, body=body)


def hold(store: Store, *, node: Node, task_id: str, make: Maker, body: Mapping[str, Any]) -> None:
    """A person decides; the hub is told so."""
    with store.transaction():
        _move(store, task_id=task_id, to=State.HELD)
        kept = _name(_keep_answer(store, node=node, task_id=task_id, make=make, final=False))
        _log(store, node=node, event=Event.POLICY_TASK_HELD, task_id=task_id, body=dict(body) | kept)


def hold_computed(store: Store, *, node: Node, task_id: str, make: Maker, body: Mapping[str, Any]) -> bool:
    """Its answer waits for a person's check; the hub is told, unless it was told before that a person looks.

    False, and nothing changes, when it was answered meanwhile.
    """
    with store.transaction():
        if find_task(store, task_id).state is not State.ACCEPTED:
            return False
        _move(store, task_id=task_id, to=State.COMPUTED)
        told = store.row("hold_of_task", task_id=task_id) is not None
        kept = {} if told else _name(_keep_answer(store, node=node, task_id=task_id, make=make, final=False))
        _log(store, node=node, event=Event.AGENT_RELEASE_HELD, task_id=task_id, body=dict(body) | kept)
    return True


def compute_again(store: Store, *, node: Node, task_id: str, body: Mapping[str, Any]) -> None:
    """What was held is no longer what would be answered. The attempts count anew: none of them failed."""
    with store.transaction():
        _move(store, task_id=task_id, to=State.ACCEPTED)
        store.change("set_attempts", task_id=task_id, attempts=0)
        _log(store, node=node, event=Event.AGENT_RELEASE_OUTDATED, task_id=task_id, body=body)


def answer(
    store: Store,
    *,
    node: Node,
    task_id: str,
    make: Maker,
    event: Event = Event.AGENT_ANSWER_RECORDED,
    body: Mapping[str, Any] | None = None,
) -> Recorded | None:
    """Record the one final answer. None, and nothing changes, when there is one already.

    Cancellation, expiry and the computation itself may race to answer; whichever commits first has answered.
    """
    with store.transaction():
        if find_task(store, task_id).state not in OPEN:
            return None
        _move(store, task_id=task_id, to=State.ANSWERED)
        recorded = _keep_answer(store, node=node, task_id=task_id, make=make, final=True)
        _log(store, node=node, event=event, task_id=task_id, body=dict(body or {}) | _name(recorded))
    return recorded


def _keep_answer(store: Store, *, node: Node, task_id: str, make: Maker, final: bool) -> Recorded:
    now = node.clock()
    message = make(Moment(site=node.site, at=now, head=ledger.read_head(store)))
    envelope = seal_answer(message, key=node.key)
    # Rounds that were told are told, whatever the last word is.
    in_rounds = store.row("rounds_of_task", task_id=task_id) is not None
    if final and not in_rounds and not _tells_something_new(store, message):
        store.change("give_back_spent", task_id=task_id)
    recorded = Recorded(message, sha256_hex(envelope))
    store.change(
        "record_answer",
        kind=message.kind,
        reason=getattr(message, "reason", None),
        hash=recorded.hash,
        task_id=task_id,
        final=int(final),
        envelope=envelope,
        recorded_at=format_instant(now),
    )
    return recorded


def _name(recorded: Recorded) -> dict[str, Any]:
    """What the ledger says of an answer."""
    message = recorded.message
    return {"kind": message.kind, "reason": getattr(message, "reason", None), "answer": recorded.hash}


def _tells_something_new(store: Store, message: AnyAnswer) -> bool:
    """Whether the budget counts it: numbers that were not all told before, or a refusal that tells."""
    match message:
        case Partial(content=content):
            return not tells_nothing_new(content)
        case Summed(task_id=task_id, repeated=repeated):
            return not repeated or store.row("sum_of_same_numbers", task_id=task_id) is None
        case Refusal(reason=reason) | Failure(reason=reason):
            return reason in TELLING
        case _:
            return False


def start(store: Store, *, node: Node, task: Row) -> bool:
    """Count the attempt before it is made, so that what kills the agent counts too.

    False, and nothing changes, when it was answered meanwhile: a cancellation may have come.
    """
    with store.transaction():
        if find_task(store, task.task_id).state is not State.ACCEPTED:
            return False
        store.change("set_attempts", task_id=task.task_id, attempts=task.attempts + 1)
        body = {"attempt": task.attempts + 1}
        _log(store, node=node, event=Event.AGENT_TASK_STARTED, task_id=task.task_id, body=body)
    return True


def give_back(store: Store, *, task: Row) -> None:
    """Undo the count of an attempt that the agent's own orderly end cut short."""
    with store.transaction():
        store.change("set_attempts", task_id=task.task_id, attempts=task.attempts)


def resume(store: Store, *, node: Node, task: Row) -> None:
    """Count a restart that found the task received and undecided."""
    with store.transaction():
        store.change("set_attempts", task_id=task.task_id, attempts=task.attempts + 1)
        _log(store, node=node, event=Event.AGENT_TASK_RESUMED, task_id=task.task_id, body={})


def settle(store: Store, *, node: Node, due: sqlite3.Row, accepted: bool, code: str) -> None:
    """Note what the hub said to an answer: taken, or not wanted. `code` is its word for it."""
    with store.transaction():
        store.change("settle_answer", answer_id=due["answer_id"])
        to = State.SENT if accepted else State.REJECTED
        # A task already sent stays so, whatever the hub says to the same bytes sent again.
        if due["final"] and find_task(store, due["task_id"]).state not in (State.SENT, to):
            _move(store, task_id=due["task_id"], to=to)
        event = Event.AGENT_ANSWER_SENT if accepted else Event.AGENT_ANSWER_REJECTED
        body = {"answer": due["hash"], "kind": due["kind"], "hub": code[:40]}
        _log(store, node=node, event=event, task_id=due["task_id"], body=body)


def _move(store: Store, *, task_id: str, to: State) -> None:
    check_move(task_id, present=find_task(store, task_id).state, to=to)
    store.change("move_task", task_id=task_id, state=to)


def _log(store: Store, *, node: Node, event: Event, task_id: str, body: Mapping[str, Any]) -> None:
    ledger.append(store, event=event, at=node.clock(), task_id=task_id, body=body)
