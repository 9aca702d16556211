"""Where a result comes from: who answered, with which program and vocabulary; which ledgers' lines say so.

It holds no number of a patient: hospitals' own words about their answers, read again from the signed bytes.
"""

from collections.abc import Mapping
from typing import Any

from maillage.base.clock import format_instant
from maillage.exchange.envelope import AnyAnswer, Opened, open_answer
from maillage.exchange.errors import EnvelopeError
from maillage.governance.audit.models import Event
from maillage.governance.group.models import Member
from maillage.hub.questions.models import Question, Task


def describe_provenance(question: Question) -> dict[str, Any]:
    """The document: the question's own program and permit, a row a hospital, the lines of the hub's audit."""
    return {
        "question": question.id,
        "analysis": question.analysis,
        "cohort_hash": question.cohort_hash,
        "permit": question.permit,
        "permit_hash": question.permit_hash,
        "asked_at": format_instant(question.asked_at),
        "sites": describe_answers(question),
        "lines": _list_lines(question),
    }


def describe_answers(question: Question) -> list[dict[str, Any]]:
    """A row a hospital: the program that answered, its vocabulary, its times, its line, the hashes."""
    tasks = Task.objects.filter(question_id=question.id).order_by("site").defer("envelope", "content")
    members = {member.site: member for member in Member.objects.filter(site__in=question.participants)}
    return [_describe_answer(task, member=members.get(task.site)) for task in tasks]


def _describe_answer(task: Task, *, member: Member | None) -> dict[str, Any]:
    opened = _open(task, member=member)
    said: Any = None if opened is None else opened.message
    anchor = getattr(said, "anchor", None)
    return {
        "id": task.site,
        "name": task.site if member is None else member.name,
        "status": task.state,
        "signed": opened is not None,
        "software": getattr(said, "software", None),
        "reference": getattr(said, "reference", None) or None,
        "floor": task.floor,
        "compile_ms": task.compile_ms,
        "engine_ms": task.engine_ms,
        "answered_at": None if task.answered_at is None else format_instant(task.answered_at),
        "task_hash": task.task_hash,
        "answer_hash": task.answer_hash or None,
        "ledger": None if anchor is None else {"sequence": anchor.sequence, "hash": anchor.hash},
    }


def _open(task: Task, *, member: Member | None) -> Opened[AnyAnswer] | None:
    """The answer, its signature checked again; None where there is none, or the hospital's key is another."""
    if task.answer is None or member is None:
        return None
    try:
        return open_answer(bytes(task.answer), signers={member.fingerprint: member.key})
    except EnvelopeError:
        return None


def _list_lines(question: Question) -> list[Mapping[str, Any]]:
    tasks = Task.objects.filter(question_id=question.id).values_list("id", flat=True)
    subjects = [question.id, *tasks]
    # The time bounds the search: lines are not indexed by what they are about.
    events = Event.objects.filter(at__gte=question.asked_at, kept__subject__in=subjects)
    return [
        {
            "sequence": event.sequence,
            "at": format_instant(event.at),
            "sentence": str(event),
            "hash": event.hash,
        }
        for event in events.select_related("kept")
    ]
