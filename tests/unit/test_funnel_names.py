"""The names of a funnel can be read: none lies over another, however close the hospitals are."""

import re
from itertools import pairwise
from typing import Any

import pytest

from maillage.analysis.base import Asked
from maillage.analysis.outcomes.chart import charts, spread_apart
from maillage.analysis.rendering import Form, draw

NAMES = {f"h{rank}": f"Hôpital « {rank} » d'ici" for rank in range(20)}


def funnel(ratios: list[float], *, form: Form) -> str:
    hospitals: list[dict[str, Any]] = [
        {"id": f"h{rank}", "persons": 400, "observed": 40, "expected": 40 / ratio, "ratio": ratio}
        | {"low": 0.7, "high": 1.4, "adjusted_outlier": False}
        for rank, ratio in enumerate(ratios)
    ]
    figures = {"group": None, "tau2": 0.01, "hospitals": hospitals}
    document = {"persons": {"count": 400}, "contributing": ["h0"], "tables": [], "figures": figures}
    (chart,) = charts(document, asked=Asked(sites=NAMES))
    return draw(chart, form=form)


@pytest.mark.parametrize("form", [Form.WIDE, Form.NARROW])
@pytest.mark.parametrize(
    "ratios", [[1.0, 1.0, 1.0, 1.001], [0.95 + 0.005 * rank for rank in range(20)], [1.2]]
)
def test_no_name_lies_over_another(ratios: list[float], form: Form) -> None:
    drawn = funnel(ratios, form=form)
    found = re.findall(r"<text[^>]*translate\(([-\d.]+),([-\d.]+)\)[^>]*>Hôpital", drawn)
    assert len(found) == len(ratios)
    heights = sorted(float(y) for _x, y in found)
    assert all(after - before >= 14 for before, after in pairwise(heights))
    width = float(re.findall(r'<svg[^>]* width="([\d.]+)"', drawn)[0])
    assert width <= {Form.WIDE: 764, Form.NARROW: 314}[form], "names do not push the drawing off the page"


def test_places_keep_their_order_and_stay_near() -> None:
    places = spread_apart([0.9, 0.9, 2.0, 0.5], within=(0.5, 2.0), gap=0.1)
    assert places == pytest.approx([0.9, 1.05, 2.0, 0.5])
