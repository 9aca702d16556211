"""A masked question's answer as its requester reads it: the total, who is in it, and no hospital's number."""

from collections.abc import Iterable
from typing import Any

from maillage.base.canon import read_json
from maillage.base.i18n import _, mark
from maillage.disclosure import Suppressed, Suppression, cell_to_json
from maillage.exchange.reasons import Reason, word
from maillage.hub.questions.models import MaskedSum, Question, Task
from maillage.hub.questions.states import SumState, TaskState

IN_TOTAL = "in_total"
"""The hospital's numbers are in the masked sum."""

_MAX_TOTAL_BYTES = 4_000_000
_SENTENCES = {
    SumState.GATHERING: mark("Somme masquée : chaque hôpital calcule."),
    SumState.MASKING: mark("Somme masquée : les hôpitaux remettent leurs nombres, sous masques."),
    SumState.SIGNING: mark("Somme masquée : les hôpitaux signent la liste de ceux qui y sont."),
    SumState.REVEALING: mark("Somme masquée : les hôpitaux lèvent les masques du total."),
    SumState.DONE: mark("Somme masquée : le hub a lu le total, et le nombre d’aucun hôpital."),
    SumState.FAILED: mark("Il n’y a pas de somme masquée."),
}


def describe_sum(question: Question) -> dict[str, str] | None:
    """Where the session stands, in words; None for a question that is not masked."""
    if not question.is_masked:
        return None
    session = MaskedSum.objects.only("state", "reason").get(question_id=question.id)
    state = SumState(session.state)
    sentence = word(Reason(session.reason)) if session.reason else _(_SENTENCES[state])
    return {"state": state.value, "sentence": sentence}


def combine_sum(question: Question, tasks: Iterable[Task]) -> dict[str, Any]:
    """The total once it is known and may be shown; until then a document without numbers."""
    session = MaskedSum.objects.get(question_id=question.id)
    left_out = [
        {"id": task.site, "why": Suppression.BELOW_FLOOR.value}
        for task in tasks
        if task.reason == Reason.SUM_HIDDEN
    ]
    if session.total and question.mixed:
        return read_json(session.total, max_bytes=_MAX_TOTAL_BYTES) | {"left_out": left_out}
    hidden = [
        {"id": task.site, "why": Suppression.TOO_FEW_SITES.value}
        for task in tasks
        if task.state == TaskState.ANSWERED
    ]
    return {
        "persons": cell_to_json(Suppressed(Suppression.TOO_FEW_SITES)),
        "contributing": [],
        "left_out": [*left_out, *hidden],
        "repeated": [],
        "steps": [],
        "years": [],
    }
