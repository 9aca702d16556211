"""What the charts of analyses share: colours by role, the number to draw of a cell, bars.

Colours are names that the page, light or dark, and the printed document give a value to. A hidden cell is
hatched, at a size that means nothing, or written in words; it never stands at zero.
"""

from collections.abc import Mapping, Sequence
from typing import Any

from maillage.base.i18n import _
from maillage.disclosure.values import Band, Cell, Count, Noisy, Private, Suppressed, cell_from_json

SCHEMA = "https://vega.github.io/schema/vega-lite/v6.json"
INK = "var(--ink)"
INK_SOFT = "var(--ink-soft)"
LINE = "var(--line)"
LINE_STRONG = "var(--line-strong)"
SERIES = tuple(f"var(--chart-{rank})" for rank in range(1, 7))
"""Colours of series, in this order; more than six are told apart by small multiples, not by colour."""
SURFACE = "var(--surface)"
HATCHING = "url(#masque)"
"""The fill of a hidden cell; the hub defines the pattern in each drawing."""

_CROWN = 10
# What stands for a hidden number has a size in pixels, whatever the scale.
_STUBS: Mapping[str, Mapping[str, Any]] = {
    "y": {"y": {"value": {"expr": "height - 14"}}, "y2": {"value": "height"}},
    "x": {"x": {"value": 0}, "x2": {"value": 42}},
}
_WORDS = "datum.value === null ? '' : (datum.low === null ? '' : '≈ ') + format(datum.value, ',')"
_MOST_LABELS = 12


def drawn(cell: Mapping[str, Any] | Cell | None) -> int | None:
    """The number at which a cell is drawn: its own, exact or not, a band's middle; None for a hidden one."""
    match None if cell is None else cell_from_json(cell):
        case None | Suppressed():
            return None
        case Band(low, high):
            return (low + high) // 2
        case Count(value) | Noisy(value, _) | Private(value, _):
            return value


def spread(cell: Mapping[str, Any] | Cell | None) -> tuple[int, int] | None:
    """Between what an inexact cell's number lies; None for one that is exact or hidden."""
    match None if cell is None else cell_from_json(cell):
        case Band(low, high):
            return low, high
        case Noisy(value, deviation):
            return max(1, value - deviation), value + deviation
        case Private(value, _) as private:
            return max(0, value - private.margin), value + private.margin
        case _:
            return None


def drawable(row: Mapping[str, Any], *, cell: str) -> dict[str, Any]:
    """A row for a drawing: its text and numbers, and what is drawn of the cell under the key `cell`.

    `value`, `low`, `high`, where the drawing `end`s, whether it is `hidden`. Whether it is `partial`,
    a part of what it stands for, is for the caller to say. Other cells are left out.
    """
    low, high = spread(row[cell]) or (None, None)
    plain = {key: value for key, value in row.items() if not isinstance(value, Mapping)}
    value = drawn(row[cell])
    end = value if high is None else high
    hidden = value is None
    return plain | {"value": value, "low": low, "high": high, "end": end, "hidden": hidden, "partial": False}


def upright_bars(
    rows: Sequence[Mapping[str, Any]],
    *,
    name: str,
    cell: str,
    heading: str,
    label: str,
    partial: str = "",
) -> dict[str, Any]:
    """A bar a row, side by side: `name` is the key of what it stands for, `heading` its words.

    `label` says what the numbers count. `partial` is the key of whether a number is only a part of what it
    stands for: hatching crowns its bar.
    """
    step = -(-len(rows) // _MOST_LABELS)
    across = {
        "field": name,
        "type": "ordinal",
        "scale": {"domain": [row[name] for row in rows]},
        "title": heading,
        "axis": {"labelAngle": 0, "labelOverlap": True, "labelSeparation": 4, "grid": False},
    }
    up = {"field": "value", "type": "quantitative", "title": label, "axis": {"tickCount": 4}}
    drawable_rows = [
        drawable(row, cell=cell) | {"told": rank % step == 0, "partial": bool(row.get(partial))}
        for rank, row in enumerate(rows)
    ]
    text = {"dy": {"expr": f"datum.partial ? {-_CROWN - 4} : -6"}, "baseline": "bottom"}
    return _draw(drawable_rows, names={"x": across}, numbers={"y": up}, text=text) | {"height": 200}


def lying_bars(
    rows: Sequence[Mapping[str, Any]], *, name: str, cell: str, label: str, height: int = 30
) -> dict[str, Any]:
    """A bar a row, one under another, as for criteria or characteristics: room for long names."""
    down = {
        "field": name,
        "type": "nominal",
        "scale": {"domain": [row[name] for row in rows]},
        "title": None,
        "axis": {"ticks": False, "domain": False, "labelPadding": 10},
    }
    along = {
        "field": "value",
        "type": "quantitative",
        "title": label,
        "axis": {"tickCount": 4},
        # Room on the right for the number that stands at a bar's end.
        "scale": {"domain": [0, 1.15 * max([1, *(drawn(row[cell]) or 0 for row in rows)])], "nice": False},
    }
    drawable_rows = [drawable(row, cell=cell) | {"told": True} for row in rows]
    text = {"dx": 6, "align": "left"}
    return _draw(drawable_rows, names={"y": down}, numbers={"x": along}, text=text) | {
        "height": {"step": height}
    }


def _draw(
    rows: Sequence[Mapping[str, Any]],
    *,
    names: Mapping[str, Any],
    numbers: Mapping[str, Any],
    text: Mapping[str, Any],
) -> dict[str, Any]:
    """Bars, the ranges of inexact ones, hatching for what is hidden, the numbers in words."""
    (axis,) = numbers
    at_end = {axis: {**numbers[axis], "field": "end"}}
    between = {axis: {**numbers[axis], "field": "low"}, f"{axis}2": {"field": "high"}}
    rule = {"type": "rule", "color": INK, "strokeWidth": 1.5}
    hatched = {"type": "bar", "fill": HATCHING, "stroke": LINE_STRONG, "strokeWidth": 0.75}
    crown = {"type": "bar", "fill": HATCHING, "stroke": LINE_STRONG, f"{axis}2Offset": -_CROWN}
    return {
        "$schema": SCHEMA,
        "data": {"values": list(rows)},
        "layer": [
            _part("!datum.hidden", mark={"type": "bar"}, encoding={**names, **numbers}),
            _part("datum.low !== null", mark=rule, encoding={**names, **between}),
            _part("datum.hidden", mark=hatched, encoding={**names, **_STUBS[axis]}),
            _part(
                "datum.partial && !datum.hidden",
                mark=crown,
                encoding={**names, **at_end, f"{axis}2": {"field": "end"}},
            ),
            _part(
                "!datum.hidden && datum.told",
                mark={"type": "text", **text},
                encoding={**names, **at_end, "text": {"field": "words"}},
            ),
        ],
    }


def _part(shown: str, *, mark: Mapping[str, Any], encoding: Mapping[str, Any]) -> dict[str, Any]:
    """A layer of the rows for which the expression `shown` holds."""
    return {
        "transform": [{"filter": shown}, {"calculate": _WORDS, "as": "words"}],
        "mark": mark,
        "encoding": encoding,
    }


def hidden_note(cells: Sequence[Mapping[str, Any] | Cell | None]) -> str:
    """The sentence under a drawing some of whose cells are hidden; nothing when none is."""
    if all(drawn(cell) is not None for cell in cells):
        return ""
    return _("Une zone hachurée est un nombre masqué : il existe, et sa taille ne dit rien de lui.")
