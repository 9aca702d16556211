"""The form of an analysis, made from the parameters that it declares; its words name the fields."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from pydantic import ValidationError

from maillage.analysis.base import Words
from maillage.analysis.errors import ParametersError
from maillage.analysis.registry import find_spec, load_words, read_parameters
from maillage.base.canon import CanonError, read_json
from maillage.base.i18n import _, say
from maillage.hub.portal.results.filling import Slot, find_slot, write_json

_MAX_JSON_BYTES = 100_000


class Kind(StrEnum):
    """What a field takes. What the form has no better way to ask is asked as JSON."""

    SWITCH = "switch"
    WHOLE = "whole"
    REAL = "real"
    CHOICE = "choice"
    LIST = "list"
    NUMBERS = "numbers"
    TEXT = "text"
    JSON = "json"


@dataclass(frozen=True)
class Choice:
    """One value of several, in words."""

    value: str
    label: str


@dataclass(frozen=True)
class Field:
    """One parameter as it is asked, with what was typed.

    `slot` says what a term becomes in it, where terms can fill it.
    """

    name: str
    kind: Kind
    label: str
    hint: str
    value: str
    is_required: bool
    choices: tuple[Choice, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    example: str = ""
    """What may be typed, of a field whose form nobody guesses."""
    slot: Slot | None = None


def list_fields(analysis_id: str, *, filled: Mapping[str, str] | None = None) -> list[Field]:
    """The fields of an analysis, holding their defaults or what was typed."""
    spec, words = find_spec(analysis_id), load_words(analysis_id)
    schema = spec.parameters.model_json_schema()
    needed = schema.get("required", ())
    fields = [
        _make_field(
            name, _resolve(shape, schema=schema), words=words, is_required=name in needed, filled=filled
        )
        for name, shape in schema.get("properties", {}).items()
    ]
    return [_add_example(field, spec.example.get(field.name)) for field in fields]


def _add_example(field: Field, example: object) -> Field:
    if field.kind is not Kind.JSON or example is None:
        return field
    return replace(field, example=json.dumps(example, ensure_ascii=False))


def read_fields(analysis_id: str, *, filled: Mapping[str, str]) -> dict[str, Any]:
    """The parameters that a filled form means, checked. Raises ParametersError."""
    fields = list_fields(analysis_id, filled=filled)
    document = {field.name: _read(field) for field in fields if _is_told(field, filled=filled)}
    try:
        read_parameters(find_spec(analysis_id), document)
    except ParametersError as error:
        raise _name_fields(error, fields=fields) from error
    return document


def _name_fields(error: ParametersError, *, fields: Sequence[Field]) -> ParametersError:
    """The same error, with the fields to look at as the form calls them."""
    cause = error.__cause__
    places = (
        cause.errors(include_url=False, include_input=False) if isinstance(cause, ValidationError) else ()
    )
    wrong = {place["loc"][0] for place in places if place["loc"]}
    labels = [_("« {label} »").format(label=field.label) for field in fields if field.name in wrong]
    what = _("À revoir : {fields}.").format(fields=", ".join(labels)) if labels else error.what
    return ParametersError(what, why=error.why)


def _resolve(shape: Mapping[str, Any], *, schema: Mapping[str, Any]) -> dict[str, Any]:
    """A property with its references followed, and without the null of an optional one."""
    found = dict(shape)
    if "$ref" in found:
        found = {**schema["$defs"][found.pop("$ref").rsplit("/", 1)[-1]], **found}
    told = [each for each in found.get("anyOf", ()) if each.get("type") != "null"]
    if "$ref" in found.get("items", {}):
        found["items"] = _resolve(found["items"], schema=schema)
    if len(told) == 1:
        found = {**_resolve(told[0], schema=schema), **{k: v for k, v in found.items() if k != "anyOf"}}
    return found


def _make_field(
    name: str,
    shape: Mapping[str, Any],
    *,
    words: Words,
    is_required: bool,
    filled: Mapping[str, str] | None,
) -> Field:
    kind = _kind_of(shape)
    typed = _write(shape.get("default"), kind=kind) if filled is None else filled.get(name, "")
    return Field(
        name,
        kind,
        label=say(words.labels[name]) if name in words.labels else name,
        hint=say(words.hints[name]) if name in words.hints else "",
        value=typed,
        is_required=is_required and kind is not Kind.SWITCH,
        choices=tuple(
            Choice(str(value), _name_choice(name, value, words=words)) for value in shape.get("enum", ())
        ),
        minimum=shape.get("minimum", shape.get("exclusiveMinimum")),
        maximum=shape.get("maximum", shape.get("exclusiveMaximum")),
        slot=find_slot(name, shape) if kind is Kind.JSON else None,
    )


def _kind_of(shape: Mapping[str, Any]) -> Kind:
    match shape:
        case {"enum": _values}:
            return Kind.CHOICE
        case {"type": "array", "items": {"type": "integer" | "number"}}:
            return Kind.NUMBERS
        case {"type": "array", "items": {"type": "string"}}:
            return Kind.LIST
        case {"type": "boolean"}:
            return Kind.SWITCH
        case {"type": "integer"}:
            return Kind.WHOLE
        case {"type": "number"}:
            return Kind.REAL
        case {"type": "string"}:
            return Kind.TEXT
        case _other:
            return Kind.JSON


def _name_choice(name: str, value: object, *, words: Words) -> str:
    told = words.labels.get(f"{name}={value}")
    return str(value) if told is None else say(told)


def _write(value: Any, *, kind: Kind) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "on" if value else ""
        case list() | tuple() if kind is not Kind.JSON:
            return ", ".join(map(str, value))
        case _document if kind is Kind.JSON:
            return write_json(value)
        case _other:
            return str(value)


def _is_told(field: Field, *, filled: Mapping[str, str]) -> bool:
    """Whether it says something: a list that somebody emptied is an empty one, not its default."""
    emptied = field.kind is Kind.LIST and field.name in filled and not field.is_required
    return bool(field.value.strip()) or field.kind is Kind.SWITCH or emptied


def _read(field: Field) -> Any:
    text = field.value.strip()
    try:
        match field.kind:
            case Kind.SWITCH:
                return text == "on"
            case Kind.WHOLE:
                return int(text)
            case Kind.REAL:
                return float(text.replace(",", "."))
            case Kind.LIST:
                return [part.strip() for part in text.split(",") if part.strip()]
            case Kind.NUMBERS:
                return [_read_number(part) for part in _split_numbers(text) if part.strip()]
            case Kind.JSON:
                return read_json(text, max_bytes=_MAX_JSON_BYTES)
            case Kind.CHOICE | Kind.TEXT:
                return text
    except (ValueError, CanonError) as error:
        raise ParametersError(
            _("« {value} » ne convient pas pour « {field} ».").format(value=text[:60], field=field.label),
            **_advise(field),
        ) from error


def _advise(field: Field) -> dict[str, str]:
    """What the field asks for, and how to come to it."""
    if field.slot is not None:
        return {
            "why": _(
                "Ce champ contient ce que devient un terme, écrit en JSON ; un nom seul n’y suffit pas."
            ),
            "remedy": _("Cherchez le terme en haut du formulaire : choisi, il remplit le champ."),
        }
    match field.kind:
        case Kind.WHOLE | Kind.REAL:
            return {"why": _("Il faut un nombre.")}
        case Kind.NUMBERS:
            return {"why": _("Il faut des nombres, séparés par des virgules ; ou par des « ; ».")}
        case _other:
            return {"remedy": _("Partez de l’exemple, sous le champ.")} if field.example else {}


def _split_numbers(text: str) -> list[str]:
    """By commas; or by semicolons, where a comma then begins the decimals."""
    return text.replace(",", ".").split(";") if ";" in text else text.split(",")


def _read_number(text: str) -> int | float:
    return float(text) if "." in text else int(text)
