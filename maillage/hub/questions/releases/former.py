"""What a requester was shown before under the same permit, beside what waits: what subtraction would give."""

from typing import Any

from maillage.analysis.registry import load_withholding
from maillage.base.clock import format_instant
from maillage.disclosure import Count
from maillage.hub.boot import Hub
from maillage.hub.questions.contents import combine
from maillage.hub.questions.models import Question, Task
from maillage.hub.questions.releases.rows import find_visible

MOST = 20
"""How many former results a checker is shown, the last ones."""


def list_former(question_id: str, *, hub: Hub) -> list[dict[str, Any]]:
    """The requester's last results under that permit, newest first, with the difference of the totals.

    `difference` is None where one of the totals is no exact number; `is_small` says that it is under the
    network's floor and not zero. Those that were never shown say so, and tell no number.
    """
    question = Question.objects.get(id=question_id)
    present = _read_total(question, hub=hub)
    before = Question.objects.filter(
        requester=question.requester, permit=question.permit, asked_at__lt=question.asked_at
    )
    return [_compare(row, question, present, hub=hub) for row in before.order_by("-asked_at")[:MOST]]


def _compare(row: Question, question: Question, present: int | None, *, hub: Hub) -> dict[str, Any]:
    visible = find_visible(row.id)
    total = _read_total(row, hub=hub, masks=visible.masks) if visible.is_shown else None
    difference = None if total is None or present is None else present - total
    return {
        "id": row.id,
        "title": row.title,
        "asked_at": format_instant(row.asked_at),
        "is_shown": visible.is_shown,
        "total": total,
        "difference": difference,
        "is_small": difference is not None and 0 < abs(difference) < hub.settings.floor,
        "same_cohort": row.cohort_hash == question.cohort_hash,
        "participants": row.participants,
        "same_hospitals": row.participants == question.participants,
    }


def _read_total(question: Question, *, hub: Hub, masks: frozenset[str] = frozenset()) -> int | None:
    if question.is_masked:
        return None
    tasks = list(Task.objects.filter(question_id=question.id).order_by("site"))
    document = combine(question, tasks, settings=hub.settings, masks=masks)
    cells = load_withholding(question.analysis["id"]).list_combined(document, rules=question.rules)
    whole = next((cell.cell for cell in cells if cell.name == "persons"), None)
    return whole.value if isinstance(whole, Count) else None
