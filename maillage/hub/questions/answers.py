"""Take an answer and keep it, once.

A refused answer is a change too: the audit tells it, and the node hears why.
"""

import json
from datetime import datetime
from typing import Any

from django.db import connection

from maillage.analysis.news import tells_nothing_new
from maillage.base.canon import canonical_bytes, sha256_hex
from maillage.exchange.envelope import AnyAnswer, Opened, open_answer
from maillage.exchange.errors import EnvelopeError
from maillage.exchange.parts import name_parts
from maillage.exchange.result import Failure, Hold, Partial, Summed
from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.statements import execute
from maillage.hub.access.nodes import Caller, take_nonce
from maillage.hub.boot import Hub
from maillage.hub.questions.changes import statements
from maillage.hub.questions.contents import ANSWER_REJECTED
from maillage.hub.questions.errors import QuestionError, TaskUnknownError
from maillage.hub.questions.judging import Asked, Verdict, judge
from maillage.hub.questions.rounds.advance import advance_rounds
from maillage.hub.questions.rounds.advance import bell_of as bell_of_rounds
from maillage.hub.questions.rounds.room import lock_rounds
from maillage.hub.questions.states import TaskState, check_task_move
from maillage.hub.questions.sums.advance import advance, bell_of
from maillage.hub.questions.sums.judging import find_expected
from maillage.hub.questions.sums.room import lock_sum
from maillage.hub.questions.totals import settle_total
from maillage.hub.writing import writing


def record_answer(caller: Caller, *, task_id: str, data: bytes, hub: Hub) -> Verdict:
    """Keep the answer or its refusal, in one transaction. Raises TaskUnknownError, ReplayError."""
    now = hub.clock()
    opened = _open(data, caller=caller)
    with writing(hub):
        take_nonce(caller)
        if _is_shared(task_id):
            lock_sum(question__tasks__id=task_id)
            lock_rounds(question__tasks__id=task_id)
        asked = _find_asked(task_id)
        verdict = judge(opened, asked=asked, signer=caller.site, settings=hub.settings)
        if verdict.keep_as is not None and not isinstance(opened, EnvelopeError):
            _keep(opened, asked=asked, state=verdict.keep_as, data=data, now=now, hub=hub)
        if verdict.error is not None:
            _record_refusal(verdict.error, data=data, asked=asked, caller=caller, now=now)
    question = asked.question_id
    hub.doorbell.ring(question, bell_of(question), bell_of_rounds(question))
    return verdict


def _open(data: bytes, *, caller: Caller) -> Opened[AnyAnswer] | EnvelopeError:
    try:
        return open_answer(data, signers={caller.key.fingerprint: caller.key})
    except EnvelopeError as error:
        return error


def _is_shared(task_id: str) -> bool:
    """Whether other hospitals' tasks may move with this one; without, no other row is locked before it."""
    rows = execute(statements()["is_shared"], task=task_id)
    return bool(rows and rows[0][0])


def _find_asked(task_id: str) -> Asked:
    lock = "FOR UPDATE OF t" if connection.vendor == "postgresql" else ""
    rows = execute(statements()["find_task"].format(lock=lock), task=task_id)
    if not rows:
        raise TaskUnknownError
    site, state, question, nonce, task_hash, answer_hash, reason, *told, is_masked, in_rounds = rows[0]
    analysis, parameters, rules = map(json.loads, told)
    parts = tuple(name_parts(analysis["id"], parameters).get("parts", ()))
    asked = (question, nonce, task_hash, answer_hash, reason, analysis, len(rules) + 1, parts)
    return Asked(
        task_id,
        site,
        TaskState(state),
        *asked,
        expected=find_expected(question) if is_masked else None,
        in_rounds=bool(in_rounds),
    )


def _keep(
    opened: Opened[AnyAnswer], *, asked: Asked, state: TaskState, data: bytes, now: datetime, hub: Hub
) -> None:
    answer = opened.message
    check_task_move(asked.state, to=state)
    is_rejected = isinstance(answer, Partial | Summed) and state is TaskState.FAILED
    columns = _columns(answer, is_rejected=is_rejected)
    is_last = not isinstance(answer, Hold)
    execute(
        statements()["keep_answer"],
        task=asked.task_id,
        state=state.value,
        answer=None if columns["reason"] == ANSWER_REJECTED else data,
        answer_hash=opened.payload_hash if is_last else "",
        answered_at=now if is_last else None,
        **columns,
    )
    if asked.expected is not None:
        advance(asked.question_id, at=now, hub=hub)
    if asked.in_rounds:
        advance_rounds(asked.question_id, at=now, hub=hub)
    settle_total(asked.question_id, at=now)
    anchor = (answer.anchor.sequence, answer.anchor.hash) if answer.anchor else (-1, "")
    execute(statements()["see_member"], site=asked.site, now=now, sequence=anchor[0], hash=anchor[1])
    if columns["reason"] != ANSWER_REJECTED:
        facts = {
            "kind": answer.kind,
            "question": asked.question_id,
            "payload": opened.payload_hash,
            "reason": columns["reason"],
        }
        record(EventType.ANSWER_RECORDED, actor=asked.site, subject=asked.task_id, at=now, facts=facts)


def _columns(answer: AnyAnswer, *, is_rejected: bool) -> dict[str, Any]:
    """What is kept beside the bytes. Of a rejected content nothing: what must not be shown is not stored."""
    found: dict[str, Any] = {
        "reason": "",
        "incident": "",
        "content": "",
        "shown_alone": False,
        "repeated": False,
        "evidence": "",
        "floor": None,
        "compile_ms": None,
        "engine_ms": None,
    }
    if isinstance(answer, Summed):
        return found | _columns_of_summed(answer, is_rejected=is_rejected)
    if not isinstance(answer, Partial):
        incident = answer.incident if isinstance(answer, Failure) else ""
        return found | {"reason": answer.reason.value, "incident": incident}
    return found | {
        "reason": ANSWER_REJECTED if is_rejected else "",
        "content": "" if is_rejected else canonical_bytes(answer.content).decode(),
        "shown_alone": answer.shown_alone,
        "repeated": tells_nothing_new(answer.content),
        "evidence": "" if is_rejected or answer.evidence is None else answer.evidence.to_bytes().decode(),
        "floor": answer.floor,
        "compile_ms": answer.timings.compile_ms,
        "engine_ms": answer.timings.engine_ms,
    }


def _columns_of_summed(answer: Summed, *, is_rejected: bool) -> dict[str, Any]:
    content = canonical_bytes({"own": answer.own, "shared": answer.shared}).decode()
    return {
        "reason": ANSWER_REJECTED if is_rejected else "",
        "content": "" if is_rejected else content,
        "repeated": answer.repeated,
        "floor": answer.floor,
    }


def _record_refusal(
    error: QuestionError | EnvelopeError, *, data: bytes, asked: Asked, caller: Caller, now: datetime
) -> None:
    code = error.reason.value if isinstance(error, EnvelopeError) else error.code
    facts = {"code": code, "bytes": sha256_hex(data)}
    record(EventType.ANSWER_REFUSED, actor=caller.site, subject=asked.task_id, at=now, facts=facts)
