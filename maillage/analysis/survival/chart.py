"""What survival looks like: the curves with their intervals and who is at risk, the test, the terms of the
Cox model.
"""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from maillage.analysis.base import Asked, ChartSpec, ChartTable, Column
from maillage.analysis.charting import INK, INK_SOFT, SCHEMA, SERIES
from maillage.analysis.regress.chart import draw_terms
from maillage.base.i18n import _

_NOTHING = Asked()
_MOST_COUNTS = 6


def charts(document: Mapping[str, Any], *, asked: Asked = _NOTHING) -> list[ChartSpec]:  # noqa: ARG001
    """The curves, then the model where there is one; nothing before there is a result."""
    figures = document["figures"]
    found = [_draw_curves(figures)] if figures.get("curves") else []
    if figures.get("model"):
        found += draw_terms(figures["model"], title=_("Modèle de Cox : logarithmes des rapports de risques"))
    return found


def _draw_curves(figures: Mapping[str, Any]) -> ChartSpec:
    rows = [
        {"group": curve["group"], **point, "exposed": round(point["exposed"], 1)}
        for curve in figures["curves"]
        for point in curve["points"]
    ]
    columns = _list_columns()
    table = ChartTable(columns, tuple({column.key: row[column.key] for column in columns} for row in rows))
    exact = figures["widest"] == 1
    title = _("Courbes de Kaplan–Meier") if exact else _("Courbes de survie, par intervalles")
    note = " ".join(filter(None, (_word_intervals(figures), _word_test(figures.get("log_rank")))))
    return ChartSpec(title, _write_spec(figures), table, note=note)


def _list_columns() -> tuple[Column, ...]:
    return (
        Column("group", _("Groupe")),
        Column("start", _("Après le jour"), figures=True),
        Column("day", _("Jusqu’au jour"), figures=True),
        Column("at_risk", _("À risque"), figures=True),
        Column("censored", _("Sortis"), figures=True),
        Column("exposed", _("Exposés"), figures=True),
        Column("events", _("Événements"), figures=True),
        Column("survival", _("Survie"), figures=True),
        Column("low", _("De"), figures=True),
        Column("high", _("À"), figures=True),
    )


def _write_spec(figures: Mapping[str, Any]) -> dict[str, Any]:
    """The curves over the bands of their intervals, a colour a group; under them who is at risk, and when."""
    curves, until = figures["curves"], figures["days"][-1]
    days = {"field": "day", "type": "quantitative", "scale": {"domain": [0, until], "nice": False}}
    color = {
        "field": "group",
        "type": "nominal",
        "title": None,
        "scale": {"range": list(SERIES)},
        "legend": {"symbolOpacity": 1},
    }
    title = {"title": _("Jours depuis l’index"), "axis": {"tickCount": 6}}
    drawn = {
        "data": {"values": [corner for curve in curves for corner in list_corners(curve, until=until)]},
        "encoding": {"x": days | title, "color": color if len(curves) > 1 else {"value": SERIES[0]}},
        "layer": [_draw_band(), _draw_line()],
    }
    counts = [count for curve in curves for count in _list_counts(curve, figures["days"])]
    return {"$schema": SCHEMA, "vconcat": [drawn, _write_counts(counts, days=days)], "spacing": 12}


def list_corners(curve: Mapping[str, Any], *, until: int) -> Iterator[dict[str, Any]]:
    """Where the line turns: it falls straight through an interval of several days, and at once on a day."""
    left = {"survival": 1.0, "low": 1.0, "high": 1.0}
    group = {"group": curve["group"]}
    yield {**group, "day": 0, **left}
    for point in curve["points"]:
        on_a_day = point["day"] - point["start"] == 1
        yield {**group, "day": point["day"] if on_a_day else point["start"], **left}
        left = {key: point[key] for key in left}
        yield {**group, "day": point["day"], **left}
    if curve["followed"] != 0:
        yield {**group, "day": until, **left}


def _draw_band() -> dict[str, Any]:
    return {
        "mark": {"type": "area", "opacity": 0.15},
        "encoding": {"y": {"field": "low", "type": "quantitative"}, "y2": {"field": "high"}},
    }


def _draw_line() -> dict[str, Any]:
    share = {
        "field": "survival",
        "type": "quantitative",
        "title": _("Part sans événement"),
        "scale": {"domain": [0, 1]},
        "axis": {"tickCount": 5},
    }
    return {"mark": {"type": "line"}, "encoding": {"y": share}}


def _list_counts(curve: Mapping[str, Any], days: Sequence[int]) -> Iterator[dict[str, Any]]:
    """Who is at risk at the start, and after some of the ends, as evenly spaced as these allow."""
    left = curve["persons"]
    after = {0: left}
    points = {point["day"]: point for point in curve["points"]}
    for day in days:
        if day in points:
            left = points[day]["at_risk"] - points[day]["events"] - points[day]["censored"]
        after[day] = left
    if curve["followed"] is None:
        del after[days[-1]]
    step = days[-1] / (_MOST_COUNTS - 1)
    near = {min(after, key=lambda day: abs(day - rank * step)) for rank in range(_MOST_COUNTS)}
    yield from ({"group": curve["group"], "day": day, "at_risk": after[day]} for day in sorted(near))


def _write_counts(counts: Sequence[Mapping[str, Any]], *, days: Mapping[str, Any]) -> dict[str, Any]:
    groups = list(dict.fromkeys(count["group"] for count in counts))
    # Room on the left for half of the number that stands at day 0.
    axis = {"domain": False, "ticks": False, "grid": False, "labels": len(groups) > 1, "labelPadding": 26}
    heading = {"text": _("À risque"), "anchor": "start", "fontSize": 12, "fontWeight": "normal"}
    return {
        "title": heading | {"color": INK_SOFT},
        "data": {"values": list(counts)},
        "height": {"step": 18},
        "mark": {"type": "text", "color": INK},
        "encoding": {
            "x": {**days, "axis": None},
            "y": {"field": "group", "type": "nominal", "sort": groups, "title": None, "axis": axis},
            "text": {"field": "at_risk", "type": "quantitative", "format": ","},
        },
    }


def _word_intervals(figures: Mapping[str, Any]) -> str:
    """How coarse time is, and what it makes of the curves; nothing where it is told by the day."""
    if figures["widest"] == 1:
        return ""
    words = _(
        "Table de survie sur {count} intervalle(s), de {widest} jours au plus : un jour où peu de patients "
        "sortent ne se dit pas. Entre deux bornes, la courbe est une estimation."
    ).format(count=len(figures["days"]), widest=figures["widest"])
    if all(curve["followed"] is not None for curve in figures["curves"]):
        return words
    unsure = _(
        "Dans le dernier intervalle, trop peu de patients cessent d’être suivis, ou le restent jusqu’au "
        "bout, pour être dits à part : la fin de la courbe est moins sûre."
    )
    return f"{words} {unsure}"


def _word_test(test: Mapping[str, Any] | None) -> str:
    if test is None:
        return ""
    return _("Log-rank : χ² = {statistic:.2f}, {degrees} degré(s) de liberté, p = {p:.3g}.").format(
        statistic=test["statistic"], degrees=test["degrees"], p=test["p_value"]
    )
