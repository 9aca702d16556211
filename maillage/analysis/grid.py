"""A table of shaded cells in Vega-Lite: lines down, columns across, a number in each."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from maillage.analysis.charting import LINE, SCHEMA
from maillage.analysis.shading import (
    OWN_LEGEND,
    Untold,
    draw_legend,
    draw_words,
    is_dark,
    shade,
    word_class,
)

# Pixels that a number of five digits takes.
_LEAST_CELL: Final = 36
_GAP: Final = 0.06


def draw_grid(places: Sequence[Mapping[str, Any]], *, title: str) -> dict[str, Any]:
    """Each place has its `line`, its `column`, a `share` that shades it and a `value` that is written in it.

    In a narrow drawing a line is named by its first word, and numbers that would not fit are left out.
    """
    columns = list(dict.fromkeys(place["column"] for place in places))
    axes = {"y": _name_lines(places), "x": _name_columns(columns)}
    written = {
        "fontSize": {"expr": "narrow ? 10 : 12"},
        "opacity": {"expr": f"bandwidth('x') < {_LEAST_CELL} ? 0 : 1"},
    }
    cells = {"mark": {"type": "rect", "stroke": LINE, "strokeWidth": 0.5}, "encoding": {**axes, **shade()}}
    text = {**axes, "text": {"field": "value", "format": ","}}
    return {
        "$schema": SCHEMA,
        "data": {"values": [_describe(place) for place in places]},
        "layer": [
            cells,
            draw_legend(title),
            *draw_words(text, shown="datum.value !== null", mark=written),
        ],
        "resolve": OWN_LEGEND,
        "height": {"step": 24},
    }


def _describe(place: Mapping[str, Any]) -> dict[str, Any]:
    share = place["share"]
    told = None if isinstance(share, Untold) else share
    return {**place, "share": told, "class": word_class(share), "dark": is_dark(share)}


def _name_lines(places: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    first = "narrow ? split(datum.label, ' ')[0] : datum.label"
    return {
        "field": "line",
        "type": "nominal",
        "scale": {"domain": list(dict.fromkeys(place["line"] for place in places)), "paddingInner": _GAP},
        "title": None,
        "axis": {"ticks": False, "domain": False, "labelPadding": 8, "labelExpr": first},
    }


def _name_columns(columns: Sequence[str]) -> dict[str, Any]:
    """Names lie askew above their columns; on the right there is room for the last."""
    axis = {"orient": "top", "labelAngle": -40, "ticks": False, "domain": False, "grid": False}
    limit = {"labelLimit": {"expr": "narrow ? 130 : 170"}}
    across = [0, {"expr": "width - (narrow ? 85 : 115)"}]
    return {
        "field": "column",
        "type": "nominal",
        "scale": {"domain": list(columns), "range": across, "paddingInner": _GAP},
        "title": None,
        "axis": axis | limit,
    }
