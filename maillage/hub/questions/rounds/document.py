"""The answer of a question of several rounds as its requester reads it, and where the rounds stand until
then.
"""

import json
from collections.abc import Sequence
from typing import Any

from maillage.analysis.base import Contribution
from maillage.analysis.registry import load_combine
from maillage.base.i18n import _, mark
from maillage.disclosure import Suppressed, Suppression, cell_to_json
from maillage.exchange.reasons import Reason, word
from maillage.hub.questions.models import Question, Rounds, Task
from maillage.hub.questions.rounds.opening import has_rounds
from maillage.hub.questions.states import QuestionState, RoundsState, TaskState

_SENTENCES = {
    RoundsState.GATHERING: mark("Chaque hôpital prépare ses lignes."),
    RoundsState.RUNNING: mark("Tour {number} : chaque hôpital donne ses sommes."),
    RoundsState.DONE: mark("Le calcul est terminé après {number} tours."),
    RoundsState.FAILED: mark("Le calcul par tours n’a pas abouti."),
}


def describe_rounds(question: Question) -> dict[str, Any] | None:
    """Where the exchange stands, in words; None for a question of one answer."""
    if not has_rounds(question):
        return None
    session = Rounds.objects.filter(question_id=question.id).only("state", "number", "reason").first()
    if session is None:
        return None
    state = RoundsState(session.state)
    sentence = word(Reason(session.reason)) if session.reason else _(_SENTENCES[state])
    return {
        "state": state.value,
        "number": session.number,
        "sentence": sentence.format(number=session.number),
    }


def combine_rounds(question: Question, tasks: Sequence[Task], *, floor: int) -> dict[str, Any]:
    """The result once the question is closed and its total may be shown; until then who takes part."""
    session = Rounds.objects.get(question_id=question.id)
    if session.result and question.state != QuestionState.OPEN:
        result: dict[str, Any] = json.loads(session.result)
        if _may_be_shown(result, question=question, tasks=tasks):
            return result
    shown = {
        task.site: Contribution(json.loads(task.content), shown_alone=True)
        for task in tasks
        if task.state == TaskState.ANSWERED and task.shown_alone
    }
    document = load_combine(question.analysis["id"])(shown, floor=floor, minimum_sites=1)
    others = [task.site for task in tasks if task.state == TaskState.ANSWERED and not task.shown_alone]
    why = Suppression.TOO_FEW_SITES.value
    document["left_out"] = [*document["left_out"], *({"id": site, "why": why} for site in others)]
    if not shown:
        document["persons"] = cell_to_json(Suppressed(Suppression.TOO_FEW_SITES))
    return document


def _may_be_shown(result: dict[str, Any], *, question: Question, tasks: Sequence[Task]) -> bool:
    """Hospitals that are only in a total show in it when there are enough, and no former total gives them
    away.
    """
    alone = {task.site for task in tasks if task.state == TaskState.ANSWERED and task.shown_alone}
    return set(result["contributing"]) <= alone or bool(question.mixed)


__all__ = ["combine_rounds", "describe_rounds", "has_rounds"]
