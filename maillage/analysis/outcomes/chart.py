"""What outcomes look like: a funnel of the hospitals, and the same in a table."""

from collections.abc import Mapping, Sequence
from json import dumps
from math import exp, sqrt
from typing import Any

from maillage.analysis.base import Asked, ChartSpec
from maillage.analysis.charting import INK, INK_SOFT, LINE, LINE_STRONG, SCHEMA, SERIES
from maillage.analysis.outcomes.funnel import LIMITS
from maillage.analysis.tabular.drawing import as_rows, word_number
from maillage.base.i18n import _

_NOTHING = Asked()
_STEPS = 40
_HEIGHT, _LINE = 320, 16
"""Pixels: of a funnel of few hospitals, and from one name to the next."""


def charts(document: Mapping[str, Any], *, asked: Asked = _NOTHING) -> list[ChartSpec]:
    """The funnel where hospitals are shown alone; else the group's ratio, or why there is none."""
    figures = document.get("figures", {})
    hospitals = [_read(one, asked=asked) for one in figures.get("hospitals", ())]
    group = figures.get("group")
    rows = [_word(one) for one in hospitals]
    if group:
        rows.append(_word({"name": _("Groupe"), "persons": None, **group}))
    columns = {
        "name": _("Hôpital"),
        "persons": _("Personnes"),
        "observed": _("Observés"),
        "expected": _("Attendus"),
        "ratio": _("Observés / attendus"),
        "interval": _("Intervalle à 95 %"),
        "verdict": _("Écart"),
    }
    table = as_rows(rows, columns, figures=("persons", "observed", "expected", "ratio", "interval"))
    spec = _draw(hospitals, tau2=figures["tau2"]) if hospitals else None
    note = _(
        "Entre les courbes : ce que le hasard et la dispersion entre hôpitaux expliquent, à 95 et 99,8 %."
    )
    if not rows:
        note = _("Rien n’est montré : personne n’a, ou n’a pas, l’événement, ou trop peu de personnes.")
    told = note if spec or not rows else ""
    return [ChartSpec(_("Observés et attendus"), spec, table, note=told)] if document["contributing"] else []


def _read(one: Mapping[str, Any], *, asked: Asked) -> dict[str, Any]:
    return {**one, "name": asked.sites.get(one["id"], one["id"])}


def _word(one: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "name": one["name"],
        "persons": one["persons"],
        "observed": one["observed"],
        "expected": word_number(one["expected"], digits=1),
        "ratio": word_number(one["ratio"]),
        "interval": f"{word_number(one['low'])} – {word_number(one['high'])}",
        "verdict": _word_verdict(one),
    }


def _word_verdict(one: Mapping[str, Any]) -> str:
    if not one.get("adjusted_outlier"):
        return "–"
    return _("plus qu’attendu") if one["ratio"] > 1 else _("moins qu’attendu")


def _draw(hospitals: Sequence[Mapping[str, Any]], *, tau2: float) -> dict[str, Any]:
    """Ratios over expected numbers, between the limits of 95 % and 99.8 % with over-dispersion.

    Names stand on the right, an axis of their own: beside points that lie close they would hide one another.
    """
    curves = _trace_limits(hospitals, tau2=tau2)
    height = max(_HEIGHT, _LINE * (len(hospitals) + 1))
    ends = [*(one["limit"] for one in curves), *(one["ratio"] for one in hospitals)]
    low, high = min(ends), max(ends)
    places = spread_apart([one["ratio"] for one in hospitals], within=(low, high), gap=_LINE / height)
    x = {"field": "expected", "type": "quantitative", "title": _("Événements attendus")}
    y = {
        "field": "ratio",
        "type": "quantitative",
        "title": _("Observés / attendus"),
        "scale": {"domain": [low, high], "nice": False},
    }
    named = [
        {"name": one["name"], "expected": one["expected"], "ratio": one["ratio"], "place": place}
        for one, place in zip(hospitals, places, strict=True)
    ]
    drawn = [_draw_limits(curves, x=x, y=y), _draw_one(y), *_draw_hospitals(named, x=x, y=y)]
    return {
        "$schema": SCHEMA,
        "height": height,
        "layer": [{"layer": drawn}, _draw_names(named, y=y)],
        "resolve": {"scale": {"y": "independent"}},
    }


def spread_apart(numbers: Sequence[float], *, within: tuple[float, float], gap: float) -> list[float]:
    """Places as near to these numbers as can be, in their order, each `gap` of the range from the next.

    The range must have room for all of them.
    """
    low, high = within
    step = gap * (high - low)
    order = sorted(range(len(numbers)), key=lambda rank: numbers[rank])
    places = [0.0] * len(numbers)
    least = low
    for rank in order:
        places[rank] = max(numbers[rank], least)
        least = places[rank] + step
    most = high
    for rank in reversed(order):
        places[rank] = min(places[rank], most)
        most = places[rank] - step
    return places


def _draw_limits(
    curves: Sequence[Mapping[str, Any]], *, x: Mapping[str, Any], y: Mapping[str, Any]
) -> dict[str, Any]:
    return {
        "data": {"values": list(curves)},
        "mark": {"type": "line", "color": LINE_STRONG},
        "encoding": {"x": x, "y": {**y, "field": "limit"}, "detail": {"field": "side"}},
    }


def _draw_one(y: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "data": {"values": [{"one": 1}]},
        "mark": {"type": "rule", "color": INK_SOFT},
        "encoding": {"y": {**y, "field": "one"}},
    }


def _trace_limits(hospitals: Sequence[Mapping[str, Any]], *, tau2: float) -> list[dict[str, Any]]:
    """Points of the four curves, from half the smallest expected number to a little past the largest."""
    most = 1.1 * max(one["expected"] for one in hospitals)
    least = 0.5 * min(one["expected"] for one in hospitals)
    steps = [least + (most - least) * rank / _STEPS for rank in range(_STEPS + 1)]
    return [
        {"expected": step, "side": f"{z}{sign}", "limit": exp(sign * z * sqrt(1 / step + tau2))}
        for z in LIMITS
        for sign in (-1, 1)
        for step in steps
    ]


def _draw_hospitals(
    named: Sequence[Mapping[str, Any]], *, x: Mapping[str, Any], y: Mapping[str, Any]
) -> list[dict[str, Any]]:
    """A point each, and a thin line from it to its name."""
    edge = {"value": {"expr": "width"}}
    return [
        {
            "data": {"values": list(named)},
            "mark": {"type": "rule", "color": LINE, "strokeWidth": 1},
            "encoding": {"x": x, "x2": edge, "y": y, "y2": {"field": "place"}},
        },
        {
            "data": {"values": list(named)},
            "mark": {"type": "point", "filled": True, "size": 80, "color": SERIES[0]},
            "encoding": {"x": x, "y": y},
        },
    ]


def _draw_names(named: Sequence[Mapping[str, Any]], *, y: Mapping[str, Any]) -> dict[str, Any]:
    """An axis whose labels are names, at their places; nothing else is drawn."""
    names, places = [one["name"] for one in named], [one["place"] for one in named]
    axis = {
        "orient": "right",
        "title": None,
        "grid": False,
        "ticks": False,
        "domain": False,
        "values": places,
        "labelExpr": f"{dumps(names)}[indexof({dumps(places)}, datum.value)]",
        "labelColor": INK,
        "labelOverlap": False,
    }
    return {
        "data": {"values": list(named)},
        "mark": {"type": "point", "opacity": 0},
        "encoding": {"y": {**y, "field": "place", "title": None, "axis": axis}},
    }
