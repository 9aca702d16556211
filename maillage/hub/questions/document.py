"""A question as its requester reads it: every hospital, what is shown of it, and the group's answer."""

from collections.abc import Mapping
from typing import Any

from maillage.base.clock import format_instant
from maillage.base.i18n import _
from maillage.exchange.reasons import Reason, word
from maillage.governance.group.models import Member
from maillage.hub.questions.contents import combine, read_content
from maillage.hub.questions.errors import QuestionUnknownError
from maillage.hub.questions.models import Question, Task
from maillage.hub.questions.states import TaskState
from maillage.hub.questions.sums.document import IN_TOTAL, combine_sum, describe_sum
from maillage.hub.settings import HubSettings

TOTAL_ONLY = "total_only"
"""The hospital answered and is inside the total only."""


def find_question(question_id: str, *, requester: str) -> Question:
    """The question if it is theirs. Raises QuestionUnknownError: another's is not told from none."""
    # The cohort may weigh a megabyte, and few callers read it.
    mine = Question.objects.defer("cohort", "parameters")
    found = mine.filter(id=question_id, requester=requester).first()
    if found is None:
        raise QuestionUnknownError
    return found


def list_questions(requester: str, *, limit: int = 100) -> list[dict[str, Any]]:
    """One's own questions, newest first, in a line each."""
    rows = Question.objects.filter(requester=requester).order_by("-asked_at")[:limit].defer("cohort")
    return [
        {
            "id": row.id,
            "title": row.title,
            "status": row.state,
            "asked_at": format_instant(row.asked_at),
            "sites": row.participants,
        }
        for row in rows
    ]


def describe_question(question: Question, *, settings: HubSettings) -> dict[str, Any]:
    """The whole document, worded in the language of the present context."""
    sent = Task.objects.filter(question_id=question.id).order_by("site")
    tasks = list(sent.defer("envelope", "answer", "nonce", "task_hash", "answer_hash", "boot"))
    names = dict(Member.objects.filter(site__in=question.participants).values_list("site", "name"))
    return {
        "id": question.id,
        "title": question.title,
        "status": question.state,
        "version": question.version,
        "asked_at": format_instant(question.asked_at),
        "expires_at": format_instant(question.expires_at),
        "cohort_hash": question.cohort_hash,
        "rules": question.rules,
        "sites": [_describe_site(task, names=names, question=question) for task in tasks],
        "masked": describe_sum(question),
        "combined": (
            combine_sum(question, tasks)
            if question.is_masked
            else combine(question, tasks, settings=settings)
        ),
        "elapsed_ms": (question.changed_at - question.asked_at).total_seconds() * 1000,
    }


def word_reason(reason: str) -> str:
    """The sentence for a reason, a node's or the hub's own."""
    match reason:
        case "total_only":
            return _("Cet hôpital a répondu ; son nombre n’apparaît que dans le total.")
        case "in_total":
            return _("Cet hôpital est dans le total, sous masques : le hub ne connaît pas son nombre.")
        case "answer_rejected":
            return _("La réponse de cet hôpital n’a pas la forme ou le seuil attendus ; elle est écartée.")
        case _other:
            return word(Reason(reason))


def _describe_site(task: Task, *, names: Mapping[str, str], question: Question) -> dict[str, Any]:
    content = read_content(task) if task.state == TaskState.ANSWERED and task.shown_alone else None
    reason = task.reason
    if task.state == TaskState.ANSWERED and content is None:
        reason = IN_TOTAL if question.is_masked else TOTAL_ONLY
    elapsed = None if task.answered_at is None else task.answered_at - question.asked_at
    return {
        "id": task.site,
        "name": names.get(task.site, task.site),
        "status": task.state,
        "persons": None if content is None else content["persons"],
        "floor": None if content is None else task.floor,
        "reason": reason or None,
        "sentence": word_reason(reason) if reason else None,
        "engine_ms": task.engine_ms,
        "compile_ms": task.compile_ms,
        "elapsed_ms": None if elapsed is None else elapsed.total_seconds() * 1000,
        "content": content,
    }
