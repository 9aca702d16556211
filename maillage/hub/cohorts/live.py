"""Count a draft while it is written: ask, cancel what is superseded, answer again without spending.

A live question is an ordinary one in all that hospitals and the budget see of it. The mark on it only keeps
it out of the list of what a person asked on purpose.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta

from maillage.base.i18n import _
from maillage.cohort import cohort_hash, parse_expression
from maillage.hub.boot import Hub
from maillage.hub.cohorts.find import Draft
from maillage.hub.cohorts.models import Cohort, CohortVersion, LiveQuestion
from maillage.hub.questions import ask as asking
from maillage.hub.questions.closing import cancel
from maillage.hub.questions.errors import QuestionClosedError
from maillage.hub.questions.models import Question, Task
from maillage.hub.questions.states import QuestionState, TaskState

FRESH = timedelta(minutes=15)
"""For how long the answer to the same cohort is shown again instead of being asked for."""

ANALYSIS = "count"
PYRAMID = "pyramid"
"""What tells the same cohort by age and sex."""


@dataclass(frozen=True)
class Counted:
    """The question whose answers say what the draft counts; `reused` when it was not asked for it now."""

    question: Question
    reused: bool


def count_draft(draft: Draft, *, by: str, hub: Hub) -> Counted:
    """Ask for the draft's count, or find the question that has asked it a moment ago.

    Raises what `ask` raises. Questions that the draft asked before, still open, are cancelled.
    """
    expression = parse_expression(draft.document)
    known = find_asked(cohort_hash(expression), permit=draft.cohort.permit, by=by, hub=hub)
    cancel_superseded(draft, but=known.id if known else "", by=by, hub=hub)
    if known is not None:
        return Counted(known, reused=True)
    question = asking.ask(
        _write(draft),
        by=by,
        hub=hub,
        note=lambda asked: LiveQuestion.objects.create(question=asked, cohort=draft.cohort),
    )
    return Counted(question, reused=False)


def run_draft(draft: Draft, *, by: str, hub: Hub) -> Question:
    """Ask the draft's count on purpose; versions that say the same cohort remember the question.

    Raises what `ask` raises.
    """
    cancel_superseded(draft, but="", by=by, hub=hub)
    return asking.ask(_write(draft), by=by, hub=hub, note=_note_run)


def ask_pyramid(draft: Draft, *, by: str, hub: Hub) -> Question:
    """The draft by age and sex: asked on purpose, unless it was a moment ago. Raises what `ask` raises."""
    known = find_pyramid(draft, by=by, hub=hub)
    return known or asking.ask(_write(draft, analysis=PYRAMID), by=by, hub=hub)


def find_pyramid(draft: Draft, *, by: str, hub: Hub) -> Question | None:
    """The last pyramid of the draft as it is now, under its permit, if it is fresh and did not fail."""
    hashed = cohort_hash(parse_expression(draft.document))
    return find_asked(hashed, permit=draft.cohort.permit, analysis=PYRAMID, by=by, hub=hub)


def find_asked(
    hash_of_cohort: str, *, permit: str, analysis: str = ANALYSIS, by: str, hub: Hub
) -> Question | None:
    """The last count of that cohort that they asked under the permit, if it is fresh and did not fail."""
    found = Question.objects.filter(
        requester=by,
        permit=permit,
        cohort_hash=hash_of_cohort,
        state__in=[QuestionState.OPEN.value, QuestionState.COMPLETE.value],
        asked_at__gt=hub.clock() - FRESH,
    ).order_by("-asked_at")
    return next((question for question in found[:10] if _is_useful(question, analysis=analysis)), None)


def find_before(cohort: Cohort, *, but: str) -> Question | None:
    """The last complete count that this cohort's draft asked, of what it was before."""
    found = Question.objects.filter(live__cohort_id=cohort.id, permit=cohort.permit).defer("cohort")
    return found.filter(state=QuestionState.COMPLETE.value).exclude(id=but).order_by("-asked_at").first()


def cancel_superseded(draft: Draft, *, but: str, by: str, hub: Hub) -> None:
    """Withdraw what this draft asked and nobody will read."""
    for question_id in _list_open(draft, but=but, by=by):
        # It may have been answered in the meantime.
        with suppress(QuestionClosedError):
            cancel(question_id, by=by, hub=hub)


def _write(draft: Draft, *, analysis: str = ANALYSIS) -> asking.Draft:
    return asking.Draft(
        title=draft.cohort.name or _("Cohorte en cours d’écriture"),
        analysis=analysis,
        parameters={},
        cohort=draft.document,
        sites=None,
        permit=draft.cohort.permit,
    )


def _note_run(question: Question) -> None:
    same = CohortVersion.objects.filter(by=question.requester, cohort_hash=question.cohort_hash)
    same.update(question=question)


def _list_open(draft: Draft, *, but: str, by: str) -> Iterable[str]:
    mine = Question.objects.filter(live__cohort_id=draft.cohort.id, requester=by)
    still = mine.filter(state=QuestionState.OPEN.value).exclude(id=but)
    return list(still.values_list("id", flat=True))


def _is_useful(question: Question, *, analysis: str) -> bool:
    """An answer with a hospital's failure in it is worth asking again."""
    is_same = question.analysis["id"] == analysis and not question.parameters
    failed = Task.objects.filter(question_id=question.id, state=TaskState.FAILED.value)
    return is_same and not failed.exists()
