"""What a model looks like: its coefficients with their intervals and ratios, drawn and as a table."""

from collections.abc import Mapping, Sequence
from math import exp
from typing import Any

from maillage.analysis.base import Asked, ChartSpec, ChartTable, Column
from maillage.analysis.charting import INK, LINE_STRONG, SCHEMA, SERIES
from maillage.analysis.features.wording import word_column
from maillage.analysis.regress.words import RATIOS, TROUBLES
from maillage.base.french import format_figure
from maillage.base.i18n import _, mark, say
from maillage.disclosure.values import cell_from_json
from maillage.exchange.cell_words import describe_cell

_NOTHING = Asked()
_FURTHEST = 700.0
"""The exponential of a larger number is none that a machine has."""
_DRAWN = ("name", "estimate", "low", "high")
_FIT: Mapping[str, str] = {
    "events": mark("événements"),
    "log_likelihood": mark("log-vraisemblance"),
    "null_log_likelihood": mark("log-vraisemblance sans covariable"),
    "ratio_p_value": mark("p du rapport de vraisemblance"),
    "scale": mark("dispersion"),
    "rounds": mark("tours"),
}
"""What a model says of itself as a whole, in the order in which it is told."""


def charts(document: Mapping[str, Any], *, asked: Asked = _NOTHING) -> list[ChartSpec]:
    """The coefficients, or a sentence on why there are none; nothing before there is a result."""
    figures = document["figures"]
    if not figures:
        return []
    found = draw_terms(figures, title=_("Coefficients du modèle"), persons=document["persons"])
    return [*found, *_tell_spread(figures), *_tell_hospitals(figures, asked=asked)]


def draw_terms(
    figures: Mapping[str, Any], *, title: str, persons: Mapping[str, Any] | None = None
) -> list[ChartSpec]:
    """One drawing and its table, under which stands how well the model fits, or why there is none."""
    terms = list_terms(figures)
    rows = [term | {"name": word_column(term["name"])} for term in terms]
    # An intercept is far from the others, and about no covariate: in the table alone.
    drawn = [{key: row[key] for key in _DRAWN} for row in rows if not row.get("is_intercept")]
    return [
        ChartSpec(
            title,
            _draw(drawn) if drawn else None,
            _tabulate(rows, columns=_list_columns(figures)),
            note=word_trouble(figures.get("trouble")) or _word_fit(figures, persons=persons),
        )
    ]


def list_terms(figures: Mapping[str, Any]) -> list[dict[str, Any]]:
    """The terms; where the family has one, each covariate's with its `ratio`, `ratio_low`, `ratio_high`."""
    terms = [dict(term) for term in figures.get("terms", ())]
    if _find_ratio(figures) is None:
        return terms
    return [term if term.get("is_intercept") else term | _find_ratios(term) for term in terms]


def word_trouble(trouble: Mapping[str, Any] | None) -> str:
    """Why there is no model, in a sentence; empty where there is one."""
    if trouble is None:
        return ""
    return say(TROUBLES[trouble["code"]]).format(columns=", ".join(map(word_column, trouble["columns"])))


def _find_ratio(figures: Mapping[str, Any]) -> str | None:
    """The name of a coefficient's exponential, if it has one; a Cox model names no family."""
    return RATIOS.get(figures.get("family", "cox"))


def _find_ratios(term: Mapping[str, Any]) -> dict[str, float | None]:
    named = {"ratio": "estimate", "ratio_low": "low", "ratio_high": "high"}
    return {name: exp(term[key]) if term[key] < _FURTHEST else None for name, key in named.items()}


def _list_columns(figures: Mapping[str, Any]) -> dict[str, str]:
    """Keys and headings; no two headings are alike, for a frame has one column each."""
    ratio = _find_ratio(figures)
    limits = {"ratio_low": _("Rapport, de"), "ratio_high": _("Rapport, à")}
    ratios = {"ratio": say(ratio), **limits} if ratio else {}
    return {"name": _("Terme"), **_head_numbers(), **ratios}


def _head_numbers() -> dict[str, str]:
    return {
        "estimate": _("Coefficient"),
        "low": _("De"),
        "high": _("À"),
        "standard_error": _("Erreur type"),
        "p_value": _("p"),
    }


def _tabulate(rows: Sequence[Mapping[str, Any]], *, columns: Mapping[str, str]) -> ChartTable:
    return ChartTable(
        tuple(
            Column(key, heading, figures=key not in ("name", "hospital")) for key, heading in columns.items()
        ),
        tuple({key: row.get(key) for key in columns} for row in rows),
    )


def _word_fit(figures: Mapping[str, Any], *, persons: Mapping[str, Any] | None) -> str:
    """How many persons and events there are, how well the model fits, and who is not in it."""
    told = [(_("Personnes"), describe_cell(cell_from_json(persons)))] if persons else []
    told += [
        (say(heading), format_figure(figures[key]))
        for key, heading in _FIT.items()
        if figures.get(key) is not None
    ]
    numbers = " ; ".join(_("{what} : {number}").format(what=what, number=number) for what, number in told)
    complete = _("Une personne dont une variable manque n’est pas dans le modèle.")
    return " ".join([f"{numbers}." if numbers else "", complete]).strip()


def _tell_spread(figures: Mapping[str, Any]) -> list[ChartSpec]:
    """How far hospitals' coefficients lie apart, where they were pooled."""
    rows = [term | {"name": word_column(term["name"])} for term in figures["terms"] if "tau_squared" in term]
    columns = {"name": _("Terme"), "tau_squared": "τ²", "q": "Q", "i_squared": _("I² (en %)")}
    title = _("Dispersion entre hôpitaux")
    return [ChartSpec(title, None, _tabulate(rows, columns=columns))] if rows else []


def _tell_hospitals(figures: Mapping[str, Any], *, asked: Asked) -> list[ChartSpec]:
    """What differs between hospitals, where they agreed to be shown alone: intercepts, or whole fits."""
    if figures.get("hospital_terms"):
        title = _("Écarts des hôpitaux à {reference}").format(
            reference=_name(figures["reference_hospital"], asked)
        )
        rows = [term | {"name": _name(term["name"], asked)} for term in figures["hospital_terms"]]
        return [ChartSpec(title, None, _tabulate(rows, columns={"name": _("Hôpital"), **_head_numbers()}))]
    rows = [
        term | {"hospital": _name(site, asked), "name": word_column(term["name"])}
        for site, terms in (figures.get("by_hospital") or {}).items()
        for term in terms
    ]
    columns = {"hospital": _("Hôpital"), "name": _("Terme"), **_head_numbers()}
    title = _("Coefficients de chaque hôpital")
    return [ChartSpec(title, None, _tabulate(rows, columns=columns))] if rows else []


def _name(site: str, asked: Asked) -> str:
    return asked.sites.get(site, site)


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
