"""A question as its requester reads it: every hospital, what is shown of it, and the group's answer."""

from collections.abc import Mapping, Sequence
from typing import Any

from maillage.base.clock import format_instant
from maillage.base.i18n import _
from maillage.exchange.evidence import Evidence
from maillage.exchange.evidence_words import word_evidence
from maillage.exchange.reasons import Reason, word
from maillage.governance.group.models import Member
from maillage.hub.questions.contents import combine, hide_result, read_content
from maillage.hub.questions.errors import QuestionUnknownError
from maillage.hub.questions.models import Question, Task
from maillage.hub.questions.permits import find_contact
from maillage.hub.questions.releases.rows import Visible, find_visible
from maillage.hub.questions.rounds.document import combine_rounds, describe_rounds, has_rounds
from maillage.hub.questions.states import TaskState
from maillage.hub.questions.sums.document import IN_TOTAL, combine_sum, describe_sum
from maillage.hub.questions.totals import word_hidden
from maillage.hub.settings import HubSettings

TOTAL_ONLY = "total_only"
"""The hospital answered and is inside the total only."""

EMPTY: Mapping[str, Any] = {"steps": [], "years": [], "tables": [], "figures": {}, "parts": []}
"""What an analysis may give of the group's answer, where it gives none of it."""

AWAITING_RELEASE = "awaiting_release"
"""The hospital answered, and the committee has not let the result be shown."""


def find_question(question_id: str, *, requester: str) -> Question:
    """The question if it is theirs. Raises QuestionUnknownError: another's is not told from none."""
    # The cohort may weigh a megabyte, and few callers read it.
    mine = Question.objects.defer("cohort")
    found = mine.filter(id=question_id, requester=requester).first()
    if found is None:
        raise QuestionUnknownError
    return found


def list_questions(requester: str, *, limit: int = 100) -> list[dict[str, Any]]:
    """One's own questions, newest first, in a line each; none that a draft asked by itself."""
    mine = Question.objects.filter(requester=requester, live__isnull=True)
    rows = mine.order_by("-asked_at")[:limit].defer("cohort")
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
    tasks, visible = _list_tasks(question), find_visible(question.id)
    names = dict(Member.objects.filter(site__in=question.participants).values_list("site", "name"))
    return {
        "id": question.id,
        "title": question.title,
        "permit": question.permit,
        "analysis": question.analysis["id"],
        "parameters": question.parameters,
        "status": question.state,
        "version": question.version,
        "asked_at": format_instant(question.asked_at),
        "expires_at": format_instant(question.expires_at),
        "cohort_hash": question.cohort_hash,
        "rules": question.rules,
        "release": _describe_release(visible),
        "sites": [
            _describe_site(task, names=names, question=question, visible=visible)
            | _word_spent(task, question=question, settings=settings)
            for task in tasks
        ],
        "hidden": (word_hidden(question) if visible.is_shown else "") or None,
        "masked": describe_sum(question),
        "rounds": describe_rounds(question),
        "combined": _fill(_combine(question, tasks, settings=settings, visible=visible)),
        "elapsed_ms": (question.changed_at - question.asked_at).total_seconds() * 1000,
    }


def combine_question(question: Question, *, settings: HubSettings) -> dict[str, Any]:
    """The document's `combined` alone: the group's answer."""
    visible = find_visible(question.id)
    return _fill(_combine(question, _list_tasks(question), settings=settings, visible=visible))


def _list_tasks(question: Question) -> list[Task]:
    sent = Task.objects.filter(question_id=question.id).order_by("site")
    return list(sent.defer("envelope", "answer", "nonce", "task_hash", "answer_hash", "boot"))


def _fill(document: Mapping[str, Any]) -> dict[str, Any]:
    """The group's answer with every field that an analysis may give, in each part of a joint one too."""
    parts = [part | {"document": _fill(part["document"])} for part in document.get("parts", ())]
    return {**EMPTY, **document, "parts": parts}


def _combine(
    question: Question, tasks: Sequence[Task], *, settings: HubSettings, visible: Visible
) -> dict[str, Any]:
    if question.is_masked:
        return combine_sum(question, tasks)
    if not visible.is_shown:
        return hide_result()
    if has_rounds(question):
        return combine_rounds(question, tasks, floor=settings.floor)
    return combine(question, tasks, settings=settings, masks=visible.masks)


def word_reason(reason: str) -> str:
    """The sentence for a reason, a node's or the hub's own."""
    match reason:
        case "total_only":
            return _("Cet hôpital a répondu ; son nombre n’apparaît que dans le total.")
        case "awaiting_release":
            return _("Cet hôpital a répondu ; rien n’est montré sans l’accord du comité.")
        case "in_total":
            return _("Cet hôpital est dans le total, sous masques : le hub ne connaît pas son nombre.")
        case "answer_rejected":
            return _("La réponse de cet hôpital n’a pas la forme ou le seuil attendus ; elle est écartée.")
        case _other:
            return word(Reason(reason))


def word_checks(task: Task, *, with_cells: bool) -> list[str]:
    """How the hospital's answer was checked, in sentences; none from a node that told nothing of it."""
    if not task.evidence:
        return []
    return word_evidence(Evidence.model_validate_json(task.evidence), with_cells=with_cells)


def _describe_release(visible: Visible) -> dict[str, Any] | None:
    if visible.standing is None:
        return None
    return {"standing": visible.standing.value, "sentence": visible.sentence}


def _word_spent(task: Task, *, question: Question, settings: HubSettings) -> dict[str, str]:
    """A spent budget comes with whom to call: nobody is left before a closed door."""
    if task.reason != Reason.BUDGET_SPENT:
        return {}
    contact = find_contact(question, signers=settings.committee_signers)
    return {"sentence": word(Reason.BUDGET_SPENT) + " " + _("Contact : {contact}.").format(contact=contact)}


def _describe_site(
    task: Task, *, names: Mapping[str, str], question: Question, visible: Visible
) -> dict[str, Any]:
    alone = task.state == TaskState.ANSWERED and task.shown_alone and visible.is_shown
    content = read_content(task, question=question, masks=visible.masks) if alone else None
    reason = _find_reason(task, question=question, content=content, visible=visible)
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
        # How many cells a hospital shows says something of it: told where the cells themselves are.
        "checks": word_checks(task, with_cells=content is not None and not visible.masks),
    }


def _find_reason(
    task: Task, *, question: Question, content: Mapping[str, Any] | None, visible: Visible
) -> str:
    if task.state != TaskState.ANSWERED or content is not None:
        return task.reason
    if question.is_masked:
        return IN_TOTAL
    return TOTAL_ONLY if visible.is_shown else AWAITING_RELEASE
