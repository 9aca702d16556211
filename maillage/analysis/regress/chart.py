"""What a model looks like: its coefficients with their intervals, drawn and as a table."""

from collections.abc import Mapping, Sequence
from typing import Any

from maillage.analysis.base import Asked, ChartSpec, ChartTable, Column
from maillage.analysis.charting import INK, LINE_STRONG, SCHEMA, SERIES
from maillage.analysis.regress.words import TROUBLES
from maillage.base.i18n import _

_NOTHING = Asked()


def charts(document: Mapping[str, Any], *, asked: Asked = _NOTHING) -> list[ChartSpec]:  # noqa: ARG001
    """The coefficients, or a sentence on why there are none; nothing before there is a result."""
    figures = document["figures"]
    return draw_terms(figures, title=_("Coefficients du modèle")) if figures else []


def draw_terms(figures: Mapping[str, Any], *, title: str) -> list[ChartSpec]:
    """One drawing and its table; without a fit, a table of nothing and the reason under it."""
    columns = (
        Column("name", _("Terme")),
        Column("estimate", _("Coefficient"), figures=True),
        Column("low", _("De"), figures=True),
        Column("high", _("À"), figures=True),
        Column("standard_error", _("Erreur type"), figures=True),
        Column("p_value", _("p"), figures=True),
    )
    rows = [{column.key: term[column.key] for column in columns} for term in figures["terms"]]
    note = word_trouble(figures.get("trouble"))
    # An intercept is far from the others, and about no covariate: in the table alone.
    drawn = [row for row, term in zip(rows, figures["terms"], strict=True) if not term.get("is_intercept")]
    spec = _draw(drawn) if drawn else None
    return [ChartSpec(title, spec, ChartTable(columns, tuple(rows)), note=note)]


def word_trouble(trouble: Mapping[str, Any] | None) -> str:
    """Why there is no model, in a sentence; empty where there is one."""
    if trouble is None:
        return ""
    return _(TROUBLES[trouble["code"]]).format(columns=", ".join(trouble["columns"]))


def _draw(rows: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    across = {"type": "quantitative", "title": _("Coefficient et intervalle à 95 %"), "scale": {"zero": True}}
    down = {"field": "name", "type": "nominal", "sort": None, "title": None}
    return {
        "$schema": SCHEMA,
        "data": {"values": list(rows)},
        "layer": [
            {"mark": {"type": "rule", "color": LINE_STRONG}, "encoding": {"x": {"datum": 0}}},
            {
                "mark": {"type": "rule", "color": INK},
                "encoding": {"y": down, "x": {"field": "low", **across}, "x2": {"field": "high"}},
            },
            {
                "mark": {"type": "point", "filled": True, "size": 60, "color": SERIES[0]},
                "encoding": {"y": down, "x": {"field": "estimate", **across}},
            },
        ],
    }
