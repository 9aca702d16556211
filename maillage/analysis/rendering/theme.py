"""How every chart looks. Colours are the page's own variables; a printed document gets the light values."""

from collections.abc import Mapping
from typing import Any

from maillage.analysis.charting import INK, INK_SOFT, LINE, LINE_STRONG, SERIES

CONFIG: Mapping[str, Any] = {
    "background": None,
    "font": "sans-serif",
    "padding": 2,
    "view": {"stroke": None},
    "range": {"category": list(SERIES)},
    "axis": {
        "domainColor": LINE_STRONG,
        "gridColor": LINE,
        "tickColor": LINE_STRONG,
        "labelColor": INK_SOFT,
        "labelFontSize": 12,
        "titleColor": INK_SOFT,
        "titleFontSize": 12,
        "titleFontWeight": "normal",
        "titlePadding": 8,
    },
    "axisY": {"domain": False, "ticks": False, "labelPadding": 6},
    "header": {"labelColor": INK, "labelFontSize": 12, "titleColor": INK_SOFT, "titleFontWeight": "normal"},
    "legend": {
        "orient": "top",
        "labelColor": INK,
        "labelFontSize": 12,
        "titleColor": INK_SOFT,
        "titleFontWeight": "normal",
    },
    "bar": {"color": SERIES[0]},
    "line": {"color": SERIES[0], "strokeWidth": 2},
    "area": {"color": SERIES[0], "opacity": 0.2},
    "point": {"color": SERIES[0], "filled": True, "size": 40},
    "rule": {"color": INK_SOFT},
    "text": {"color": INK, "fontSize": 12},
    "scale": {"bandPaddingInner": 0.25, "bandPaddingOuter": 0.15},
}

PRINTED: Mapping[str, str] = {
    "--ink": "#14262b",
    "--ink-soft": "#4e6066",
    "--line": "#d5dddb",
    "--line-strong": "#7d8f91",
    "--surface": "#ffffff",
    "--chart-1": "#0b6670",
    "--chart-2": "#cd7a1f",
    "--chart-3": "#4b569f",
    "--chart-4": "#a8446b",
    "--chart-5": "#6f7f1f",
    "--chart-6": "#5b6d74",
}
"""What the variables are worth on paper: the light values of `maillage.css`, which a test compares."""
