"""What changed since the same question was last answered: numbers and programs, side by side."""

from collections.abc import Mapping
from typing import Any

from maillage.base.clock import format_instant
from maillage.hub.questions.document import describe_question
from maillage.hub.questions.models import Question
from maillage.hub.questions.provenance import describe_answers
from maillage.hub.questions.states import QuestionState
from maillage.hub.settings import HubSettings

_PROGRAM = ("software", "reference")


def find_former(question: Question) -> Question | None:
    """The same person's last complete question before this one, of one cohort, analysis and parameters."""
    asked = Question.objects.filter(
        requester=question.requester,
        cohort_hash=question.cohort_hash,
        state=QuestionState.COMPLETE.value,
        asked_at__lt=question.asked_at,
    )
    same = (
        row
        for row in asked.order_by("-asked_at").defer("cohort")
        if row.analysis["id"] == question.analysis["id"] and row.parameters == question.parameters
    )
    return next(same, None)


def compare_with(former: Question, *, question: Question, settings: HubSettings) -> dict[str, Any]:
    """Total and hospitals, before and now; a hospital's program where it changed.

    Only what each result shows: a number that is hidden in one of them is hidden here.
    """
    before, now = (describe_question(row, settings=settings) for row in (former, question))
    programs = [_read_programs(row) for row in (former, question)]
    return {
        "former": former.id,
        "asked_at": format_instant(former.asked_at),
        "same_permit": former.permit_hash == question.permit_hash,
        "permits": [former.permit, question.permit],
        "same_code": former.analysis["code"] == question.analysis["code"],
        "total": [before["combined"]["persons"], now["combined"]["persons"]],
        "sites": [
            _compare_site(site, before=_by_id(before).get(site["id"]), programs=programs)
            for site in now["sites"]
        ],
    }


def _compare_site(
    site: Mapping[str, Any], *, before: Mapping[str, Any] | None, programs: list[dict[str, dict[str, Any]]]
) -> dict[str, Any]:
    was, is_now = (program.get(site["id"], {}) for program in programs)
    return {
        "id": site["id"],
        "name": site["name"],
        "persons": [None if before is None else before["persons"], site["persons"]],
        "statuses": ["absent" if before is None else before["status"], site["status"]],
        "changed": {key: [was[key], is_now[key]] for key in _PROGRAM if was and was[key] != is_now.get(key)},
    }


def _by_id(document: Mapping[str, Any]) -> dict[str, Mapping[str, Any]]:
    return {site["id"]: site for site in document["sites"]}


def _read_programs(question: Question) -> dict[str, dict[str, Any]]:
    return {site["id"]: {key: site[key] for key in _PROGRAM} for site in describe_answers(question)}
