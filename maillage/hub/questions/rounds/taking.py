"""What nodes tell in a round: verified, kept once, then the exchange moves on, then the next
round is asked.
"""

import json
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
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
from maillage.governance.statements import execute, to_instant
from maillage.hub.access.nodes import Caller, take_nonce
from maillage.hub.boot import Hub
from maillage.hub.questions.errors import AnswerRejectedError, RoundConflictError, TaskUnknownError
from maillage.hub.questions.rounds.advance import advance_rounds, bell_of
from maillage.hub.questions.rounds.room import find_room, lock_rounds, statements
from maillage.hub.questions.states import AWAITED, RoundsState, TaskState
from maillage.hub.questions.totals import settle_total
from maillage.hub.waiting import wait_for
from maillage.hub.writing import writing

Outcome = Literal["done", "dropped", "failed", "cancelled"]


@dataclass(frozen=True)
class Asked:
    """What was asked of the hospital that tells. `number` is the present round; `known` the hash of what it
    told before under the number that it tells now.
    """

    task_id: str
    site: str
    state: TaskState
    question_id: str
    nonce: str
    task_hash: str
    analysis: Mapping[str, Any]
    number: int
    known: str | None


def take_told(caller: Caller, *, task_id: str, data: bytes, seconds: float, hub: Hub) -> bytes | None:
    """Keep what was told, and wait for the next round: signed bytes, or None while others are awaited.

    Raises EnvelopeError, TaskUnknownError for an exchange that is not this hospital's, RoundConflictError for
    other bytes under a number that is kept, AnswerRejectedError for a content of another form, ReplayError.
    """
    opened = open_round_told(data, signers={caller.key.fingerprint: caller.key})
    question_id = _find_asked(task_id, caller=caller, told=opened.message).question_id
    moved, now = False, hub.clock()
    # The part that completes a round is waited for on the disk, and with it all that came before.
    with writing(hub, waits=not _completes(question_id, site=caller.site, hub=hub)):
        take_nonce(caller)
        lock_rounds(question_id=question_id)
        asked = _find_asked(task_id, caller=caller, told=opened.message)
        if asked.state in AWAITED:
            _keep(opened, asked=asked, hub=hub)
            # Also for what is said again: time may be over for somebody else's part.
            if moved := advance_rounds(question_id, at=now, hub=hub):
                settle_total(question_id, at=now)
    if moved:
        hub.doorbell.ring(question_id, bell_of(question_id))
    return wait_for(
        lambda: find_news(task_id, hub=hub),
        doorbell=hub.doorbell,
        name=bell_of(question_id),
        seconds=seconds,
    )


def find_news(task_id: str, *, hub: Hub) -> bytes | None:
    """The next round of that hospital, signed, or that there is none; None while others are awaited."""
    ((site, task_state, reason, question_id, nonce, state, *present),) = execute(
        statements()["find_news"], task=task_id
    )
    task: dict[str, Any] = {"task_id": task_id, "question_id": question_id, "site": site, "nonce": nonce}
    if TaskState(task_state) not in AWAITED:
        return _end(task, outcome=_word_end(reason), hub=hub)
    match RoundsState(state):
        case RoundsState.DONE:
            return _end(task, outcome="done", hub=hub)
        case RoundsState.FAILED:
            return _end(task, outcome="failed", hub=hub)
        case RoundsState.RUNNING:
            return _ask(task, *present, hub=hub)
        case RoundsState.GATHERING:
            return None


def _ask(
    task: Mapping[str, Any],
    number: int,
    asked: str,
    asked_at: datetime,
    last: int | None,
    digest: str,
    *,
    hub: Hub,
) -> bytes | None:
    parameters: dict[str, Any] = json.loads(asked)
    if task["site"] not in parameters or last is None or last >= number:
        return None
    message = RoundAsked(
        **task,
        number=number,
        told=digest,
        parameters=parameters[task["site"]],
        asked_at=to_instant(asked_at),
    )
    return seal_round(message, key=hub.key)


def _end(task: Mapping[str, Any], *, outcome: Outcome, hub: Hub) -> bytes:
    return seal_round(RoundsEnded(**task, outcome=outcome), key=hub.key)


def _word_end(reason: str) -> Outcome:
    match reason:
        case Reason.CANCELLED.value:
            return "cancelled"
        case Reason.ROUNDS_DROPPED.value:
            return "dropped"
        case _other:
            return "failed"


def _find_asked(task_id: str, *, caller: Caller, told: RoundTold) -> Asked:
    """What is told of, if it is this hospital's and the message names it whole."""
    rows = execute(statements()["find_asked"], task=task_id, site=caller.site, number=told.number)
    if not rows:
        raise TaskUnknownError
    site, state, question_id, nonce, task_hash, analysis, number, known = rows[0]
    named = (told.task_id, told.question_id, told.site, told.nonce, told.task_hash)
    if named != (task_id, question_id, site, nonce, task_hash):
        raise EnvelopeError(Reason.ENVELOPE_REPLAYED)
    analysis = json.loads(analysis)
    return Asked(task_id, site, TaskState(state), question_id, nonce, task_hash, analysis, number, known)


def _completes(question_id: str, *, site: str, hub: Hub) -> bool:
    """Whether it seems to be the last that is awaited; another thread may make it so, and then it
    waits too.
    """
    room = find_room(question_id, now=hub.clock(), step=timedelta(0), locked=False)
    return room is None or set(room.list_late()) <= {site}


def _keep(opened: Opened[RoundTold], *, asked: Asked, hub: Hub) -> None:
    told = opened.message
    if asked.known is not None:
        if asked.known != opened.payload_hash:
            raise RoundConflictError
        return
    if told.number > asked.number:
        raise RoundConflictError
    _check(told, asked=asked, hub=hub)
    execute(
        statements()["keep_part"],
        question=asked.question_id,
        site=asked.site,
        number=told.number,
        digest=opened.payload_hash,
        content=json.dumps(told.content, separators=(",", ":")),
        shown_alone=told.shown_alone,
    )
    facts = {"question": asked.question_id, "round": told.number, "payload": opened.payload_hash}
    record(EventType.ROUND_TOLD, actor=asked.site, subject=asked.task_id, at=hub.clock(), facts=facts)


def _check(told: RoundTold, *, asked: Asked, hub: Hub) -> None:
    """Raises AnswerRejectedError: another program, a floor under the network's, a content of another form."""
    try:
        if told.analysis.model_dump() != asked.analysis:
            raise ContentError(_("La réponse vient d’un autre programme que celui de la question."))
        if told.floor < hub.settings.floor:
            raise ContentError(_("Le seuil de l’hôpital est inférieur à celui du réseau."))
        if told.number == 0:
            alone = Contribution(told.content, shown_alone=True)
            load_combine(told.analysis.id)({asked.site: alone}, floor=hub.settings.floor, minimum_sites=1)
        elif (rounds := find_spec(told.analysis.id).rounds) is not None:
            rounds.content.model_validate(told.content)
    except (AnalysisError, ValueError) as error:
        why = error.what if isinstance(error, AnalysisError) else ""
        raise AnswerRejectedError(
            _("Le contenu de la réponse n’est pas accepté."),
            why=why,
            remedy=_("Vérifiez la version et le seuil du nœud ; la question peut être posée à nouveau."),
        ) from error
