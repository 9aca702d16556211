"""From received to held, accepted or refused: the envelope first, then the permit, then the policy."""

from maillage.analysis.registry import installed_analyses
from maillage.base.errors import MaillageError
from maillage.exchange.parts import count_inquiries, name_parts
from maillage.exchange.reasons import Reason
from maillage.exchange.task import Task
from maillage.node import tasks
from maillage.node.answer import make_hold, make_refusal
from maillage.node.check import Delivery, check_task, read_delivery
from maillage.node.folder import Node
from maillage.node.log import Log
from maillage.node.permits.budget import Pace, find_pace, spend
from maillage.node.permits.terms import Terms, find_terms
from maillage.node.policy import Decision
from maillage.node.states import Event
from maillage.node.store import Store


def open_row(row: tasks.Row, *, node: Node) -> Delivery:
    """Verify the stored bytes again: what a disk gave back is not trusted more than what a network gave."""
    return read_delivery(row.delivery, data_hash=row.delivery_hash, task_id=row.task_id, signers=node.signers)


def decide_task(store: Store, *, node: Node, row: tasks.Row, log: Log) -> None:
    """Decide a received task: its nonce, the move, the answer if any, in one transaction."""
    delivery = open_row(row, node=node)
    with store.transaction():
        _decide(store, node=node, delivery=delivery, log=log)


def _decide(store: Store, *, node: Node, delivery: Delivery, log: Log) -> None:
    reason = delivery.reason
    if delivery.task is not None:
        reason = _check(store, node=node, task=delivery.task)
    if delivery.task is None or reason is not None:
        log.warning("task_refused", reason=reason)
        _refuse(store, node=node, delivery=delivery, reason=reason or Reason.INTERNAL)
        return
    try:
        terms = find_terms(store, node=node, task=delivery.task)
    except MaillageError as error:
        # A steward's slip of the pen: nothing may leave under it, and nothing is refused for good.
        log.error("policy_unreadable", what=error.what, why=error.why)
        _hold(store, node=node, delivery=delivery, body={"policy": None, "rule": None})
        return
    if isinstance(terms, Reason):
        log.warning("task_refused", reason=terms)
        _refuse(store, node=node, delivery=delivery, reason=terms)
        return
    _apply(store, node=node, delivery=delivery, task=delivery.task, terms=terms, log=log)


def _check(store: Store, *, node: Node, task: Task) -> Reason | None:
    reason = check_task(task, site=node.site, now=node.clock(), installed=installed_analyses())
    if reason is Reason.ENVELOPE_RETARGETED:
        return reason
    fresh = tasks.identify(store, task_id=task.task_id, nonce=task.nonce, expires_at=task.expires_at)
    return reason if fresh else Reason.ENVELOPE_REPLAYED


def _apply(store: Store, *, node: Node, delivery: Delivery, task: Task, terms: Terms, log: Log) -> None:
    verdict, pace = terms.verdict, _find_pace(store, node=node, task=task, terms=terms)
    if verdict.decision is Decision.AUTO and pace is Pace.SLOW:
        # It stays received, and is looked at again with the next turn of the loop.
        log.info("task_slowed")
        return
    log.info("task_decided", decision=verdict.decision, rule=verdict.rule, pace=pace)
    body = _facts(task) | {"permit_hash": terms.permit, "policy": terms.policy, "rule": verdict.rule}
    match verdict.decision:
        case Decision.AUTO if pace is Pace.FREE:
            spend(store, task=task, permit=terms.permit, now=node.clock())
            event = Event.POLICY_TASK_ACCEPTED
            tasks.accept(store, node=node, task_id=task.task_id, event=event, body=body)
        case Decision.AUTO:
            _hold(store, node=node, delivery=delivery, body=body | {"budget": Pace.SPENT.value})
        case Decision.HOLD:
            _hold(store, node=node, delivery=delivery, body=body)
        case Decision.REFUSE:
            _refuse(store, node=node, delivery=delivery, reason=Reason.POLICY_REFUSED, body=body)


def _find_pace(store: Store, *, node: Node, task: Task, terms: Terms) -> Pace:
    return find_pace(
        store,
        permit=terms.permit,
        requester=task.requester,
        budget=terms.budget,
        now=node.clock(),
        questions=count_inquiries(task.analysis.id, task.parameters),
    )


def _hold(store: Store, *, node: Node, delivery: Delivery, body: dict[str, object]) -> None:
    tasks.hold(store, node=node, task_id=delivery.task_id, make=make_hold(delivery), body=body)


def _refuse(
    store: Store, *, node: Node, delivery: Delivery, reason: Reason, body: dict[str, object] | None = None
) -> None:
    facts = _facts(delivery.task) if delivery.task else {}
    make = make_refusal(delivery, reason=reason)
    tasks.answer(store, node=node, task_id=delivery.task_id, make=make, body=facts | (body or {}))


def _facts(task: Task) -> dict[str, object]:
    """What the ledger keeps of who asked what, next to the decision."""
    facts: dict[str, object] = {
        "question": task.question_id,
        "requester": task.requester,
        "permit": task.permit,
        "analysis": task.analysis.id,
        "cohort": task.cohort_hash,
        "nonce": task.nonce,
    }
    return facts | name_parts(task.analysis.id, task.parameters)
