"""Shares of a whole in classes of one colour: for maps and for tables of shaded cells.

The classes are the same in every chart, so that two maps compare. They differ by opacity, for no colour lies
between two variables of the page. A hidden share is hatched, and one that nobody tells is empty.
"""

from collections.abc import Mapping, Sequence
from enum import Enum
from itertools import pairwise
from typing import Any, Final

from maillage.analysis.charting import HATCHING, INK, LINE_STRONG, SERIES, SURFACE
from maillage.base.i18n import _


class Untold(Enum):
    """Why there is no share: it exists and is hidden, or nothing says that it exists."""

    HIDDEN = "hidden"
    NOTHING = "nothing"


Share = float | Untold
"""From 0 to 1, or why there is none."""

OWN_LEGEND: Final = {"legend": dict.fromkeys(("fill", "fillOpacity", "color", "opacity"), "independent")}
"""The `resolve` of layers of which `draw_legend` is one."""

_BOUNDS: Final = (0.01, 0.05, 0.10, 0.25)
_OPACITIES: Final = (0.14, 0.32, 0.52, 0.75, 1.0)
_FROM_HERE_DARK: Final = 3


def word_class(share: Share) -> str:
    """The class of a share in words; a bound belongs to the class above it."""
    match share:
        case Untold.HIDDEN:
            return _("masqué")
        case Untold.NOTHING:
            return _("rien de montré")
        case _:
            return _word_classes()[_rank(share)]


def is_dark(share: Share) -> bool:
    """Whether words on this class are in the colour of the page, not in that of its ink."""
    return not isinstance(share, Untold) and _rank(share) >= _FROM_HERE_DARK


def shade() -> dict[str, Any]:
    """The colour of a datum by its `class`; `draw_legend` says what it means."""
    return {"fill": _scale(_list_fills(), legend=None), "fillOpacity": _scale(_list_opacities(), legend=None)}


def draw_legend(title: str) -> dict[str, Any]:
    """A layer that draws its legend alone: that of `shade` would have squares of one opacity."""
    legend = {
        "title": title,
        "columns": {"expr": "narrow ? 2 : 4"},
        "symbolSize": 180,
        "symbolStrokeWidth": 0.5,
        "symbolStrokeColor": LINE_STRONG,
    }
    return {
        "data": {"values": []},
        "mark": {"type": "square"},
        "encoding": {
            "color": _scale(_list_fills(), legend=legend),
            "opacity": _scale(_list_opacities(), legend=legend),
        },
    }


def draw_words(encoding: Mapping[str, Any], *, shown: str, mark: Mapping[str, Any]) -> list[dict[str, Any]]:
    """Layers of text over shaded places, where the expression `shown` holds; a datum says if it is `dark`."""
    return [
        {
            "transform": [{"filter": f"({shown}) && {test}"}],
            "mark": {"type": "text", "color": colour, **mark},
            "encoding": dict(encoding),
        }
        for test, colour in (("!datum.dark", INK), ("datum.dark", SURFACE))
    ]


def _rank(share: float) -> int:
    return sum(share >= bound for bound in _BOUNDS)


def _word_classes() -> list[str]:
    """From the lowest to the highest."""
    bounds = [f"{100 * bound:.0f}" for bound in _BOUNDS]
    between = pairwise(bounds)
    return [
        _("moins de {share} %").format(share=bounds[0]),
        *(_("{low} à {high} %").format(low=low, high=high) for low, high in between),
        _("au moins {share} %").format(share=bounds[-1]),
    ]


def _scale(values: Sequence[Any], *, legend: Mapping[str, Any] | None) -> dict[str, Any]:
    domain = [*reversed(_word_classes()), *map(word_class, Untold)]
    scale = {"type": "ordinal", "domain": domain, "range": list(values)}
    return {"field": "class", "type": "nominal", "scale": scale, "legend": legend}


def _list_fills() -> list[str]:
    return [*[SERIES[0]] * len(_OPACITIES), HATCHING, "transparent"]


def _list_opacities() -> list[float]:
    return [*reversed(_OPACITIES), 1, 1]
