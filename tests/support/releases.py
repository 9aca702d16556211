"""Answers that wait for a check at a node, without an agent: the steps that it takes, one after the other."""

from typing import Any

from maillage.disclosure.evidence import Neighbour, RuleName, Trace
from maillage.exchange.envelope import open_answer, seal_task
from maillage.exchange.permit import CheckAt, Output, ReleaseCheck
from maillage.exchange.release import Outcome, Word
from maillage.exchange.result import Partial
from maillage.node import tasks
from maillage.node.check import read_delivery
from maillage.node.decide import decide_task
from maillage.node.folder import Node
from maillage.node.log import Log
from maillage.node.permits.terms import Terms, find_terms
from maillage.node.release.check import Ruling, rule
from maillage.node.release.held import read_register_version
from maillage.node.release.ready import Ready
from maillage.node.release.settle import settle
from maillage.node.store import Store
from maillage.node.worker.messages import Computed
from tests.support.messages import HUB_KEY, example_permit
from tests.support.nodes import node_task

CHECKERS = 'checkers = ["Dr Faure", "Mme Roux", "alice"]\n[[rule]]\ndecision = "auto"\n'
"""A policy that names three persons; one of them asks the questions."""

CONTENT: dict[str, Any] = {
    "persons": {"count": 95},
    "steps": [{"count": 300}, {"count": 95}],
    "years": [
        {"year": 2020, "persons": {"count": 40}},
        {"year": 2021, "persons": {"count": 25}},
        {"year": 2022, "persons": {"count": 30}},
    ],
    "other_years": None,
}


def held_permit(checkers: int = 1, at: CheckAt = CheckAt.NODE, **changes: Any) -> Any:
    """The tests' permit, whose answers persons check."""
    check = ReleaseCheck(at=at, checkers=checkers)
    return example_permit(**{"output": Output.HELD, "release": check, "minimum_cell": 11} | changes)


def compute(store: Store, node: Node, *, neighbours: tuple[Neighbour, ...] = (), **changes: Any) -> str:
    """A task received, decided, computed; its name. Where the permit asks, it now waits for its check."""
    task = node_task(**changes)
    data = seal_task(task, key=HUB_KEY)
    tasks.receive(store, node=node, task_id=task.task_id, data=data)
    row = tasks.find_task(store, task.task_id)
    decide_task(store, node=node, row=row, log=Log())
    run_again(store, node, task.task_id, neighbours=neighbours)
    return task.task_id


def run_again(
    store: Store, node: Node, task_id: str, *, neighbours: tuple[Neighbour, ...] = (), count: int = 95
) -> None:
    """What the runner does of an accepted task."""
    row = tasks.find_task(store, task_id)
    assert tasks.start(store, node=node, task=row)
    delivery = read_delivery(row.delivery, data_hash=row.delivery_hash, task_id=task_id, signers=node.signers)
    assert delivery.task is not None
    terms = find_terms(store, node=node, task=delivery.task)
    assert isinstance(terms, Terms)
    computed = Computed(
        job_id=task_id,
        content=CONTENT | {"persons": {"count": count}},
        compile_ms=1.0,
        engine_ms=2.0,
        reference="2026-11",
        trace=Trace(
            rules=(RuleName.FLOOR, RuleName.DIFFERENCING, RuleName.CHAIN, RuleName.PARTITION),
            given=7,
            shown=6,
            below_floor=1,
            protected=0,
            former=len(neighbours),
            neighbours=neighbours,
        ),
    )
    settle(
        store, node=node, ready=Ready(delivery, delivery.task, computed, terms, read_register_version(store))
    )


def say(
    store: Store,
    node: Node,
    task_id: str,
    outcome: Outcome,
    *masks: str,
    by: str = "Dr Faure",
    note: str = "",
) -> Ruling:
    """A checker's word."""
    note = note or ("à revoir" if outcome in (Outcome.EXAMINE, Outcome.REFUSED) else "")
    word = Word(by, outcome, frozenset(masks), note)
    return rule(store, node=node, task_id=task_id, word=word, account="tests")


def sent(store: Store, node: Node, task_id: str) -> list[Any]:
    """What is on the wire, or would be: every answer that the sender finds, opened."""
    own = {node.key.public.fingerprint: node.key.public}
    rows = [row for row in store.rows("answers") if row["task_id"] == task_id]
    return [open_answer(row["envelope"], signers=own).message for row in rows]


def partial_of(store: Store, node: Node, task_id: str) -> Partial:
    """The partial that left; fails when there is none."""
    (found,) = [message for message in sent(store, node, task_id) if isinstance(message, Partial)]
    return found
