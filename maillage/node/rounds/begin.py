"""From a computed opening to an exchange of rounds."""

from typing import Any

from maillage.base.canon import sha256_hex
from maillage.exchange.reasons import Reason
from maillage.exchange.rounds import RoundTold
from maillage.exchange.task import Task
from maillage.node import tasks
from maillage.node.answer import Maker, make_refusal
from maillage.node.check import Delivery
from maillage.node.folder import Node
from maillage.node.permits.terms import Terms
from maillage.node.rounds.rows import find_row, open_exchange
from maillage.node.states import State
from maillage.node.store import Store
from maillage.node.worker.messages import Computed


def begin_rounds(
    store: Store, *, node: Node, delivery: Delivery, task: Task, computed: Computed, terms: Terms
) -> Maker | None:
    """Keep the opening, signed; None, or the refusal of a second exchange of one question.

    An opening whose rows are kept already, after a restart that lost nothing else, changes nothing.
    """
    if terms.check is not None:
        # Sums of a round are worth nothing to a person who reads them, and the hub waits for each.
        return make_refusal(delivery, reason=Reason.PERMIT_EXCEEDED)
    message = make_told(
        delivery, task, node=node, terms=terms, number=0, asked=None, content=computed.content
    )
    facts = {
        "opening": computed.model_dump_json(),
        "fingerprint": computed.fingerprint,
        "permit": terms.permit,
        "floor": terms.disclosure.floor,
    }
    with store.transaction():
        if tasks.find_task(store, task.task_id).state is not State.ACCEPTED:
            return None
        if (kept := find_row(store, task.question_id)) is not None:
            same = kept.task_id == task.task_id
            return None if same else make_refusal(delivery, reason=Reason.ROUND_REFUSED)
        payload_hash = sha256_hex(message.to_bytes())
        open_exchange(store, node=node, message=message, facts=facts, payload_hash=payload_hash)
    return None


def make_told(
    delivery: Delivery,
    task: Task,
    *,
    node: Node,
    terms: Terms,
    number: int,
    asked: str | None,
    content: dict[str, Any],
) -> RoundTold:
    """What leaves in a round, but for its signature."""
    return RoundTold(
        task_id=task.task_id,
        question_id=task.question_id,
        site=node.site,
        nonce=task.nonce,
        task_hash=delivery.task_hash,
        analysis=task.analysis,
        number=number,
        asked=asked,
        content=content,
        floor=terms.disclosure.floor,
        shown_alone=terms.shown_alone,
        told_at=node.clock(),
    )
