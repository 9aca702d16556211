"""What nodes tell in a round: verified, kept once, then the exchange moves on, then the next
round is asked.
"""

import json
from typing import Any, Literal

from maillage.analysis.base import Contribution
from maillage.analysis.errors import AnalysisError, ContentError
from maillage.analysis.registry import find_spec, load_combine
from maillage.base.i18n import _
from maillage.exchange.envelope import Opened, open_round_told, seal_round
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.reasons import Reason
from maillage.exchange.rounds import RoundAsked, RoundsEnded, RoundTold
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.hub.access.nodes import Caller, take_nonce
from maillage.hub.boot import Hub
from maillage.hub.questions.changes import settle_question
from maillage.hub.questions.errors import AnswerRejectedError, RoundConflictError, TaskUnknownError
from maillage.hub.questions.models import RoundPart, Rounds, Task
from maillage.hub.questions.rounds.advance import advance_rounds, bell_of
from maillage.hub.questions.rounds.room import lock_rounds
from maillage.hub.questions.states import AWAITED, RoundsState, TaskState
from maillage.hub.questions.totals import fix_total
from maillage.hub.waiting import wait_for
from maillage.hub.writing import writing

Outcome = Literal["done", "dropped", "failed", "cancelled"]


def take_told(caller: Caller, *, task_id: str, data: bytes, seconds: float, hub: Hub) -> bytes | None:
    """Keep what was told, and wait for the next round: signed bytes, or None while others are awaited.

    Raises EnvelopeError, TaskUnknownError for an exchange that is not this hospital's, RoundConflictError for
    other bytes under a number that is kept, AnswerRejectedError for a content of another form, ReplayError.
    """
    opened = open_round_told(data, signers={caller.key.fingerprint: caller.key})
    task = _find_task(task_id, caller=caller, told=opened.message)
    question_id, now = task.question_id, hub.clock()
    # The part that completes a round is waited for on the disk, and with it all that came before.
    with writing(hub, waits=not _completes(task, opened.message)):
        take_nonce(caller)
        lock_rounds(question_id=question_id)
        task.refresh_from_db(fields=["state", "reason"])
        if TaskState(task.state) in AWAITED:
            _keep(opened, task=task, hub=hub)
            # Also for what is said again: time may be over for somebody else's part.
            if advance_rounds(question_id, at=now, hub=hub):
                settle_question(question_id, at=now)
                fix_total(question_id)
    hub.doorbell.ring(question_id, bell_of(question_id))
    return wait_for(
        lambda: find_news(task_id, hub=hub),
        doorbell=hub.doorbell,
        name=bell_of(question_id),
        seconds=seconds,
    )


def find_news(task_id: str, *, hub: Hub) -> bytes | None:
    """The next round of that hospital, signed, or that there is none; None while others are awaited."""
    task = Task.objects.only("state", "reason", "site", "question_id", "nonce").get(id=task_id)
    session = Rounds.objects.only("state", "number", "asked", "asked_at").get(question_id=task.question_id)
    if TaskState(task.state) not in AWAITED:
        return _end(task, outcome=_word_end(task.reason), hub=hub)
    match RoundsState(session.state):
        case RoundsState.DONE:
            return _end(task, outcome="done", hub=hub)
        case RoundsState.FAILED:
            return _end(task, outcome="failed", hub=hub)
        case RoundsState.RUNNING:
            return _ask(task, session, hub=hub)
        case RoundsState.GATHERING:
            return None


def _ask(task: Task, session: Rounds, *, hub: Hub) -> bytes | None:
    asked: dict[str, Any] = json.loads(session.asked)
    parts = RoundPart.objects.filter(rounds_id=task.question_id, site=task.site).order_by("-number")
    last = parts.values_list("number", "digest").first()
    if task.site not in asked or last is None or last[0] >= session.number:
        return None
    message = RoundAsked(
        **_name(task),
        number=session.number,
        told=last[1],
        parameters=asked[task.site],
        asked_at=session.asked_at,
    )
    return seal_round(message, key=hub.key)


def _end(task: Task, *, outcome: Outcome, hub: Hub) -> bytes:
    return seal_round(RoundsEnded(**_name(task), outcome=outcome), key=hub.key)


def _name(task: Task) -> dict[str, Any]:
    return {"task_id": task.id, "question_id": task.question_id, "site": task.site, "nonce": task.nonce}


def _word_end(reason: str) -> Outcome:
    match reason:
        case Reason.CANCELLED.value:
            return "cancelled"
        case Reason.ROUNDS_DROPPED.value:
            return "dropped"
        case _other:
            return "failed"


def _find_task(task_id: str, *, caller: Caller, told: RoundTold) -> Task:
    """The task that is told of, if it is this hospital's and the message names it whole."""
    found = Task.objects.filter(id=task_id, site=caller.site, question__rounds__isnull=False)
    task = found.defer("envelope", "answer").first()
    if task is None:
        raise TaskUnknownError
    named = (told.task_id, told.question_id, told.site, told.nonce, told.task_hash)
    if named != (task.id, task.question_id, task.site, task.nonce, task.task_hash):
        raise EnvelopeError(Reason.ENVELOPE_REPLAYED)
    return task


def _completes(task: Task, told: RoundTold) -> bool:
    """Whether it seems to be the last that is awaited; another thread may make it so, and then it
    waits too.
    """
    session = Rounds.objects.only("number", "asked").get(question_id=task.question_id)
    parts = RoundPart.objects.filter(rounds_id=task.question_id, number=told.number)
    others = parts.exclude(site=task.site).count()
    awaited = len(json.loads(session.asked or "{}")) if session.number else _count_hospitals(task)
    return others >= awaited - 1


def _count_hospitals(task: Task) -> int:
    states = [state.value for state in AWAITED]
    return Task.objects.filter(question_id=task.question_id, state__in=states).count()


def _keep(opened: Opened[RoundTold], *, task: Task, hub: Hub) -> None:
    told = opened.message
    present = RoundPart.objects.filter(rounds_id=task.question_id, site=task.site, number=told.number)
    known = present.values_list("digest", flat=True).first()
    if known is not None:
        if known != opened.payload_hash:
            raise RoundConflictError
        return
    session = Rounds.objects.only("number", "state").get(question_id=task.question_id)
    if told.number > session.number:
        raise RoundConflictError
    _check(told, task=task, hub=hub)
    RoundPart.objects.create(
        rounds_id=task.question_id,
        site=task.site,
        number=told.number,
        digest=opened.payload_hash,
        content=json.dumps(told.content, separators=(",", ":")),
        shown_alone=told.shown_alone,
    )
    facts = {"question": task.question_id, "round": told.number, "payload": opened.payload_hash}
    record(EventType.ROUND_TOLD, actor=task.site, subject=task.id, at=hub.clock(), facts=facts)


def _check(told: RoundTold, *, task: Task, hub: Hub) -> None:
    """Raises AnswerRejectedError: another program, a floor under the network's, a content of another form."""
    analysis = task.question.analysis
    try:
        if told.analysis.model_dump() != analysis:
            raise ContentError(_("La réponse vient d’un autre programme que celui de la question."))
        if told.floor < hub.settings.floor:
            raise ContentError(_("Le seuil de l’hôpital est inférieur à celui du réseau."))
        if told.number == 0:
            alone = Contribution(told.content, shown_alone=True)
            load_combine(analysis["id"])({task.site: alone}, floor=hub.settings.floor, minimum_sites=1)
        elif (rounds := find_spec(analysis["id"]).rounds) is not None:
            rounds.content.model_validate(told.content)
    except (AnalysisError, ValueError) as error:
        why = error.what if isinstance(error, AnalysisError) else ""
        raise AnswerRejectedError(
            _("Le contenu de la réponse n’est pas accepté."),
            why=why,
            remedy=_("Vérifiez la version et le seuil du nœud ; la question peut être posée à nouveau."),
        ) from error
