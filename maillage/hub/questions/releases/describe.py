"""A result as the committee's checker sees it before its requester does."""

from typing import Any

from maillage.analysis.registry import load_withholding
from maillage.base.canon import read_json
from maillage.base.clock import format_instant
from maillage.base.i18n import _
from maillage.cohort import parse_expression
from maillage.cohort.explain import Explanation, as_text, explain_cohort
from maillage.disclosure import cell_to_json
from maillage.exchange.release import OPEN, Standing, word_outcome, word_standing
from maillage.hub.boot import Hub
from maillage.hub.questions.contents import combine
from maillage.hub.questions.document import word_checks
from maillage.hub.questions.models import MAX_COHORT_TEXT, Question, Release, Task
from maillage.hub.questions.releases.rows import find_release, list_open, list_words
from maillage.hub.questions.states import QuestionState


def list_waiting(*, hub: Hub) -> list[dict[str, Any]]:
    """A line for each result that waits, oldest first."""
    return [_describe_line(release, hub=hub) for release in list_open()]


def _describe_line(release: Release, *, hub: Hub) -> dict[str, Any]:
    question = release.question
    return {
        "question_id": question.id,
        "standing": release.standing,
        "standing_words": _word_standing(release, question=question),
        "checkers": release.checkers,
        "asked_at": format_instant(question.asked_at),
        "age_hours": round((hub.clock() - question.asked_at).total_seconds() / 3600, 1),
        "requester": question.requester,
        "permit": question.permit,
        "title": question.title,
    }


def _word_standing(release: Release, *, question: Question) -> str:
    if question.state == QuestionState.OPEN:
        return _("attend des hôpitaux")
    return word_standing(Standing(release.standing))


def describe_release(question_id: str, *, hub: Hub, masks: frozenset[str] = frozenset()) -> dict[str, Any]:
    """What would be shown, with `masks` hidden; the question, its checks at each hospital, what was said.

    Raises NoReleaseError.
    """
    release = find_release(question_id)
    question = release.question
    tasks = list(Task.objects.filter(question_id=question_id).order_by("site"))
    document = combine(question, tasks, settings=hub.settings, masks=masks)
    cells = load_withholding(question.analysis["id"]).list_combined(document, rules=question.rules)
    return _describe_line(release, hub=hub) | {
        "cohort": as_text(explain(question)),
        "cohort_hash": question.cohort_hash,
        "is_open": question.state != QuestionState.OPEN and release.standing in OPEN,
        "spoken": sorted(word.by for word in list_words(release, present=True)),
        "masks": sorted(masks),
        "contributing": document["contributing"],
        "cells": [
            {"name": cell.name, "words": cell.words, "cell": cell_to_json(cell.cell)} for cell in cells
        ],
        "checks": {
            task.site: word_checks(task, with_cells=task.shown_alone) for task in tasks if task.evidence
        },
        "words": [
            {
                "by": word.by,
                "outcome": word.outcome.value,
                "outcome_words": word_outcome(word.outcome),
                "masks": sorted(word.masks),
                "note": word.note,
            }
            for word in list_words(release)
        ],
    }


def explain(question: Question) -> Explanation:
    """What the question counts, in sentences."""
    return explain_cohort(parse_expression(read_json(question.cohort, max_bytes=MAX_COHORT_TEXT)))
