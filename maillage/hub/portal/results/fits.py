"""One's own logistic models, whose outcome and coefficients the form of `outcomes` may take."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from maillage.analysis.fitted_risk import refuse, standardise
from maillage.base.i18n import _
from maillage.hub.boot import Hub
from maillage.hub.portal.fields.filled import Filled, take_document
from maillage.hub.questions.document import combine_question, find_question
from maillage.hub.questions.models import Question
from maillage.hub.questions.states import QuestionState

_TAKES = frozenset({"outcomes"})
"""The analyses that have a risk model."""
_MOST_LOOKED_AT = 100


@dataclass(frozen=True)
class Fit:
    """A logistic model that ended, by its question."""

    id: str
    title: str
    asked_at: datetime


def list_fits(analysis_id: str, *, requester: str) -> Sequence[Fit]:
    """One's own, newest first, for an analysis that takes one; whether it was fitted is not looked at."""
    if analysis_id not in _TAKES:
        return ()
    mine = Question.objects.filter(requester=requester, state=QuestionState.COMPLETE.value)
    rows = mine.order_by("-asked_at").defer("cohort")[:_MOST_LOOKED_AT]
    return [
        Fit(row.id, row.title, row.asked_at)
        for row in rows
        if row.analysis["id"] == "regress" and row.parameters.get("family") == "binomial"
    ]


def take_fit(filled: Filled, question_id: str, *, requester: str, hub: Hub) -> Filled:
    """The form with that model's outcome, days and coefficients.

    Raises FittedRiskError for a model that cannot be taken, QuestionUnknownError for somebody else's.
    """
    question = find_question(question_id, requester=requester)
    figures = combine_question(question, settings=hub.settings)["figures"]
    if question.analysis["id"] != "regress" or not figures.get("fitted"):
        raise refuse(_("Il n’a pas été ajusté."))
    return take_document(filled, standardise(question.parameters, figures["terms"]))
