"""Vega-Lite specifications become SVG here, on the server, in one theme; pages carry no charting script."""

from maillage.hub.charts.drawing import Drawing, Form, draw
from maillage.hub.charts.engine import warm_up

__all__ = ["Drawing", "Form", "draw", "warm_up"]
