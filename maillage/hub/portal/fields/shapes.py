"""What a form asks, as a tree: made from the schema of an analysis's parameters and from its words."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum, StrEnum
from functools import cache
from typing import Any, Final

from maillage.analysis.asking import find_ask, is_fine
from maillage.analysis.base import Spec, Words
from maillage.analysis.registry import find_spec, load_words


class Absent(Enum):
    """What stands where a document has nothing."""

    ABSENT = "absent"


ABSENT: Final = Absent.ABSENT


class Widget(StrEnum):
    """How a field is asked. What the form has no better way to ask is asked as JSON."""

    SWITCH = "switch"
    WHOLE = "whole"
    REAL = "real"
    CHOICE = "choice"
    TICKS = "ticks"
    LIST = "list"
    NUMBERS = "numbers"
    TEXT = "text"
    JSON = "json"
    DAYS = "days"
    STEPS = "steps"
    UNIT = "unit"
    WINDOW = "window"
    CONCEPTS = "concepts"
    """A concept set, as ATLAS writes it."""
    IDS = "ids"
    """Concepts by their ids alone."""
    GROUP = "group"
    CARD = "card"
    """What a term or a button fills in: a variable, a group of events, a measure."""
    CARDS = "cards"


OF_TERMS = frozenset({Widget.CONCEPTS, Widget.IDS})
NUMBERS = frozenset({Widget.WHOLE, Widget.REAL, Widget.DAYS})


@dataclass(frozen=True)
class Node:
    """One field: its key in the document that holds it, its path without the places in lists.

    `fields` are those of a group, of a card without kinds, or the one that a list holds many of; `kinds`
    those of a card by its kind. `domains` are the kinds of terms that fill it. `is_nullable`: None may stand
    there.
    """

    name: str
    path: str
    widget: Widget
    is_required: bool = False
    is_fine: bool = False
    is_nullable: bool = False
    default: Any = ABSENT
    choices: tuple[str, ...] = ()
    minimum: float | None = None
    maximum: float | None = None
    fields: tuple["Node", ...] = ()
    kinds: Mapping[str, tuple["Node", ...]] = field(default_factory=dict[str, tuple["Node", ...]])
    domains: tuple[str, ...] = ()

    def fields_of(self, kind: str) -> tuple["Node", ...]:
        """Those of a card of this kind."""
        return self.kinds.get(kind, self.fields)


def find_card(group: Node) -> Node | None:
    """The card in a group, where a term that is chosen for the group goes."""
    return next((one for one in group.fields if one.widget is Widget.CARD), None)


def list_domains(node: Node) -> tuple[str, ...]:
    """The kinds that may be chosen for a card, for the cards of a list, or for the card in their groups."""
    inner = find_card(node.fields[0]) if node.widget is Widget.CARDS and not node.domains else node
    return () if inner is None else inner.domains


@cache
def find_form(analysis_id: str) -> Node:
    """The form of an installed analysis, a group."""
    return make_form(find_spec(analysis_id), words=load_words(analysis_id))


def make_form(spec: Spec, *, words: Words) -> Node:
    """The form of an analysis: a group of its parameters."""
    schema = spec.parameters.model_json_schema()
    return _Maker(schema, words).make_group("", schema, path="")


@dataclass(frozen=True)
class _Maker:
    """Reads one schema, whose definitions a field may name."""

    schema: Mapping[str, Any]
    words: Words

    def make_group(self, name: str, shape: Mapping[str, Any], *, path: str) -> Node:
        return Node(name, path, Widget.GROUP, fields=self._make_fields(shape, path=path))

    def _make_fields(self, shape: Mapping[str, Any], *, path: str) -> tuple[Node, ...]:
        needed = shape.get("required", ())
        return tuple(
            self._make(name, found, path=f"{path}.{name}".lstrip("."), is_required=name in needed)
            for name, found in shape.get("properties", {}).items()
            if name != "kind"
        )

    def _make(self, name: str, given: Mapping[str, Any], *, path: str, is_required: bool) -> Node:
        shape = self._resolve(given)
        widget = _choose_widget(shape, asked=find_ask(path, words=self.words))
        return Node(
            name,
            path,
            widget,
            is_required=is_required,
            is_fine=is_fine(path, words=self.words),
            is_nullable="null" in str(given.get("anyOf", "")),
            default=shape.get("default", ABSENT),
            choices=tuple(map(str, _list_choices(shape))),
            minimum=shape.get("minimum", shape.get("exclusiveMinimum")),
            maximum=shape.get("maximum", shape.get("exclusiveMaximum")),
            fields=self._make_inner(shape, widget=widget, path=path),
            kinds=self._make_kinds(shape, path=path),
            domains=_list_domains(shape, widget=widget),
        )

    def _make_inner(self, shape: Mapping[str, Any], *, widget: Widget, path: str) -> tuple[Node, ...]:
        match widget:
            case Widget.GROUP if "propertyNames" in shape:
                text = shape["additionalProperties"]
                names = shape["propertyNames"]["enum"]
                return tuple(self._make(one, text, path=f"{path}.{one}", is_required=False) for one in names)
            case Widget.GROUP | Widget.CARD:
                return self._make_fields(shape, path=path)
            case Widget.CARDS:
                return (self._make("", shape["items"], path=path, is_required=True),)
            case _:
                return ()

    def _make_kinds(self, shape: Mapping[str, Any], *, path: str) -> dict[str, tuple[Node, ...]]:
        mapping = shape.get("discriminator", {}).get("mapping", {})
        shapes = {kind: self._resolve({"$ref": at}) for kind, at in mapping.items()}
        return {kind: self._make_fields(one, path=path) for kind, one in shapes.items()}

    def _resolve(self, shape: Mapping[str, Any]) -> dict[str, Any]:
        """A property with its references followed, and without the null of an optional one."""
        found = dict(shape)
        if "$ref" in found:
            found = {**self.schema["$defs"][found.pop("$ref").rsplit("/", 1)[-1]], **found}
        told = [each for each in found.get("anyOf", ()) if each.get("type") != "null"]
        if len(told) == 1:
            found = {**self._resolve(told[0]), **{k: v for k, v in found.items() if k != "anyOf"}}
        if "$ref" in found.get("items", {}):
            found["items"] = self._resolve(found["items"])
        return found


def _list_choices(shape: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(shape.get("enum", shape.get("items", {}).get("enum", ())))


def _list_domains(shape: Mapping[str, Any], *, widget: Widget) -> tuple[str, ...]:
    """The kinds of terms that fill a card, or the cards of a list."""
    found = shape.get("items", {}) if widget is Widget.CARDS else shape
    mapping = found.get("discriminator", {}).get("mapping", {})
    properties = found.get("properties", {})
    if mapping:
        return tuple(mapping)
    if "domain" in properties:
        return tuple(properties["domain"]["enum"])
    return ("measurement",) if "concepts" in properties else ()


def _choose_widget(shape: Mapping[str, Any], *, asked: str | None) -> Widget:
    match shape:
        case {"type": "integer"} | {"type": "array"} if asked is not None:
            return Widget(asked)
        case {"discriminator": _kinds}:
            return Widget.CARD
        case {"enum": _values}:
            return Widget.CHOICE
        case {"type": "object"}:
            return _choose_of_object(shape)
        case {"type": "array", "items": items}:
            return _choose_of_list(shape, items)
        case _other:
            return _PLAIN.get(shape.get("type", ""), Widget.JSON)


_PLAIN: Mapping[str, Widget] = {
    "boolean": Widget.SWITCH,
    "integer": Widget.WHOLE,
    "number": Widget.REAL,
    "string": Widget.TEXT,
}


def _choose_of_object(shape: Mapping[str, Any]) -> Widget:
    match shape.get("properties", {}):
        case {"start": _start, "end": _end, **others} if not others:
            return Widget.WINDOW
        case {"items": _items, **others} if not others:
            return Widget.CONCEPTS
        case {"concepts": _concepts}:
            return Widget.CARD
        case properties:
            return Widget.GROUP if properties or "propertyNames" in shape else Widget.JSON


def _choose_of_list(shape: Mapping[str, Any], items: Mapping[str, Any]) -> Widget:
    match items:
        case {"enum": _values}:
            return Widget.TICKS
        case {"type": "integer"} if shape.get("title") == "Concepts":
            return Widget.IDS
        case {"type": "integer" | "number"}:
            return Widget.NUMBERS
        case {"type": "string"}:
            return Widget.LIST
        case {"discriminator": _found} | {"properties": _found}:
            return Widget.CARDS
        case _other:
            return Widget.JSON
