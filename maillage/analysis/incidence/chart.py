"""What incidence looks like: cases by year as bars, rates with their intervals as tables."""

from collections.abc import Callable, Mapping
from typing import Any

from maillage.analysis.base import Asked, ChartSpec
from maillage.analysis.charting import hidden_note, upright_bars
from maillage.analysis.tabular.adding import find_table
from maillage.analysis.tabular.drawing import as_rows, word_number, word_percent
from maillage.analysis.tabular.wording import word_age, word_sex
from maillage.base.i18n import _

_NOTHING = Asked()


def charts(document: Mapping[str, Any], *, asked: Asked = _NOTHING) -> list[ChartSpec]:
    """Rates first, then prevalence."""
    by_age = asked.parameters.get("by") == "age"
    found = [_tell_rates(document, by_age=by_age), _tell_prevalence(document)]
    return [spec for spec in found if spec.table.rows]


def _tell_rates(document: Mapping[str, Any], *, by_age: bool) -> ChartSpec:
    word = word_age if by_age else word_sex
    rows = find_table(document, "cases")
    told = [_word_rate(row) | _word_key(row["key"], word(row["key"].partition("/")[2])) for row in rows]
    columns = {
        "year": _("Année"),
        "group": _("Groupe"),
        "persons": _("Nouveaux cas"),
        "years": _("Personnes-années"),
        "rate": _("Taux pour 100 000"),
        "interval": _("Intervalle à 95 %"),
        "sites": _("Hôpitaux comptés"),
    }
    by_year = [one for one, row in zip(told, rows, strict=True) if row["key"].endswith("/")]
    bars = upright_bars(by_year, name="year", cell="persons", heading=_("Année"), label=_("Nouveaux cas"))
    return ChartSpec(
        _("Incidence"),
        bars if by_year else None,
        as_rows(told, columns, figures=("persons", "years", "rate", "interval", "sites")),
        note=hidden_note([row["persons"] for row in rows]),
    )


def _word_key(key: str, group: str) -> dict[str, str]:
    return {"year": key.partition("/")[0] or _("Toutes"), "group": group or _("Tous")}


def _word_rate(row: Mapping[str, Any]) -> dict[str, Any]:
    days = row["amounts"].get("days")
    return {
        "persons": row["persons"],
        "years": word_number(None if days is None else days / 365.25, digits=1),
        "rate": word_number(row["rate"], digits=1),
        "interval": _word_interval(row, word=lambda value: word_number(value, digits=1)),
        "sites": len(row["contributing"]),
    }


def _word_interval(row: Mapping[str, Any], *, word: Callable[[float], str]) -> str:
    return "–" if row["rate"] is None else f"{word(row['low'])} – {word(row['high'])}"


def _count(amount: float | None) -> int | None:
    """Persons, whose thousands the page sets apart."""
    return None if amount is None else round(amount)


def _tell_prevalence(document: Mapping[str, Any]) -> ChartSpec:
    rows = sorted(find_table(document, "prevalent"), key=lambda row: row["key"])
    told = [
        {
            "year": row["key"],
            "persons": row["persons"],
            "observed": _count(row["amounts"].get("observed")),
            "rate": "–" if row["rate"] is None else word_percent(row["rate"]),
            "interval": _word_interval(row, word=word_percent),
            "sites": len(row["contributing"]),
        }
        for row in rows
    ]
    columns = {
        "year": _("Année"),
        "persons": _("Cas"),
        "observed": _("Personnes observées"),
        "rate": _("Prévalence"),
        "interval": _("Intervalle à 95 %"),
        "sites": _("Hôpitaux comptés"),
    }
    table = as_rows(told, columns, figures=("persons", "observed", "rate", "interval", "sites"))
    return ChartSpec(_("Prévalence"), None, table, note=hidden_note([row["persons"] for row in rows]))
