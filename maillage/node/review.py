"""What a person at the hospital does with held questions: see, release, refuse. The agent does the rest."""

from dataclasses import dataclass

from maillage.base.i18n import _
from maillage.exchange.reasons import Reason
from maillage.exchange.task import Task
from maillage.node import tasks
from maillage.node.answer import make_refusal
from maillage.node.decide import open_row
from maillage.node.errors import MoveError, NodeError
from maillage.node.folder import Node
from maillage.node.states import Event, State
from maillage.node.store import Store

MAX_TEXT = 500


class ReviewError(NodeError):
    """What the reviewer gave is not usable."""


@dataclass(frozen=True)
class Pending:
    """A held question; `task` is None when its envelope no longer opens (the hub's key was changed)."""

    task_id: str
    received_at: str
    expires_at: str
    task: Task | None


def list_pending(store: Store, *, node: Node) -> list[Pending]:
    """Held questions, oldest first."""
    return [
        Pending(row.task_id, row.received_at, row.expires_at, open_row(row, node=node).task)
        for row in tasks.list_tasks(store, State.HELD)
    ]


def release(store: Store, *, node: Node, task_id: str, by: str) -> None:
    """Let the agent compute and answer. Raises TaskUnknownError, MoveError, ReviewError."""
    body = {"by": check_name(by)}
    row = _find_held(store, task_id)
    delivery = open_row(row, node=node)
    if delivery.task is not None and delivery.task.expires_at <= node.clock():
        raise MoveError(
            _("La question {task} a expiré.").format(task=task_id),
            why=_("Elle attendait une réponse avant le {date}.").format(date=row.expires_at),
        )
    tasks.accept(store, node=node, task_id=task_id, event=Event.PERSON_TASK_RELEASED, body=body)


def refuse(store: Store, *, node: Node, task_id: str, by: str, why: str) -> None:
    """Answer no. `why` stays in this node's ledger; the hub reads a code. Raises as `release` does."""
    body = {"by": check_name(by), "why": check_text(why, _("le motif"))}
    make = make_refusal(open_row(_find_held(store, task_id), node=node), reason=Reason.REVIEWER_REFUSED)
    event = Event.PERSON_TASK_REFUSED
    if not tasks.answer(store, node=node, task_id=task_id, make=make, event=event, body=body):
        _find_held(store, task_id)


def _find_held(store: Store, task_id: str) -> tasks.Row:
    row = tasks.find_task(store, task_id)
    if row.state is not State.HELD:
        # An accepted task could still be answered by a refusal, but that is no longer the reviewer's to say.
        raise MoveError(
            _("La question {task} n’attend pas d’accord.").format(task=task_id),
            why=_("Elle est dans l’état « {state} ».").format(state=row.state),
        )
    return row


def check_name(text: str) -> str:
    """Who decides, as typed. Raises ReviewError."""
    return check_text(text, _("le nom"))


def check_text(text: str, name: str) -> str:
    """What a person typed, on one line. Raises ReviewError when there is nothing, or too much."""
    cleaned = " ".join(text.split())
    if not cleaned or len(cleaned) > MAX_TEXT or not cleaned.isprintable():
        raise ReviewError(
            _("Il manque {name}, ou il est trop long.").format(name=name),
            remedy=_("De 1 à {count} caractères.").format(count=MAX_TEXT),
        )
    return cleaned
