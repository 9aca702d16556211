"""How a number, a date and a text are compared, in words."""

from collections.abc import Mapping
from types import MappingProxyType

from maillage.base.i18n import mark
from maillage.cohort.expression.values import Comparison, TextMatch

NUMBERS: Mapping[Comparison, str] = MappingProxyType(
    {
        Comparison.LT: mark("moins de {low}"),
        Comparison.LTE: mark("au plus {low}"),
        Comparison.EQ: mark("exactement {low}"),
        Comparison.NOT_EQ: mark("toute valeur sauf {low}"),
        Comparison.GT: mark("plus de {low}"),
        Comparison.GTE: mark("au moins {low}"),
        Comparison.BETWEEN: mark("de {low} à {high}, bornes comprises"),
        Comparison.NOT_BETWEEN: mark("moins de {low} ou plus de {high}"),
    }
)

DATES: Mapping[Comparison, str] = MappingProxyType(
    {
        Comparison.LT: mark("avant le {low}"),
        Comparison.LTE: mark("au plus tard le {low}"),
        Comparison.EQ: mark("le {low}"),
        Comparison.NOT_EQ: mark("tout autre jour que le {low}"),
        Comparison.GT: mark("après le {low}"),
        Comparison.GTE: mark("à partir du {low}"),
        Comparison.BETWEEN: mark("du {low} au {high}, ces deux jours compris"),
        Comparison.NOT_BETWEEN: mark("avant le {low} ou après le {high}"),
    }
)

TEXTS: Mapping[TextMatch, str] = MappingProxyType(
    {
        TextMatch.EQ: mark("le texte {text}"),
        TextMatch.NOT_EQ: mark("un autre texte que {text}"),
        TextMatch.STARTS_WITH: mark("un texte qui commence par {text}"),
        TextMatch.NOT_STARTS_WITH: mark("un texte qui ne commence pas par {text}"),
        TextMatch.ENDS_WITH: mark("un texte qui finit par {text}"),
        TextMatch.NOT_ENDS_WITH: mark("un texte qui ne finit pas par {text}"),
        TextMatch.CONTAINS: mark("un texte qui contient {text}"),
        TextMatch.NOT_CONTAINS: mark("un texte qui ne contient pas {text}"),
    }
)
