"""From computed cells to a session: the numbers are sealed, and a key is ready to be offered."""

from collections.abc import Mapping
from typing import Any

from maillage.analysis.base import SumQuestion
from maillage.analysis.registry import find_spec, load_additive, read_parameters
from maillage.disclosure.fixed_point import encode_summands
from maillage.disclosure.summands import Summands
from maillage.disclosure.values import Suppressed, cell_from_json
from maillage.exchange.reasons import Reason
from maillage.exchange.task import Task
from maillage.node import ledger, tasks
from maillage.node.answer import Maker, make_refusal
from maillage.node.check import Delivery
from maillage.node.folder import Node
from maillage.node.permits.terms import Terms
from maillage.node.release.evidence import make_gated
from maillage.node.states import Event, State
from maillage.node.store import Store
from maillage.node.sums.rows import find_row
from maillage.node.sums.sealing import Part, Seal, draw_part
from maillage.node.worker.guard import find_scope
from maillage.node.worker.messages import Computed


def begin_sum(
    store: Store, *, node: Node, delivery: Delivery, task: Task, computed: Computed, terms: Terms
) -> Maker | None:
    """Seal what passed the gate; None, or the refusal of a hospital that has nothing to add.

    A hospital whose whole number is suppressed says so, as it does without masks: a sum in which it hid
    would be unreadable for all.
    """
    if isinstance(cell_from_json(computed.content["persons"]), Suppressed):
        return make_refusal(delivery, reason=Reason.SUM_HIDDEN)
    numbers = _flatten(task, computed=computed)
    seal = Seal(node.folder)
    content = "sha256:" + seal.fingerprint(numbers)
    gated = make_gated(task, computed=computed, terms=terms, content=content, at=node.clock())
    part = draw_part(encode_summands(numbers), gated=gated)
    facts = _facts(task, part=part, numbers=numbers, computed=computed, terms=terms, seal=seal)
    with store.transaction():
        if tasks.find_task(store, task.task_id).state is not State.ACCEPTED:
            return None
        store.change("begin_sum", **facts)
        if (kept := find_row(store, task.question_id)) is None or kept.task_id != task.task_id:
            # The hub sends a second task of one question: its sum would be a second sum of these numbers.
            return make_refusal(delivery, reason=Reason.SUM_REFUSED)
        body = {"session": task.question_id}
        at = node.clock()
        ledger.append(store, event=Event.AGENT_SUM_OFFERED, at=at, task_id=task.task_id, body=body)
    return None


def _flatten(task: Task, *, computed: Computed) -> Summands:
    asked = read_parameters(find_spec(task.analysis.id), task.parameters)
    question = SumQuestion(asked, task.issued_at.year)
    return load_additive(task.analysis.id).flatten(computed.content, question=question)


def scope_of(terms: Terms, task: Task) -> str:
    """Whose former sums are compared with this one: as the releases of a worker (`gatekeeper`)."""
    return find_scope(permit=terms.name, requester=None if terms.shared else task.requester)


def _facts(
    task: Task, *, part: Part, numbers: Summands, computed: Computed, terms: Terms, seal: Seal
) -> Mapping[str, Any]:
    return {
        "session": task.question_id,
        "task_id": task.task_id,
        "sealed": seal.close(part, session=task.question_id),
        "cohort": task.cohort_hash,
        # Of the whole alone: steps and years change with the words, for the same persons.
        "numbers": seal.fingerprint(Summands(numbers.cells[:1])),
        # What is told of them: a sum that was told in all its numbers costs nothing again.
        "cells": seal.fingerprint(numbers),
        "sketch": seal.close_sketch(computed.trace.sketch, session=task.question_id),
        "scope": scope_of(terms, task),
        "floor": terms.disclosure.floor,
        "repeated": int(bool(computed.content.get("repeated"))),
        "reference": computed.reference,
    }
