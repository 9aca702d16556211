"""Whether an answer is what a masked question takes: no cells, and the masks of its own session alone."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from maillage.analysis.errors import ContentError
from maillage.base.i18n import _
from maillage.exchange.result import Partial, Summed
from maillage.hub.questions.models import MaskedSum
from maillage.hub.questions.states import SumState


@dataclass(frozen=True)
class Expected:
    """What an answer must name: the list that all signed, and those who dropped out of it."""

    state: SumState
    survivors: frozenset[str]
    dropped: frozenset[str]


def find_expected(question_id: str) -> Expected:
    """What the question's session expects now."""
    session = MaskedSum.objects.only("state", "offers", "survivors").get(question_id=question_id)
    survivors = frozenset(session.survivors)
    return Expected(SumState(session.state), survivors, frozenset(session.offers) - survivors)


def check_summed(
    answer: Partial | Summed, *, expected: Expected | None, analysis: Mapping[str, Any], floor: int
) -> None:
    """Raises ContentError: cells where masks are asked, or masks of another list or in another state."""
    if expected is None or isinstance(answer, Partial):
        raise ContentError(_("La réponse n’est pas de la forme que l’autorisation demande."))
    named = (answer.site in expected.survivors, frozenset(answer.survivors), frozenset(answer.shared))
    if named != (True, expected.survivors, expected.dropped) or expected.state is not SumState.REVEALING:
        raise ContentError(_("La réponse lève d’autres masques que ceux de la somme."))
    if answer.analysis.model_dump() != analysis:
        raise ContentError(_("La réponse vient d’un autre programme que celui de la question."))
    if answer.floor < floor:
        raise ContentError(_("Le seuil de l’hôpital est inférieur à celui du réseau."))
