"""One field's value as the texts of its controls, and back. A control's name is what follows the field's.

Each widget has a writer and a reader that undo each other; `lens` keeps what was, where nothing was touched.
"""

import json
import re
from collections.abc import Callable, Mapping
from decimal import Decimal
from math import isfinite
from typing import Any

from maillage.base.canon import CanonError, read_json
from maillage.base.i18n import _
from maillage.hub.portal.fields.concepts import read_concepts, write_concepts
from maillage.hub.portal.fields.errors import UnfitError
from maillage.hub.portal.fields.shapes import ABSENT, Node, Widget
from maillage.hub.portal.fields.units import read_unit, write_unit
from maillage.hub.portal.fields.windows import read_days, read_window, write_days, write_window

Texts = Mapping[str, str]
"""What the controls of a field hold: `""` is the field itself, `.low` one of several."""

_MAX_JSON_BYTES = 100_000
_MOST_STEPS = 1_000
_MOST_DIGITS = 40


def write_leaf(node: Node, value: Any) -> dict[str, str]:
    """The texts of a value; of None, and of nothing, empty ones."""
    found = _WRITERS[node.widget](node, None if value is ABSENT else value)
    return {"": found} if isinstance(found, str) else found


def read_leaf(node: Node, texts: Texts) -> Any:
    """The value that texts mean; ABSENT for none. Raises UnfitError."""
    return _READERS[node.widget](node, {name: text.strip() for name, text in texts.items()})


def write_json(value: Any) -> str:
    """As a field shows it: a line a key, a list of numbers in one, letters as they are."""
    spread = json.dumps(value, ensure_ascii=False, indent=2)
    return re.sub(r"\[[\s\d.,-]+\]", lambda found: "[" + " ".join(found[0][1:-1].split()) + "]", spread)


def read_document(text: str) -> Any:
    """JSON that somebody typed. Raises UnfitError."""
    try:
        return read_json(text, max_bytes=_MAX_JSON_BYTES)
    except CanonError as error:
        raise UnfitError(_("Ce n’est pas du JSON : {why}").format(why=error)) from error


def _write_plain(_node: Node, value: Any) -> str:
    return "" if value is None else str(value)


def _read_text(_node: Node, texts: Texts) -> Any:
    return texts[""] or ABSENT


def _read_choice(node: Node, texts: Texts) -> Any:
    text = texts[""]
    if text and text not in node.choices:
        raise UnfitError(_("« {value} » n’est pas proposé.").format(value=text[:40]))
    return text or ABSENT


def _write_switch(_node: Node, value: Any) -> str:
    return "on" if value else ""


def _read_switch(_node: Node, texts: Texts) -> bool:
    return texts[""] == "on"


def _write_ticks(node: Node, value: Any) -> dict[str, str]:
    return {f".{choice}": "on" if choice in (value or ()) else "" for choice in node.choices}


def _read_ticks(node: Node, texts: Texts) -> list[str]:
    return [choice for choice in node.choices if texts.get(f".{choice}") == "on"]


def _read_whole(_node: Node, texts: Texts) -> Any:
    try:
        return int(texts[""]) if texts[""] else ABSENT
    except ValueError as error:
        raise UnfitError(_("Il faut un nombre entier.")) from error


def _write_real(_node: Node, value: Any) -> str:
    return "" if value is None else write_number(value)


def _read_real(_node: Node, texts: Texts) -> Any:
    return read_number(texts[""]) if texts[""] else ABSENT


def write_number(value: float) -> str:
    """As it is typed again: digits for digits, a whole number without decimals."""
    return str(value).removesuffix(".0")


def read_number(text: str) -> float:
    """A number with a comma or a point; whole where it is written so. Raises UnfitError."""
    plain = (
        text.replace("\u00a0", "").replace("\u202f", "").replace(" ", "").replace(",", ".").replace("−", "-")
    )
    try:
        if len(plain) > _MOST_DIGITS or not isfinite(float(plain)):
            raise ValueError
        return int(plain) if plain.lstrip("+-").isdecimal() else float(plain)
    except ValueError as error:
        raise UnfitError(_("Il faut un nombre, par exemple 3,5.")) from error


def _write_list(_node: Node, value: Any) -> str:
    return ", ".join(map(str, value or ()))


def _read_list(_node: Node, texts: Texts) -> list[str]:
    return [part.strip() for part in texts[""].split(",") if part.strip()]


def _write_numbers(_node: Node, value: Any) -> str:
    return " ; ".join(map(write_number, _as_list(value)))


def _read_numbers(_node: Node, texts: Texts) -> list[float]:
    """By semicolons; or by commas that are followed by a blank, or stand between whole numbers."""
    text = texts[""]
    parts = text.split(";") if ";" in text else text.split(",")
    try:
        return [read_number(part) for part in parts if part.strip()]
    except UnfitError as error:
        raise UnfitError(_("Il faut des nombres, séparés par des « ; ».")) from error


def _write_steps(node: Node, value: Any) -> dict[str, str]:
    numbers = _as_list(value)
    empty = {".low": "", ".high": "", ".step": "", "": ""}
    if len(numbers) < 2:
        return empty | {"": _write_numbers(node, numbers)}
    low, high = numbers[0], numbers[-1]
    # As it will be read: a step of more digits than a number holds does not lead to the end.
    step = float(Decimal(str(numbers[1])) - Decimal(str(low)))
    if _walk(low, high, Decimal(str(step))) == numbers:
        return empty | {".low": str(low), ".high": str(high), ".step": str(step).removesuffix(".0")}
    return empty | {"": _write_numbers(node, numbers)}


def _read_steps(node: Node, texts: Texts) -> Any:
    if texts.get(""):
        return _read_numbers(node, texts)
    given = [texts.get(name, "") for name in (".low", ".high", ".step")]
    if not any(given):
        return ABSENT
    if not all(given):
        raise UnfitError(_("Donnez les trois nombres : de, à, et le pas."))
    low, high, step = map(read_number, given)
    found = _walk(low, high, Decimal(str(step)))
    if len(found) < 2:
        raise UnfitError(_("« De » est au-dessous de « à », et le pas tient entre eux, mille fois au plus."))
    return found


def _walk(low: float, high: float, step: Decimal) -> list[float]:
    """From one number to the other, both included where the steps meet it; nothing beyond a thousand."""
    first, last = Decimal(str(low)), Decimal(str(high))
    if step <= 0 or (last - first) / step >= _MOST_STEPS:
        return []
    count = int((last - first) / step) + 1
    is_whole = all(isinstance(one, int) for one in (low, high)) and step == int(step)
    return [int(first + step * at) if is_whole else float(first + step * at) for at in range(count)]


def _as_list(value: Any) -> list[Any]:
    """A list, or the list of one value alone."""
    if value is None:
        return []
    return list(value) if isinstance(value, list | tuple) else [value]


def _write_document(_node: Node, value: Any) -> str:
    return "" if value is None else write_json(value)


def _read_document(_node: Node, texts: Texts) -> Any:
    return read_document(texts[""]) if texts[""] else ABSENT


_WRITERS: Mapping[Widget, Callable[[Node, Any], str | dict[str, str]]] = {
    Widget.SWITCH: _write_switch,
    Widget.WHOLE: _write_plain,
    Widget.REAL: _write_real,
    Widget.CHOICE: _write_plain,
    Widget.TICKS: _write_ticks,
    Widget.LIST: _write_list,
    Widget.NUMBERS: _write_numbers,
    Widget.TEXT: _write_plain,
    Widget.JSON: _write_document,
    Widget.DAYS: lambda _node, value: write_days(value),
    Widget.STEPS: _write_steps,
    Widget.UNIT: lambda _node, value: write_unit(value),
    Widget.WINDOW: lambda _node, value: write_window(value),
    Widget.CONCEPTS: lambda _node, value: write_concepts(value),
    Widget.IDS: lambda _node, value: " ".join(map(str, _as_list(value))),
}

_READERS: Mapping[Widget, Callable[[Node, Texts], Any]] = {
    Widget.SWITCH: _read_switch,
    Widget.WHOLE: _read_whole,
    Widget.REAL: _read_real,
    Widget.CHOICE: _read_choice,
    Widget.TICKS: _read_ticks,
    Widget.LIST: _read_list,
    Widget.NUMBERS: _read_numbers,
    Widget.TEXT: _read_text,
    Widget.JSON: _read_document,
    Widget.DAYS: lambda _node, texts: read_days(texts, ABSENT),
    Widget.STEPS: _read_steps,
    Widget.UNIT: lambda _node, texts: read_unit(texts[""]) if texts[""] else ABSENT,
    Widget.WINDOW: lambda _node, texts: read_window(texts),
    Widget.CONCEPTS: lambda _node, texts: read_concepts(texts[""]) or ABSENT,
    Widget.IDS: lambda _node, texts: [int(one) for one in texts[""].split() if one.isdecimal()] or ABSENT,
}
