"""What is wrong with a mapping, and what is allowed there instead: its models say both."""

from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from itertools import zip_longest
from typing import Any

from pydantic_core import ErrorDetails

from maillage.base.i18n import _, mark, say
from maillage.warehouse.batches.tables.document import Document, Place, fault
from maillage.warehouse.batches.tables.mapping import Mapping as MappingModel
from maillage.warehouse.errors import MappingError

_RULES: Mapping[str, str] = {
    "string_type": mark("un texte"),
    "int_type": mark("un nombre entier"),
    "float_type": mark("un nombre"),
    "bool_type": mark("true ou false"),
    "list_type": mark("une liste, comme [a, b]"),
    "dict_type": mark("des clés et des valeurs"),
    "model_type": mark("des clés et des valeurs"),
    "model_attributes_type": mark("des clés et des valeurs"),
    "string_too_short": mark("un texte qui ne soit pas vide"),
    "string_too_long": mark("un texte plus court"),
    "too_short": mark("au moins un élément"),
    "too_long": mark("moins d’éléments"),
}
_PATTERNS: Mapping[str, str] = {
    "date_formats": mark("des formats faits de %d %m %Y %H %M %S %f %z et de - / . : T ou blancs"),
    "datetime_formats": mark("des formats faits de %d %m %Y %H %M %S %f %z et de - / . : T ou blancs"),
    "formats": mark("des formats faits de %d %m %Y %H %M %S %f %z et de - / . : T ou blancs"),
    "split": mark("de un à cinq signes qu’aucun code ne contient, comme « ; »"),
}


def describe_invalid(details: ErrorDetails, document: Document) -> MappingError:
    """The error of a mapping that its models refuse: its line, its key, what is allowed, the nearest name."""
    place = _place_of(details, document)
    allowed = _allowed(details["loc"])
    last = next((str(part) for part in reversed(details["loc"]) if isinstance(part, str)), "")
    key = next((str(part) for part in reversed(place) if isinstance(part, str)), last)
    why, names, wrong = _describe(details, key=key, last=last, allowed=allowed)
    if details["type"] == "union_tag_not_found":
        wrong = next(iter(_written(document, place)), "")
    remedy = suggest_name(wrong, names) if names else ""
    return fault(document.name, document.line_of(place), why, remedy=remedy)


def suggest_name(name: str, known: Sequence[str]) -> str:
    """What the person may have meant."""
    by_lower = {one.lower(): one for one in known}
    near = get_close_matches(name.lower(), by_lower, n=3)
    listed = [by_lower[one] for one in near] or list(known)[:40]
    return (_("Vouliez-vous dire : {names} ?") if near else _("Connus : {names}.")).format(
        names=", ".join(listed)
    )


def _describe(
    details: ErrorDetails, *, key: str, last: str, allowed: Sequence[str]
) -> tuple[str, Sequence[str], str]:
    """Why, the names that may stand there, and the one that does."""
    match details["type"]:
        case "missing":
            return _("Il manque la clé « {key} ».").format(key=last), (), ""
        case "extra_forbidden":
            return _("La clé « {key} » n’existe pas ici.").format(key=last[:60]), allowed, last
        case "union_tag_not_found":
            return _("Il faut l’une des clés {keys}.").format(keys=", ".join(allowed)), allowed, ""
        case "literal_error" | "enum":
            expected = str(details.get("ctx", {}).get("expected", "")).replace(" or ", ", ")
            return _("« {key} » peut être : {expected}.").format(key=key, expected=expected), (), ""
        case "value_error":
            return say(str(details.get("ctx", {}).get("error", ""))), (), ""
        case "string_pattern_mismatch" if key in _PATTERNS:
            return _("« {key} » veut {rule}.").format(key=key, rule=_(_PATTERNS[key])), (), ""
        case kind if kind in _RULES:
            return _("« {key} » veut {rule}.").format(key=key[:60], rule=_(_RULES[kind])), (), ""
        case _:
            return _("« {key} » : {rule}.").format(key=key[:60], rule=details["msg"]), (), ""


def _place_of(details: ErrorDetails, document: Document) -> Place:
    """Pydantic puts names of its own between the keys: they are passed over."""
    place: Place = ()
    for part, after in zip_longest(details["loc"], details["loc"][1:]):
        # The name of a kind of value, such as column, may be a key of that value too.
        is_kind = after is not None and (*place, after) in document.lines
        if (*place, part) in document.lines and not is_kind:
            place = (*place, part)
    return place


def _written(document: Document, place: Place) -> Iterator[str]:
    """The keys that the mapping has right under a place."""
    for other in document.lines:
        if len(other) == len(place) + 1 and other[:-1] == place and isinstance(other[-1], str):
            yield other[-1]


def _allowed(place: Sequence[str | int]) -> list[str]:
    """The keys that the models know around the last part of a place, or that tell which model is meant."""
    schema = MappingModel.model_json_schema()
    at: dict[str, Any] = schema
    parents: list[dict[str, Any]] = []
    for part in place:
        parents.append(at)
        at = _enter(at, part, schema)
    around = at if at.get("oneOf") or not parents else parents[-1]
    options = [_resolve(one, schema) for one in around.get("oneOf", ())]
    if options:
        return [str(next(iter(one["properties"]))) for one in options if "properties" in one]
    return list(around.get("properties", {}))


def _enter(at: dict[str, Any], part: str | int, schema: dict[str, Any]) -> dict[str, Any]:
    """The schema of what stands under a key or an index; of a tag, that of the model it names."""
    for one in at.get("oneOf", ()):
        model = _resolve(one, schema)
        if part in model.get("properties", {}):
            return model
    named: list[Any] = [*at.get("patternProperties", {}).values(), {}]
    return _resolve(at.get("properties", {}).get(part) or at.get("items") or named[0], schema)


def _resolve(one: dict[str, Any], schema: dict[str, Any]) -> dict[str, Any]:
    """Without references and without the choice of nothing."""
    for option in one.get("anyOf", ()):
        if option.get("type") != "null":
            return _resolve(option, schema)
    name = str(one.get("$ref", "")).rpartition("/")[2]
    return schema["$defs"][name] if name else one
