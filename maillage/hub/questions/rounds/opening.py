"""A question of several rounds begins: its exchange, in the transaction that asks it."""

from maillage.analysis.registry import find_spec
from maillage.hub.questions.models import Question, Rounds


def has_rounds(question: Question) -> bool:
    """Whether its analysis takes several; under masks none does."""
    return not question.is_masked and find_spec(question.analysis["id"]).rounds is not None


def open_rounds(question: Question) -> None:
    """Hospitals have half of the question's life to open; it then goes on with those who did."""
    Rounds.objects.create(
        question=question,
        asked_at=question.asked_at,
        deadline=question.asked_at + (question.expires_at - question.asked_at) / 2,
    )
