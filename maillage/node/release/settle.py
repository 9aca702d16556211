"""The end of a computation: the answer leaves with its evidence, or is sealed until persons checked it."""

from maillage.node import tasks
from maillage.node.answer import make_partial
from maillage.node.folder import Node
from maillage.node.release.evidence import keep_evidence
from maillage.node.release.held import hold
from maillage.node.release.ready import Ready
from maillage.node.store import Store


def settle(store: Store, *, node: Node, ready: Ready) -> None:
    """One transaction: answer, ledger and evidence; or the sealed answer and the hub's notice."""
    check = ready.terms.check
    if check is not None:
        hold(store, node=node, ready=ready, checkers=check.checkers)
        return
    make = make_partial(ready.delivery, ready.task, computed=ready.computed, terms=ready.terms)
    with store.transaction():
        answer = tasks.answer(store, node=node, task_id=ready.task.task_id, make=make)
        if answer is not None:
            keep_evidence(store, node=node, answer=answer, trace=ready.computed.trace)
