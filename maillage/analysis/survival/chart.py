"""What survival looks like: the curves with their intervals, the test, the terms of the Cox model."""

from collections.abc import Mapping, Sequence
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
    curves = figures["curves"]
    rows = [
        {"group": curve["group"], **{key: point[key] for key in _KEYS}}
        for curve in curves
        for point in curve["points"]
    ]
    starts = [
        {"group": curve["group"], "day": 0, "survival": 1.0, "low": 1.0, "high": 1.0} for curve in curves
    ]
    return ChartSpec(
        _("Courbes de Kaplan–Meier"),
        _write_spec([*starts, *rows]),
        ChartTable(_list_columns(), tuple(rows)),
        note=_word_test(figures.get("log_rank")),
    )


def _list_columns() -> tuple[Column, ...]:
    return (
        Column("group", _("Groupe")),
        Column("day", _("Jour"), figures=True),
        Column("at_risk", _("À risque"), figures=True),
        Column("events", _("Événements"), figures=True),
        Column("censored", _("Sortis"), figures=True),
        Column("survival", _("Survie"), figures=True),
        Column("low", _("De"), figures=True),
        Column("high", _("À"), figures=True),
    )


def _write_spec(values: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """Steps that fall at each event, over the band of their interval; a colour a group."""
    color = {"field": "group", "type": "nominal", "title": None, "scale": {"range": list(SERIES)}}
    return {
        "$schema": SCHEMA,
        "data": {"values": values},
        "encoding": {
            "x": {"field": "day", "type": "quantitative", "title": _("Jours depuis l’index")},
            "color": color,
        },
        "layer": [_draw_band(), _draw_steps()],
    }


def _draw_band() -> dict[str, Any]:
    return {
        "mark": {"type": "area", "interpolate": "step-after", "opacity": 0.15},
        "encoding": {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}},
    }


def _draw_steps() -> dict[str, Any]:
    share = {
        "field": "survival",
        "type": "quantitative",
        "title": _("Part sans événement"),
        "scale": {"domain": [0, 1]},
    }
    return {"mark": {"type": "line", "interpolate": "step-after"}, "encoding": {"y": share}}


_KEYS = ("day", "at_risk", "events", "censored", "survival", "low", "high")


def _word_test(test: Mapping[str, Any] | None) -> str:
    if test is None:
        return ""
    return _("Log-rank : χ² = {statistic:.2f}, {degrees} degré(s) de liberté, p = {p:.3g}.").format(
        statistic=test["statistic"], degrees=test["degrees"], p=test["p_value"]
    )
