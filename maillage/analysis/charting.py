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
HATCHING = "url(#masque)"
"""The fill of a hidden cell; the hub defines the pattern in each drawing."""

_STUB = 14
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
    """A row for a drawing: its text and numbers as they are; of a cell `value`, `low`, `high`, `end`, `hidden`.

    `cell` is that cell's key; other cells of the row are left out. `end` is where the drawing of it ends.
    """
    low, high = spread(row[cell]) or (None, None)
    plain = {key: value for key, value in row.items() if not isinstance(value, Mapping)}
    value = drawn(row[cell])
    end = value if high is None else high
    return plain | {"value": value, "low": low, "high": high, "end": end, "hidden": value is None}


def upright_bars(
    rows: Sequence[Mapping[str, Any]],
    *,
    name: str,
    cell: str,
    heading: str,
    label: str,
    places: Sequence[str] | None = None,
) -> dict[str, Any]:
    """A bar a row, side by side: `name` is the key of what it stands for, `heading` its words.

    `label` says what the numbers count. `places` are the names in their order, those without a row too.
    """
    step = -(-len(rows) // _MOST_LABELS)
    across = {
        "field": name,
        "type": "ordinal",
        "scale": {"domain": list(places or [row[name] for row in rows])},
        "title": heading,
        "axis": {"labelAngle": 0, "labelOverlap": True, "labelSeparation": 4, "grid": False},
    }
    up = {"field": "value", "type": "quantitative", "title": label, "axis": {"tickCount": 4}}
    stub = {"y": {"value": {"expr": f"height - {_STUB}"}}, "y2": {"value": "height"}}
    return _layer(
        [drawable(row, cell=cell) | {"told": rank % step == 0} for rank, row in enumerate(rows)],
        shown={"x": across, "y": up},
        ranges={"x": across, "y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}},
        hidden={"x": across, **stub},
        text={"dy": -6, "baseline": "bottom"},
        ends="y",
    ) | {"height": 200}


def lying_bars(
    rows: Sequence[Mapping[str, Any]], *, name: str, cell: str, label: str, height: int = 30
) -> dict[str, Any]:
    """A bar a row, one under another, as for criteria or characteristics: room for long names."""
    down = {
        "field": name,
        "type": "nominal",
        "scale": {"domain": [row[name] for row in rows]},
        "title": None,
        "axis": {"labelLimit": 260, "ticks": False, "domain": False, "labelPadding": 10},
    }
    along = {
        "field": "value",
        "type": "quantitative",
        "title": label,
        "axis": {"tickCount": 4},
        "scale": {"zero": True},
    }
    stub = {"x": {"value": 0}, "x2": {"value": 3 * _STUB}}
    return _layer(
        [drawable(row, cell=cell) | {"told": True} for row in rows],
        shown={"y": down, "x": along},
        ranges={"y": down, "x": {"field": "low", "type": "quantitative"}, "x2": {"field": "high"}},
        hidden={"y": down, **stub},
        text={"dx": 6, "align": "left"},
        ends="x",
    ) | {"height": {"step": height}}


def _layer(
    rows: Sequence[Mapping[str, Any]],
    *,
    shown: Mapping[str, Any],
    ranges: Mapping[str, Any],
    hidden: Mapping[str, Any],
    text: Mapping[str, Any],
    ends: str,
) -> dict[str, Any]:
    about = "(datum.low === null ? '' : '≈ ') + format(datum.value, ',')"
    return {
        "$schema": SCHEMA,
        "data": {"values": list(rows)},
        "layer": [
            {"transform": [{"filter": "!datum.hidden"}], "mark": {"type": "bar"}, "encoding": shown},
            {
                "transform": [{"filter": "datum.low !== null"}],
                "mark": {"type": "rule", "color": INK, "strokeWidth": 1.5},
                "encoding": ranges,
            },
            {
                "transform": [{"filter": "datum.hidden"}],
                "mark": {"type": "bar", "fill": HATCHING, "stroke": LINE_STRONG, "strokeWidth": 0.75},
                "encoding": hidden,
            },
            {
                "transform": [
                    {"filter": "!datum.hidden && datum.told"},
                    {"calculate": about, "as": "words"},
                ],
                "mark": {"type": "text", **text},
                "encoding": {
                    **shown,
                    "text": {"field": "words"},
                    ends: {"field": "end", "type": "quantitative"},
                },
            },
        ],
    }


def hidden_note(cells: Sequence[Mapping[str, Any] | Cell | None]) -> str:
    """The sentence under a drawing some of whose cells are hidden; nothing when none is."""
    if all(drawn(cell) is not None for cell in cells):
        return ""
    return _("Une zone hachurée est un nombre masqué : il existe, sa hauteur ne dit rien de lui.")
