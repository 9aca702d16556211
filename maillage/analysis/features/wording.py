"""Columns and levels in words: those that the program names; a question's own names stay as written."""

from collections.abc import Mapping

from maillage.analysis.features.columns import MISSING
from maillage.base.i18n import _, mark, say

_LEVELS: Mapping[str, str] = {
    "female": mark("femmes"),
    "male": mark("hommes"),
    "all": mark("tous"),
    "yes": mark("oui"),
    "no": mark("non"),
    MISSING: mark("valeur manquante"),
}
_COLUMNS: Mapping[str, str] = {
    "(intercept)": mark("(constante)"),
    "age": mark("âge"),
    "sex": mark("sexe"),
    "year": mark("année"),
}


def word_level(level: str) -> str:
    """A level of a factor, for people."""
    return say(_LEVELS[level]) if level in _LEVELS else level


def word_column(name: str) -> str:
    """A column of a model, for people: `sex[male]` as `sexe : hommes`."""
    feature, bracket, level = name.removesuffix("]").partition("[")
    feature = say(_COLUMNS[feature]) if feature in _COLUMNS else feature
    if not bracket:
        return feature
    return _("{feature} : {level}").format(feature=feature, level=word_level(level))
