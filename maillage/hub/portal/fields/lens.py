"""A document of parameters as a form's fields, and back.

What was read before stays as it was, to the letter, in each field that nobody touched: so a form keeps what
it cannot show. Fields are named by the way to them: `covariates.2.window.place`.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from maillage.base.i18n import _
from maillage.hub.portal.fields.concepts import read_concepts
from maillage.hub.portal.fields.errors import UnfitError
from maillage.hub.portal.fields.leaves import read_leaf, write_leaf
from maillage.hub.portal.fields.shapes import ABSENT, Node, Widget

HERE = "~"
"""After the name of a card: that it is there. It holds the place in the list that it came from, or `new`."""
NEW, SAME = "new", "same"
_OF_BOXES = frozenset({Widget.SWITCH, Widget.TICKS})
"""What is not sent while it is off."""

Typed = Mapping[str, str]


def write(node: Node, value: Any, *, name: str = "", here: str = SAME) -> dict[str, str]:
    """The fields that show a value. `here` is told of its cards: that they are of the document that was; or
    nothing, of new ones.
    """
    match node.widget:
        case Widget.GROUP:
            return _write_fields(node.fields, value, name=name, here=here)
        case Widget.CARD:
            return _write_card(node, value, name=name, here=here)
        case Widget.CARDS:
            found: dict[str, str] = {}
            for place, one in enumerate(_list_of(node, value)):
                found |= _write_item(node.fields[0], one, name=f"{name}.{place}", here=here and str(place))
            return found
        case _leaf:
            shown = node.default if value is ABSENT else value
            return {f"{name}{part}": text for part, text in write_leaf(node, shown).items()}


def _write_item(node: Node, value: Any, *, name: str, here: str) -> dict[str, str]:
    inner = write(node, value, name=name, here=SAME if here else "")
    return {**inner, f"{name}.{HERE}": here or NEW}


def _write_card(node: Node, value: Any, *, name: str, here: str) -> dict[str, str]:
    if value is None or value is ABSENT:
        return {}
    kind = str(value.get("kind", "")) if node.kinds else ""
    inner = _write_fields(node.fields_of(kind), value, name=name, here=here)
    return inner | {f"{name}.{HERE}": here or NEW} | ({f"{name}.kind": kind} if kind else {})


def _write_fields(fields: tuple[Node, ...], value: Any, *, name: str, here: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for one in fields:
        inner = value.get(one.name, ABSENT) if isinstance(value, Mapping) else ABSENT
        found |= write(one, inner, name=join(name, one.name), here=here)
    return found


def join(name: str, inner: str) -> str:
    """The name of a field inside another."""
    return f"{name}.{inner}" if name else inner


def _list_of(node: Node, value: Any) -> list[Any]:
    """The items of a list, or the one that stands for a list of one."""
    found = node.default if value is ABSENT else value
    if found is None or found is ABSENT:
        return []
    return list(found) if isinstance(found, list | tuple) else [found]


def list_places(typed: Typed, *, name: str) -> list[int]:
    """Which items of a list are there, in their order."""
    start, end = f"{name}.", f".{HERE}"
    places = (key[len(start) : -len(end)] for key in typed if key.startswith(start) and key.endswith(end))
    return sorted(int(place) for place in places if place.isdecimal())


@dataclass
class Reader:
    """Reads the fields of one form; `errors` gathers, by field, what is wrong."""

    typed: Typed
    errors: dict[str, str] = field(default_factory=dict[str, str])

    def read(self, node: Node, was: Any, *, name: str = "") -> Any:
        """The value of a field, ABSENT for none. What was not touched is what it was."""
        match node.widget:
            case Widget.GROUP:
                found = self._read_group(node, was, name)
            case Widget.CARD:
                found = self._read_card(node, was, name)
            case Widget.CARDS:
                found = self._read_cards(node, was, name)
            case _leaf:
                found = self._read_leaf(node, was, name)
        if found is ABSENT and was is None:
            return None
        return found

    def _read_leaf(self, node: Node, was: Any, name: str) -> Any:
        shown = write(node, was, name=name)
        given = shown | {one: self.typed[one] for one in shown if one in self.typed}
        if node.widget in _OF_BOXES:
            given = {one: self.typed.get(one, "") for one in shown}
        if given == shown and not (was is ABSENT and node.is_required):
            return was
        try:
            found = _keep(node, read_leaf(node, {one[len(name) :]: text for one, text in given.items()}), was)
        except UnfitError as error:
            self.errors[name] = str(error)
            return ABSENT
        if found is ABSENT and node.is_required:
            self.errors[name] = _("Ce champ est attendu.")
        return found

    def _read_group(self, node: Node, was: Any, name: str) -> Any:
        held = _as_document(was)
        if not node.is_required and name and not self._is_begun(node, held, name):
            return ABSENT
        found = self._read_fields(node.fields, held, name)
        return found if found or found == was or node.is_required or not name else ABSENT

    def _is_begun(self, node: Node, was: Mapping[str, Any], name: str) -> bool:
        """Whether an optional group has something of what it needs; one that needs nothing always has."""
        needed = [one for one in node.fields if one.is_required]
        begun = Reader(self.typed)
        found = (begun.read(one, was.get(one.name, ABSENT), name=join(name, one.name)) for one in needed)
        return not needed or any(one is not ABSENT for one in found)

    def _read_fields(self, fields: tuple[Node, ...], was: Mapping[str, Any], name: str) -> dict[str, Any]:
        found = dict(was)
        for one in fields:
            value = self.read(one, was.get(one.name, ABSENT), name=join(name, one.name))
            if value is ABSENT:
                found.pop(one.name, None)
            else:
                found[one.name] = value
        return found

    def _read_card(self, node: Node, was: Any, name: str) -> Any:
        here = self.typed.get(f"{name}.{HERE}")
        if here is None:
            if node.is_required:
                self.errors[name] = _("Choisissez un terme.")
            return ABSENT
        held = {} if here == NEW else _as_document(was)
        kind = self.typed.get(f"{name}.kind", "") if node.kinds else ""
        if node.kinds and kind not in node.kinds:
            self.errors[name] = _("Choisissez un terme.")
            return ABSENT
        held = held if held.get("kind", kind) == kind or not kind else {}
        found = self._read_fields(node.fields_of(kind), held, name)
        return found | ({"kind": kind} if kind else {})

    def _read_cards(self, node: Node, was: Any, name: str) -> Any:
        before = _list_of(node, was)
        places = list_places(self.typed, name=name)
        found = [self._read_item(node.fields[0], before, f"{name}.{at}") for at in places]
        return was if found == before else found

    def _read_item(self, node: Node, before: list[Any], name: str) -> Any:
        here = self.typed.get(f"{name}.{HERE}", "")
        place = int(here) if here.isdecimal() and int(here[:6]) < len(before) else -1
        return self.read(node, before[place] if place >= 0 else ABSENT, name=name)


def _as_document(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _keep(node: Node, found: Any, was: Any) -> Any:
    """A concept set that was changed, with what ATLAS had written of its concepts."""
    if node.widget is not Widget.CONCEPTS or found is ABSENT or not isinstance(was, Mapping):
        return found
    return read_concepts(write_leaf(node, found)[""], was=was)


def list_names(node: Node, typed: Typed, *, name: str = "") -> Iterator[tuple[str, Node]]:
    """Every field of the form as it is filled, cards among them, by its name."""
    yield name, node
    match node.widget:
        case Widget.GROUP:
            inner = [(join(name, one.name), one) for one in node.fields]
        case Widget.CARD if f"{name}.{HERE}" in typed:
            inner = [(join(name, one.name), one) for one in node.fields_of(typed.get(f"{name}.kind", ""))]
        case Widget.CARDS:
            inner = [(f"{name}.{place}", node.fields[0]) for place in list_places(typed, name=name)]
        case _leaf:
            inner = []
    for inner_name, one in inner:
        yield from list_names(one, typed, name=inner_name)
