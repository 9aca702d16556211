"""A person's word on a held answer: one transaction with its line in the ledger, and the answer if it leaves.

What held when the answer was computed is looked at again: date, permit, policy, objections.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from maillage.analysis.base import Contribution
from maillage.analysis.registry import load_combine, load_withholding
from maillage.base.clock import format_instant
from maillage.base.i18n import _
from maillage.exchange.evidence import PersonCheck
from maillage.exchange.reasons import Reason
from maillage.exchange.reasons import word as word_reason
from maillage.exchange.release import (
    Outcome,
    Standing,
    Word,
    WordError,
    check_checker,
    check_standing,
    weigh,
    word_outcome,
    word_standing,
)
from maillage.exchange.task import Task
from maillage.node import ledger, tasks
from maillage.node.answer import Maker, make_partial, make_refusal
from maillage.node.check import Delivery
from maillage.node.decide import open_row
from maillage.node.folder import Node
from maillage.node.permits.terms import Terms, find_terms
from maillage.node.policy import Decision
from maillage.node.release.evidence import keep_evidence
from maillage.node.release.held import (
    Held,
    find_held,
    open_held,
    read_register_version,
    read_round,
)
from maillage.node.release.sealing import Sealed
from maillage.node.states import Event
from maillage.node.store import Store
from maillage.node.worker.messages import Computed


@dataclass(frozen=True)
class Ruling:
    """What became of the answer: where it stands, and why it did not leave although somebody said so.

    `recomputed`: somebody objected since; a new answer will wait for its own check.
    """

    standing: Standing
    reason: Reason | None = None
    recomputed: bool = False


@dataclass(frozen=True)
class _Case:
    """All that a word is judged by. `said` are the words of the present round."""

    held: Held
    delivery: Delivery
    task: Task
    word: Word
    account: str
    said: Sequence[Word]


def rule(store: Store, *, node: Node, task_id: str, word: Word, account: str) -> Ruling:
    """Take a checker's word; `account` is the machine's account under which it was typed.

    Raises TaskUnknownError, ReleaseStateError, CheckerError, WordError, HeldBrokenError, PolicyError.
    """
    with store.transaction():
        held = find_held(store, task_id)
        delivery = open_row(tasks.find_task(store, task_id), node=node)
        if delivery.task is None:
            reason = delivery.reason or Reason.INTERNAL
            return _close(store, node=node, delivery=delivery, word=word, reason=reason)
        if delivery.task.expires_at <= node.clock():
            return _close(store, node=node, delivery=delivery, word=word, reason=Reason.ENVELOPE_EXPIRED)
        said = read_round(store, task_id)
        allowed = node.read_policy().checkers
        check_checker(word.by, allowed=allowed, requester=delivery.task.requester, said=said)
        case = _Case(held, delivery, delivery.task, word, account, said)
        if word.outcome in (Outcome.EXAMINE, Outcome.REFUSED):
            return _take(store, node=node, case=case)
        return _let_go(store, node=node, case=case)


def _close(store: Store, *, node: Node, delivery: Delivery, word: Word, reason: Reason) -> Ruling:
    """No person's matter any more: the ordinary refusal."""
    make = make_refusal(delivery, reason=reason)
    tasks.answer(store, node=node, task_id=delivery.task_id, make=make, body={"by": word.by})
    return Ruling(Standing.DROPPED, reason)


def _let_go(store: Store, *, node: Node, case: _Case) -> Ruling:
    """The word says that it may leave: whatever has changed since the computation stops it."""
    sealed = open_held(store, node=node, held=case.held)
    terms = _find_terms(store, node=node, task=case.task, sealed=sealed)
    if isinstance(terms, Reason):
        return _close(store, node=node, delivery=case.delivery, word=case.word, reason=terms)
    if sealed.objections != read_register_version(store):
        body = {"by": case.word.by, "sealed": case.held.sealed_hash}
        tasks.compute_again(store, node=node, task_id=case.task.task_id, body=body)
        return Ruling(Standing.DROPPED, recomputed=True)
    computed = withhold(sealed.computed, task=case.task, masks=case.word.masks, floor=sealed.network_floor)
    return _take(store, node=node, case=case, computed=computed, terms=terms)


def _find_terms(store: Store, *, node: Node, task: Task, sealed: Sealed) -> Terms | Reason:
    """The terms, if they still are those under which the cells were gated (S2, at the release too)."""
    terms = find_terms(store, node=node, task=task)
    if isinstance(terms, Reason):
        return terms
    rules = (terms.permit, terms.disclosure.floor, terms.disclosure.network_floor)
    same = rules == (sealed.permit, sealed.floor, sealed.network_floor)
    if not same or terms.verdict.decision is Decision.REFUSE:
        return Reason.POLICY_REFUSED
    return terms


def withhold(computed: Computed, *, task: Task, masks: frozenset[str], floor: int) -> Computed:
    """What leaves once these cells are hidden; the hub's own checks must take it. Raises WordError."""
    if not masks:
        return computed
    room = load_withholding(task.analysis.id)
    names = {cell.name for cell in room.list_cells(computed.content)} | set(room.PARTS)
    if unknown := sorted(masks - names):
        raise WordError(
            _("La réponse n’a pas de case nommée {names}.").format(names=", ".join(unknown)[:200]),
            remedy=_("Ses cases : maillage node releases show."),
        )
    content = room.withhold(computed.content, names=masks)
    load_combine(task.analysis.id)(
        {task.site: Contribution(content, shown_alone=True)}, floor=floor, minimum_sites=1
    )
    return computed.model_copy(update={"content": content})


def _take(
    store: Store, *, node: Node, case: _Case, computed: Computed | None = None, terms: Terms | None = None
) -> Ruling:
    """Keep the word, move the answer, and let it leave or be refused when that is where the words lead."""
    task_id, event = case.task.task_id, Event.PERSON_RELEASE_CHECKED
    to = weigh(case.word, said=case.said, checkers=case.held.checkers)
    check_standing(task_id, present=case.held.standing, to=to)
    _keep(store, node=node, case=case, to=to)
    make, body = _make_answer(case, to=to, computed=computed, terms=terms), _facts(case, to=to)
    if make is None:
        ledger.append(store, event=event, at=node.clock(), task_id=task_id, body=body)
        return Ruling(to)
    answer = tasks.answer(store, node=node, task_id=task_id, make=make, event=event, body=body)
    if to is Standing.RELEASED and computed is not None and answer is not None:
        checkers = [*(word.by for word in case.said), case.word.by]
        keep_evidence(store, node=node, answer=answer, trace=computed.trace, checkers=checkers)
    return Ruling(to)


def _make_answer(
    case: _Case, *, to: Standing, computed: Computed | None, terms: Terms | None
) -> Maker | None:
    """What leaves now, if anything does."""
    if to is Standing.REFUSED:
        return make_refusal(case.delivery, reason=Reason.RELEASE_REFUSED)
    if to is not Standing.RELEASED or computed is None or terms is None:
        return None
    outcome = "conform" if case.word.outcome is Outcome.CONFORM else "masked"
    checked = PersonCheck(outcome=outcome, checkers=case.held.checkers)
    return make_partial(case.delivery, case.task, computed=computed, terms=terms, checked=checked)


def _keep(store: Store, *, node: Node, case: _Case, to: Standing) -> None:
    word, held = case.word, case.held
    store.change(
        "add_word",
        task_id=held.task_id,
        round=held.round,
        checker=word.by,
        outcome=word.outcome,
        masks=json.dumps(sorted(word.masks)),
        note=word.note,
        at=format_instant(node.clock()),
    )
    # A round that ends without agreement is over: its words no longer count.
    ended = to is Standing.EXAMINED
    store.change("move_held", task_id=held.task_id, standing=to, round=held.round + ended)


def _facts(case: _Case, *, to: Standing) -> dict[str, Any]:
    """For the ledger: who, what, on which sealed answer. The note may quote a number, and is left out."""
    return {
        "by": case.word.by,
        "account": case.account,
        "outcome": case.word.outcome.value,
        "masks": sorted(case.word.masks),
        "standing": to.value,
        "round": case.held.round,
        "sealed": case.held.sealed_hash,
    }


def word_ruling(ruling: Ruling, *, outcome: Outcome) -> str:
    """What became of the answer after this word, for whoever said it."""
    if ruling.recomputed:
        return _("Une opposition est venue depuis le calcul : la réponse est recalculée et sera à contrôler.")
    if ruling.reason is not None:
        return _("La réponse n’est pas sortie : {why}").format(why=word_reason(ruling.reason))
    return _("Noté : {outcome}. La réponse est maintenant : {standing}.").format(
        outcome=word_outcome(outcome), standing=word_standing(ruling.standing)
    )
