"""A masked question begins: its session, in the transaction that asks it."""

from maillage.disclosure.masking import LEAST_SURVIVORS
from maillage.hub.questions.models import MaskedSum, Question


def open_masked_sum(question: Question) -> None:
    """Hospitals have half of the question's life to offer their keys; it then goes on with those who did."""
    MaskedSum.objects.create(
        question=question,
        least=max(LEAST_SURVIVORS, question.minimum_sites),
        deadline=question.asked_at + (question.expires_at - question.asked_at) / 2,
    )
