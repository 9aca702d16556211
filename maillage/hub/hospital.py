"""One hospital as the network sees it: its node, key and permits, and what it answered, held, refused."""

from typing import Any

from django.db.models import Count

from maillage.base.clock import format_instant
from maillage.exchange.reasons import Reason
from maillage.governance.group.errors import UnknownMemberError
from maillage.governance.group.models import Member
from maillage.governance.group.states import MemberState
from maillage.governance.permits.models import SiteWord
from maillage.hub.boot import Hub
from maillage.hub.network import count_tasks, describe_member
from maillage.hub.questions.document import word_reason
from maillage.hub.questions.models import Task
from maillage.hub.questions.states import TaskState


def describe_hospital(site: str, *, requester: str, hub: Hub) -> dict[str, Any]:
    """The hospital's document. `questions` are the requester's own to it. Raises UnknownMemberError."""
    member = Member.objects.exclude(state=MemberState.DEPARTED.value).filter(site=site).first()
    if member is None:
        raise UnknownMemberError(site)
    return describe_member(member, now=hub.clock()) | {
        "fingerprint": member.fingerprint,
        "registered_at": format_instant(member.registered_at),
        "clock_skew_s": member.clock_skew_s,
        "analyses": member.analyses,
        "anchor": member.anchor_sequence,
        "counts": count_tasks(hub=hub).get(site, {}),
        "reasons": _count_reasons(site),
        "permits": _list_permits(site),
        "questions": _list_questions(site, requester=requester),
    }


def _count_reasons(site: str) -> list[dict[str, Any]]:
    """Why it did not answer, the most frequent first."""
    silent = Task.objects.filter(site=site).exclude(reason="").exclude(state=TaskState.ANSWERED.value)
    silent = silent.exclude(reason=Reason.CANCELLED.value)
    rows = silent.values("reason").annotate(count=Count("id")).order_by("-count", "reason")
    return [{"sentence": word_reason(row["reason"]), "count": row["count"]} for row in rows]


def _list_permits(site: str) -> list[dict[str, Any]]:
    words = SiteWord.objects.filter(site=site).select_related("permit").order_by("-decided_at")
    return [
        {
            "permit_id": word.permit.permit_id,
            "decision": word.decision,
            "state": word.permit.state,
            "decided_at": format_instant(word.decided_at),
        }
        for word in words
    ]


def _list_questions(site: str, *, requester: str, limit: int = 10) -> list[dict[str, Any]]:
    mine = Task.objects.filter(site=site, question__requester=requester).select_related("question")
    rows = mine.defer("envelope", "answer", "content", "question__cohort").order_by("-question__asked_at")
    return [
        {
            "id": task.question_id,
            "title": task.question.title,
            "status": task.state,
            "asked_at": format_instant(task.question.asked_at),
        }
        for task in rows[:limit]
    ]
