"""What nodes say in a masked sum: kept once, then the session moves on, then the next step is told."""

from typing import Any

from maillage.exchange.reasons import Reason
from maillage.exchange.sums import (
    Agreement,
    Agreements,
    Ended,
    KeyOffer,
    MaskedNumbers,
    News,
    Opening,
    Step,
    Survivors,
)
from maillage.hub.access.nodes import Caller, take_nonce
from maillage.hub.boot import Hub
from maillage.hub.questions.errors import StepConflictError, TaskUnknownError
from maillage.hub.questions.models import MaskedSum, MaskedTerm, Task
from maillage.hub.questions.states import AWAITED, SumState, TaskState
from maillage.hub.questions.sums.advance import advance, bell_of
from maillage.hub.questions.sums.room import lock_sum
from maillage.hub.questions.totals import settle_total
from maillage.hub.waiting import wait_for
from maillage.hub.writing import writing


def take_step(caller: Caller, *, question_id: str, step: Step, seconds: float, hub: Hub) -> News | None:
    """Keep the step, and wait for what follows it. The same again is fine; another of its kind conflicts.

    Raises TaskUnknownError for a session that is not this hospital's, StepConflictError, ReplayError.
    """
    now = hub.clock()
    with writing(hub):
        take_nonce(caller)
        lock_sum(question_id=question_id)
        task = _find_task(question_id, site=caller.site)
        if TaskState(task.state) in AWAITED:
            _keep(question_id, site=caller.site, step=step)
            # Also for a step that is said again: time may be over for somebody else's.
            if advance(question_id, at=now, hub=hub):
                settle_total(question_id, at=now)
    hub.doorbell.ring(question_id, bell_of(question_id))
    return wait_for(
        lambda: find_news(question_id, site=caller.site, step=step),
        doorbell=hub.doorbell,
        name=bell_of(question_id),
        seconds=seconds,
    )


def find_news(question_id: str, *, site: str, step: Step) -> News | None:
    """What follows that step for that hospital; None while others are awaited."""
    session = MaskedSum.objects.get(question_id=question_id)
    task = _find_task(question_id, site=site)
    if TaskState(task.state) not in AWAITED:
        return Ended(reason=_word_end(task.reason))
    match SumState(session.state), step:
        case SumState.MASKING, KeyOffer():
            return Opening(offers={name: KeyOffer(**offer) for name, offer in session.offers.items()})
        case SumState.SIGNING, MaskedNumbers():
            return Survivors(sites=tuple(session.survivors))
        case SumState.REVEALING, Agreement():
            signed = MaskedTerm.objects.filter(masked_sum=session, site__in=session.survivors)
            return Agreements(signatures=dict(signed.values_list("site", "agreement")))
        case SumState.FAILED | SumState.DONE, _:
            return Ended(reason=Reason.SUM_FAILED)
        case _:
            return None


def _find_task(question_id: str, *, site: str) -> Task:
    found = Task.objects.filter(question_id=question_id, site=site, question__is_masked=True)
    task = found.only("state", "reason", "site", "question_id").first()
    if task is None:
        raise TaskUnknownError
    return task


def _keep(question_id: str, *, site: str, step: Step) -> None:
    match step:
        case KeyOffer(key=key, signature=signature):
            _keep_offer(question_id, site=site, key=key, signature=signature)
        case MaskedNumbers(numbers=numbers):
            _keep_column(question_id, site=site, state=SumState.MASKING, name="numbers", value=numbers)
        case Agreement(signature=signature):
            _keep_column(question_id, site=site, state=SumState.SIGNING, name="agreement", value=signature)


def _keep_offer(question_id: str, *, site: str, key: str, signature: str) -> None:
    term = MaskedTerm.objects.filter(masked_sum_id=question_id, site=site).first()
    if term is not None:
        if (term.key, term.key_signature) != (key, signature):
            raise StepConflictError
        return
    if MaskedSum.objects.filter(question_id=question_id, state=SumState.GATHERING.value).exists():
        MaskedTerm.objects.create(masked_sum_id=question_id, site=site, key=key, key_signature=signature)


def _keep_column(question_id: str, *, site: str, state: SumState, name: str, value: str) -> None:
    """Keep what a hospital of the session says in that state; said late it is not kept."""
    term = MaskedTerm.objects.filter(masked_sum_id=question_id, site=site).first()
    if term is None:
        raise TaskUnknownError
    present = getattr(term, name)
    if present and present != value:
        raise StepConflictError
    session = MaskedSum.objects.only("state", "offers").get(question_id=question_id)
    if not present and session.state == state and site in session.offers:
        setattr(term, name, value)
        term.save(update_fields=[name])


def _word_end(reason: str) -> Any:
    known = {Reason.CANCELLED, Reason.SUM_DROPPED, Reason.SUM_FAILED, Reason.SUM_TOO_FEW}
    return Reason(reason) if reason in known else Reason.SUM_FAILED
