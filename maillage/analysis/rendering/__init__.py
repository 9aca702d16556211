"""Vega-Lite specifications in one theme: as SVG, drawn here without a browser, or whole for another program.

The hub draws its pages and documents with it, the client its notebooks; a page carries no charting script.
"""

from maillage.analysis.rendering.drawing import Drawing, draw
from maillage.analysis.rendering.engine import warm_up
from maillage.analysis.rendering.whole import Form, complete

__all__ = ["Drawing", "Form", "complete", "draw", "warm_up"]
