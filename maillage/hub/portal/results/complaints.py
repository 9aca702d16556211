"""What does not fit in a form, in words: the validators of analyses speak English, to programs."""

import re
from collections.abc import Mapping, Sequence
from typing import Any

from pydantic import ValidationError

from maillage.analysis.base import Words
from maillage.base.i18n import _, mark, say

MOST = 4
"""Complaints told at once: the first ones mended, the others often go."""


def word_complaints(error: ValidationError, *, words: Words) -> str:
    """A sentence for each fault: the field as its label names it, the place in it, what is asked for."""
    faults = error.errors(include_url=False, include_input=False)
    told = dict.fromkeys(_word_fault(fault, words=words) for fault in faults)
    return " ".join(list(told)[:MOST])


def _word_fault(fault: Mapping[str, Any], *, words: Words) -> str:
    place = _name_place(fault["loc"], words=words)
    rule = _word_rule(fault)
    return f"{place} : {rule}" if place else rule[:1].upper() + rule[1:]


def _name_place(place: Sequence[str | int], *, words: Words) -> str:
    """« Mesure » (concepts), and which of a list, counted from 1."""
    if not place:
        return ""
    first, *rest = place
    label = say(words.labels[first]) if first in words.labels else str(first)
    inside = ", ".join(_("n° {rank}").format(rank=one + 1) if isinstance(one, int) else one for one in rest)
    return f"« {label} »" + (f" ({inside})" if inside else "")


def _word_rule(fault: Mapping[str, Any]) -> str:
    if fault["type"] == "value_error":
        return _word_own(str(fault["ctx"]["error"]))
    text = say(_RULES[fault["type"]]) if fault["type"] in _RULES else _("cela ne convient pas.")
    bounds = {name: fault.get("ctx", {}).get(name, "") for name in _BOUNDS}
    return text.format(**bounds)


def _word_own(message: str) -> str:
    """A sentence of our own validators; a number in it stays."""
    plain = re.sub(r"\d+", "{number}", message)
    number = next(iter(re.findall(r"\d+", message)), "")
    for known in (message, plain):
        if known in OWN:
            return say(OWN[known]).format(number=number)
    return _("cela ne convient pas.")


_BOUNDS = ("ge", "gt", "le", "lt", "min_length", "max_length", "expected", "expected_tags")

_RULES: Mapping[str, str] = {
    "missing": mark("il faut le remplir."),
    "extra_forbidden": mark("ce nom n’est pas attendu ici."),
    "tuple_type": mark("il faut une liste, entre crochets."),
    "list_type": mark("il faut une liste, entre crochets."),
    "dict_type": mark("il faut un objet, entre accolades."),
    "model_type": mark("il faut un objet, entre accolades."),
    "model_attributes_type": mark("il faut un objet, entre accolades."),
    "int_type": mark("il faut un nombre entier."),
    "int_from_float": mark("il faut un nombre entier."),
    "float_type": mark("il faut un nombre."),
    "finite_number": mark("il faut un nombre fini."),
    "string_type": mark("il faut un texte, entre guillemets."),
    "bool_type": mark("il faut true ou false."),
    "string_pattern_mismatch": mark(
        "ce nom ne convient pas ; pour une colonne : des minuscules sans accent, des chiffres et _."
    ),
    "string_too_long": mark("c’est plus long que {max_length} signes."),
    "string_too_short": mark("c’est plus court que {min_length} signes."),
    "too_short": mark("il en faut au moins {min_length}."),
    "too_long": mark("il en faut au plus {max_length}."),
    "greater_than": mark("il faut plus de {gt}."),
    "greater_than_equal": mark("il faut au moins {ge}."),
    "less_than": mark("il faut moins de {lt}."),
    "less_than_equal": mark("il faut au plus {le}."),
    "literal_error": mark("il faut l’un de : {expected}."),
    "union_tag_invalid": mark("« kind » doit être l’un de : {expected_tags}."),
    "union_tag_not_found": mark("« kind » manque : il dit ce que c’est."),
}
"""By the types of faults of the validating library."""

OWN: Mapping[str, str] = {
    "age groups begin at 0, and each edge is greater than the one before": mark(
        "les groupes d’âge commencent à 0, et chaque borne dépasse la précédente."
    ),
    "two groups have the same name": mark("deux groupes ont le même nom."),
    "two features have the same name": mark("deux caractéristiques ont le même nom."),
    "each edge is greater than the one before": mark("chaque borne dépasse la précédente."),
    "the same analysis is asked twice, with the same parameters": mark(
        "la même analyse est demandée deux fois."
    ),
    "the years go from the first to the last, {number} at most": mark(
        "les années vont de la première à la dernière, {number} au plus."
    ),
    "the event comes after the index: its window starts at day 1 or later": mark(
        "l’événement vient après l’entrée : sa fenêtre (window) commence au jour 1 (start) ou plus tard."
    ),
    "curves and strata are those of a factor: of levels, bands, or a yes or no": mark(
        "courbes et strates sont celles de groupes : donnez des bornes (bands) à ce nombre."
    ),
    "the grid has at most {number} points: a coarser grid_days": mark(
        "la grille a au plus {number} points : prenez des pas de plus de jours."
    ),
    "a model has at most {number} columns": mark("un modèle a au plus {number} colonnes."),
    "what is predicted is one number or one yes or no": mark(
        "ce que le modèle prédit est un nombre, ou un oui ou non."
    ),
    "a logistic model predicts a yes or no, the others a number": mark(
        "un modèle logistique prédit un oui ou non ; les autres, un nombre (use : count, ou une mesure)."
    ),
    "the window ends before it begins": mark("la fenêtre (window) finit avant de commencer."),
    "bands are cut points in rising order": mark("les bornes (bands) vont en croissant."),
    "the reference is none of the bands": mark("la référence n’est aucun des groupes."),
    "at_most is not above at_least": mark("at_most doit dépasser at_least."),
    "a year has levels or bands, and its reference is one of them": mark(
        "une année a des niveaux (levels) ou des bornes (bands), et sa référence en est un."
    ),
    "the years are in rising order": mark("les années vont en croissant."),
    "missing values are an indicator of a number, and a category of bands": mark(
        "les valeurs absentes sont un indicateur (indicator) d’un nombre, ou un groupe (category) de bornes."
    ),
}
"""By what the validators of analyses say, a number in it written `{number}`."""
