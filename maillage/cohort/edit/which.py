"""By which of a person's events the person enters: limits and « first ever » taken together."""

from maillage.base.i18n import _, mark
from maillage.cohort.edit.kinds import attribute_of
from maillage.cohort.edit.model import Control, Which
from maillage.cohort.expression import CohortExpression, Criterion, Limit

_WORDS = {
    Which.FIRST_EVER: mark("le tout premier événement de la personne, s’il remplit toutes les conditions"),
    Which.EARLIEST: mark("le premier événement d’entrée, s’il remplit tous les critères"),
    Which.FITTING: mark("le premier événement d’entrée qui remplit tous les critères"),
    Which.EVERY: mark("chaque événement d’entrée qui remplit tous les critères"),
    Which.OTHER: mark("un autre choix, dit ci-dessous"),
}


def which_words(which: Which) -> str:
    """The choice in a few words."""
    return _(_WORDS[which])


def read_which(expression: CohortExpression) -> Which:
    """The choice that the document says."""
    primary, criteria = expression.primary.limit, expression.primary.criteria
    qualified = Limit.ALL if expression.additional is None else expression.qualified_limit
    last = (primary, qualified, expression.expression_limit)
    if _are_first(criteria):
        settled = len(criteria) == 1 or (Limit.FIRST in last)
        return Which.FIRST_EVER if settled and Limit.LAST not in last else Which.OTHER
    match last:
        case Limit.FIRST, _, _:
            return Which.EARLIEST
        case Limit.ALL, Limit.ALL, Limit.FIRST:
            return Which.FITTING
        case Limit.ALL, Limit.ALL, Limit.ALL:
            return Which.EVERY
        case _:
            return Which.OTHER


def _are_first(criteria: tuple[Criterion, ...]) -> bool:
    """Whether each is the first of its kind; nobody dies twice."""
    flagged = [one for one in criteria if attribute_of(one.domain, Control.FIRST)]
    return bool(flagged) and all(one.has("First") for one in flagged)
