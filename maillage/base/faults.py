"""What pydantic finds wrong, in words: its own messages are English, and people here read French."""

from collections.abc import Iterable, Mapping
from typing import Any

from maillage.base.french import format_figure
from maillage.base.i18n import _, mark, say

_FAULTS: Mapping[str, str] = {
    "bool_type": mark("vrai ou faux est attendu"),
    "dict_type": mark("un objet est attendu"),
    "extra_forbidden": mark("ce nom n’est pas connu ici"),
    "finite_number": mark("un nombre fini est attendu"),
    "float_type": mark("un nombre est attendu"),
    "greater_than": mark("doit être au-dessus de {gt}"),
    "greater_than_equal": mark("doit être au moins {ge}"),
    "int_from_float": mark("un nombre entier est attendu"),
    "int_type": mark("un nombre entier est attendu"),
    "less_than": mark("doit être au-dessous de {lt}"),
    "less_than_equal": mark("doit être au plus {le}"),
    "list_type": mark("une liste est attendue"),
    "literal_error": mark("doit être l’un de : {expected}"),
    "missing": mark("manque, et il en faut un"),
    "model_attributes_type": mark("un objet est attendu"),
    "model_type": mark("un objet est attendu"),
    "string_pattern_mismatch": mark("n’a pas la forme attendue ({pattern})"),
    "string_too_long": mark("est trop long : {max_length} caractères au plus"),
    "string_too_short": mark("est trop court : {min_length} caractères au moins"),
    "string_type": mark("un texte est attendu"),
    "too_long": mark("en a trop : {max_length} au plus"),
    "too_short": mark("n’en a pas assez : {min_length} au moins"),
    "tuple_type": mark("une liste est attendue"),
    "union_tag_invalid": mark("{discriminator} doit être l’un de : {expected_tags}"),
    "union_tag_not_found": mark("{discriminator} manque"),
}
"""By pydantic's own name of the fault; braces take its bounds, never the value."""

_ALTERNATIVES = ("expected", "expected_tags")


def word_faults(faults: Iterable[Mapping[str, Any]]) -> str:
    """The faults of a `ValidationError`: the place and the rule, never the value, which may be a secret."""
    return "; ".join(
        f"{'.'.join(str(part) for part in fault['loc']) or '(document)'}: {word_fault(fault)}"
        for fault in faults
    )


def word_fault(fault: Mapping[str, Any]) -> str:
    """One fault without its place, in the present language; one that is not known here in pydantic's."""
    bounds: Mapping[str, Any] = fault.get("ctx", {})
    if fault["type"] == "value_error" and "error" in bounds:
        return str(bounds["error"])
    if fault["type"] not in _FAULTS:
        return str(fault["msg"])
    told = {name: _write(name, value) for name, value in bounds.items()}
    return say(_FAULTS[fault["type"]]).format_map(told)


def _write(name: str, bound: object) -> str:
    if name in _ALTERNATIVES:
        # Pydantic joins the last two by an English word.
        return str(bound).replace(" or ", _(" ou "))
    return format_figure(bound) if isinstance(bound, float) else str(bound).strip("'")
