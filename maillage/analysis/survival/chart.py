"""What survival looks like: the curves with their intervals, the test, the terms of the Cox model."""

from collections.abc import Mapping
from typing import Any

from maillage.analysis.base import Asked, ChartSpec, ChartTable, Column
from maillage.analysis.charting import SCHEMA, SERIES
from maillage.analysis.regress.chart import draw_terms
from maillage.base.i18n import _

_NOTHING = Asked()


def charts(document: Mapping[str, Any], *, asked: Asked = _NOTHING) -> list[ChartSpec]:  # noqa: ARG001
    """The curves, then the model where there is one; nothing before there is a result."""
    figures = document["figures"]
    found = [_draw_curves(figures)] if figures.get("curves") else []
    if figures.get("model"):
        found += draw_terms(figures["model"], title=_("Modèle de Cox : logarithmes des rapports de risques"))
    return found


def _draw_curves(figures: Mapping[str, Any]) -> ChartSpec:
    rows = [
        {"group": curve["group"], **{key: point[key] for key in _KEYS}}
        for curve in figures["curves"]
        for point in curve["points"]
    ]
    starts = [
        {"group": curve["group"], "day": 0, "survival": 1.0, "low": 1.0, "high": 1.0}
        for curve in figures["curves"]
    ]
    columns = (
        Column("group", _("Groupe")),
        Column("day", _("Jour"), figures=True),
        Column("at_risk", _("À risque"), figures=True),
        Column("events", _("Événements"), figures=True),
        Column("censored", _("Sortis"), figures=True),
        Column("survival", _("Survie"), figures=True),
        Column("low", _("De"), figures=True),
        Column("high", _("À"), figures=True),
    )
    values = [*starts, *rows]
    return ChartSpec(
        _("Courbes de Kaplan–Meier"),
        {
            "$schema": SCHEMA,
            "data": {"values": values},
            "encoding": {
                "x": {"field": "day", "type": "quantitative", "title": _("Jours depuis l’index")},
                "color": {
                    "field": "group",
                    "type": "nominal",
                    "title": None,
                    "scale": {"range": list(SERIES)},
                },
            },
            "layer": [
                {
                    "mark": {"type": "area", "interpolate": "step-after", "opacity": 0.15},
                    "encoding": {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}},
                },
                {
                    "mark": {"type": "line", "interpolate": "step-after"},
                    "encoding": {
                        "y": {
                            "field": "survival",
                            "type": "quantitative",
                            "title": _("Part sans événement"),
                            "scale": {"domain": [0, 1]},
                        }
                    },
                },
            ],
        },
        ChartTable(columns, tuple(rows)),
        note=_word_test(figures.get("log_rank")),
    )


_KEYS = ("day", "at_risk", "events", "censored", "survival", "low", "high")


def _word_test(test: Mapping[str, Any] | None) -> str:
    if test is None:
        return ""
    return _("Log-rank : χ² = {statistic:.2f}, {degrees} degré(s) de liberté, p = {p:.3g}.").format(
        statistic=test["statistic"], degrees=test["degrees"], p=test["p_value"]
    )
