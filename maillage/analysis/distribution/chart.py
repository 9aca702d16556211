"""What a distribution looks like: its histogram, its quantiles, hospitals side by side."""

from collections.abc import Mapping
from typing import Any

from maillage.analysis.base import Asked, ChartSpec
from maillage.analysis.charting import hidden_note, upright_bars
from maillage.analysis.tabular.adding import find_table
from maillage.analysis.tabular.drawing import as_rows, share, word_number
from maillage.base.i18n import _

_NOTHING = Asked()


def charts(document: Mapping[str, Any], *, asked: Asked = _NOTHING) -> list[ChartSpec]:
    """The histogram first."""
    found = [_draw_bins(document), _tell_quantiles(document), _tell_hospitals(document, asked=asked)]
    return [spec for spec in found if spec.table.rows]


def _draw_bins(document: Mapping[str, Any]) -> ChartSpec:
    rows = [
        {
            "bin": _word_bin(row["key"]),
            "persons": row["persons"],
            "share": share(row["persons"], of=row["of"]),
            "sites": len(row["contributing"]),
        }
        for row in find_table(document, "bin")
    ]
    columns = {
        "bin": _("Valeur"),
        "persons": _("Personnes"),
        "share": _("Part"),
        "sites": _("Hôpitaux comptés"),
    }
    bars = upright_bars(rows, name="bin", cell="persons", heading=_("Valeur"), label=_("Personnes"))
    return ChartSpec(
        _("Distribution"),
        bars if rows else None,
        as_rows(rows, columns, figures=("persons", "share", "sites")),
        note=hidden_note([row["persons"] for row in rows]),
    )


def _word_bin(key: str) -> str:
    if key.startswith("<"):
        return _("moins de {value}").format(value=key[1:])
    if key.endswith("+"):
        return _("{value} et plus").format(value=key[:-1])
    return _("dès {value}").format(value=key)


def _tell_quantiles(document: Mapping[str, Any]) -> ChartSpec:
    figures = document.get("figures", {})
    rows = [
        {
            "level": f"{one['level']:.0%}",
            "value": word_number(one["value"]),
            "between": _word_ends(one),
        }
        for one in figures.get("quantiles", ())
    ]
    if figures.get("mean") is not None:
        rows.append({"level": _("Moyenne"), "value": word_number(figures["mean"]), "between": "–"})
        rows.append({"level": _("Écart-type"), "value": word_number(figures["sd"]), "between": "–"})
    columns = {"level": _("Quantile"), "value": _("Valeur"), "between": _("Entre, à coup sûr")}
    return ChartSpec(_("Quantiles"), None, as_rows(rows, columns, figures=("value", "between")))


def _tell_hospitals(document: Mapping[str, Any], *, asked: Asked) -> ChartSpec:
    rows = [
        {
            "hospital": asked.sites.get(one["id"], one["id"]),
            "persons": one["persons"],
            "median": word_number(one["median"] and one["median"]["value"]),
            "between": "–" if one["median"] is None else _word_ends(one["median"]),
            "ratio": word_number(one["ratio"]),
            "verdict": _word_shift(one),
        }
        for one in document.get("figures", {}).get("hospitals", ())
    ]
    columns = {
        "hospital": _("Hôpital"),
        "persons": _("Personnes"),
        "median": _("Médiane"),
        "between": _("Entre, à coup sûr"),
        "ratio": _("Rapport aux autres"),
        "verdict": _("À vérifier"),
    }
    table = as_rows(rows, columns, figures=("persons", "median", "between", "ratio"))
    return ChartSpec(_("Harmonisation entre hôpitaux"), None, table)


def _word_shift(one: Mapping[str, Any]) -> str:
    if not one["shifted"]:
        return "–"
    if one["unit"] is not None:
        return _("une autre unité ? facteur {factor}").format(factor=word_number(one["unit"]))
    return _("médiane décalée")


def _word_ends(one: Mapping[str, Any]) -> str:
    return f"{word_number(one['low'])} – {word_number(one['high'])}"
