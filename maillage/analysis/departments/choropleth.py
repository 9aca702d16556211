"""A map of the departments in Vega-Lite, shaded by what share of a whole each of them makes.

Overseas departments and the neighbours of Paris stand in boxes beside, as the outlines have them.
"""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Any, Final

from maillage.analysis.charting import INK, LINE_STRONG, SCHEMA
from maillage.analysis.departments.outlines import Outline, load_outlines
from maillage.analysis.departments.thinning import thin
from maillage.analysis.shading import (
    OWN_LEGEND,
    Share,
    Untold,
    draw_legend,
    draw_words,
    is_dark,
    shade,
    word_class,
)

# Squares of the grid: a border that moves by less than a pixel or two is the same.
_THINNED: Final = 4.0
# A number stands in the departments that make so much of the whole.
_NUMBERED: Final = 0.05


def draw_departments(shares: Mapping[str, Share], *, framed: Collection[str], title: str) -> dict[str, Any]:
    """Every department once, in the class of its share; of one that is not among them nothing is shown.

    Those `framed` have a thick border. Raises ModuleNotFoundError without the outlines.
    """
    # What is drawn last has its whole border.
    outlines = sorted(load_thinned().values(), key=lambda outline: outline.code in framed)
    return {
        "$schema": SCHEMA,
        "data": {"values": [_describe(outline, shares, framed=framed) for outline in outlines]},
        "projection": {"type": "identity"},
        "layer": [_draw_shapes(), draw_legend(title), *_draw_numbers()],
        "resolve": OWN_LEGEND,
    }


@cache
def load_thinned() -> Mapping[str, Outline]:
    """The outlines with the points that a chart needs. Raises ModuleNotFoundError without them."""
    return thin(load_outlines(), least=_THINNED)


def _describe(outline: Outline, shares: Mapping[str, Share], *, framed: Collection[str]) -> dict[str, Any]:
    share = shares.get(outline.code, Untold.NOTHING)
    x, y = outline.middle
    return {
        "type": "Feature",
        "geometry": {"type": "MultiPolygon", "coordinates": [[[*ring, ring[0]]] for ring in outline.rings]},
        "code": outline.code,
        "class": word_class(share),
        "share": None if isinstance(share, Untold) else share,
        "framed": outline.code in framed,
        "numbered": not isinstance(share, Untold) and share >= _NUMBERED,
        "dark": is_dark(share),
        "x": x,
        "y": y,
    }


def _draw_shapes() -> dict[str, Any]:
    width = {"condition": {"test": "datum.framed", "value": 1.75}, "value": 0.5}
    stroke = {"condition": {"test": "datum.framed", "value": INK}, "value": LINE_STRONG}
    return {
        "mark": {"type": "geoshape", "strokeJoin": "round"},
        "encoding": {**shade(), "strokeWidth": width, "stroke": stroke},
    }


def _draw_numbers() -> list[dict[str, Any]]:
    places = {
        "longitude": {"field": "x", "type": "quantitative"},
        "latitude": {"field": "y", "type": "quantitative"},
        "text": {"field": "code"},
    }
    mark = {"fontSize": {"expr": "narrow ? 9 : 11"}}
    return draw_words(places, shown="datum.numbered", mark=mark)
