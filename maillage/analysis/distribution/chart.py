"""What a distribution looks like: its histogram, its quantiles, hospitals side by side."""

from collections.abc import Mapping, Sequence
from typing import Any

from maillage.analysis.base import Asked, ChartSpec
from maillage.analysis.charting import hidden_note, upright_bars
from maillage.analysis.tabular.adding import find_table
from maillage.analysis.tabular.drawing import as_rows, share, word_number
from maillage.base.i18n import _, current_language

_NOTHING = Asked()


def charts(document: Mapping[str, Any], *, asked: Asked = _NOTHING) -> list[ChartSpec]:
    """The histogram first."""
    found = [
        _draw_bins(document, asked=asked),
        _tell_quantiles(document),
        _tell_hospitals(document, asked=asked),
    ]
    return [spec for spec in found if spec.table.rows]


def _draw_bins(document: Mapping[str, Any], *, asked: Asked) -> ChartSpec:
    edges = asked.parameters.get("edges", ())
    rows = [
        {
            "bin": _word_bin(row["key"], edges=edges),
            "persons": row["persons"],
            "share": share(row["persons"], of=row["of"]),
            "sites": len(row["contributing"]),
        }
        for row in find_table(document, "bin")
    ]
    heading = _name_values(asked)
    columns = {
        "bin": heading,
        "persons": _("Personnes"),
        "share": _("Part"),
        "sites": _("Hôpitaux comptés"),
    }
    bars = upright_bars(rows, name="bin", cell="persons", heading=heading, label=_("Personnes"))
    note = hidden_note([row["persons"] for row in rows])
    return ChartSpec(
        _("Distribution"),
        bars if rows else None,
        as_rows(rows, columns, figures=("persons", "share", "sites")),
        note=" ".join(filter(None, [note, "" if _find_unit(asked) else _say_units()])),
    )


def _name_values(asked: Asked) -> str:
    """What lies in the bins: the measure as the question names it, in its unit where it names one."""
    name, unit = asked.parameters.get("measure", {}).get("name", ""), _find_unit(asked)
    return f"{name or _('Valeur')} ({unit})" if unit else name or _("Valeur")


def _find_unit(asked: Asked) -> str:
    unit = asked.parameters.get("measure", {}).get("unit")
    return "" if unit is None else asked.names.get(str(unit), str(unit))


def _say_units() -> str:
    return _("Les valeurs sont prises dans toutes leurs unités : la question n’en nomme aucune.")


def _word_bin(key: str, *, edges: Sequence[float]) -> str:
    if key.startswith("<"):
        return _("moins de {value}").format(value=_word_edge(float(key[1:])))
    if key.endswith("+"):
        return _("{value} et plus").format(value=_word_edge(float(key[:-1])))
    low = float(key)
    high = next((edge for edge in edges if edge > low), None)
    if high is None:
        return _("à partir de {value}").format(value=_word_edge(low))
    return _("de {low} à moins de {high}").format(low=_word_edge(low), high=_word_edge(high))


def _word_edge(value: float) -> str:
    """As it was typed: no decimal that is none, the mark of the language."""
    return f"{value:g}".replace(".", ",") if current_language() == "fr" else f"{value:g}"


def _tell_quantiles(document: Mapping[str, Any]) -> ChartSpec:
    figures = document.get("figures", {})
    rows = [
        {
            "level": _("{percent} %").format(percent=round(100 * one["level"])),
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
    """Between what a value lies; an end that is not known is not written as one."""
    low, high = (None if one[end] is None else word_number(one[end]) for end in ("low", "high"))
    if low is None and high is None:
        return "–"
    if low is None:
        return _("moins de {value}").format(value=high)
    if high is None:
        return _("{value} et plus").format(value=low)
    return _("de {low} à {high}").format(low=low, high=high)
