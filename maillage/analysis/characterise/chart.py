"""What a Table 1 looks like: bars for each of its tables, numbers for its measures."""

from collections.abc import Mapping
from typing import Any

from maillage.analysis.base import Asked, ChartSpec, ChartTable, Column
from maillage.analysis.characterise.spec import FORMS
from maillage.analysis.tabular.adding import find_table
from maillage.analysis.tabular.drawing import draw_table, word_number
from maillage.analysis.tabular.wording import word_age, word_sex
from maillage.base.i18n import _

_NOTHING = Asked()
_KEYS = {"age": word_age, "sex": word_sex}


def charts(document: Mapping[str, Any], *, asked: Asked = _NOTHING) -> list[ChartSpec]:
    """Its tables in the order of a paper's; measures after age and sex."""
    found: list[ChartSpec] = []
    for name, form in FORMS.items():
        if not form.amounts:
            found += draw_table(document, name, form=form, asked=asked, word_key=_KEYS.get(name))
        if name == "year":
            found += _tell_measures(document)
    return [spec for spec in found if spec.table.rows]


def _tell_measures(document: Mapping[str, Any]) -> list[ChartSpec]:
    rows = [
        {
            "measure": _("Âge") if row["key"] == "age" else row["key"],
            "persons": row["measured"] or row["persons"],
            "mean": word_number(row["mean"]),
            "sd": word_number(row["sd"]),
            "sites": len(row["contributing"]),
        }
        for row in find_table(document, "measure")
    ]
    columns = (
        Column("measure", _("Mesure")),
        Column("persons", _("Personnes"), figures=True),
        Column("mean", _("Moyenne"), figures=True),
        Column("sd", _("Écart-type"), figures=True),
        Column("sites", _("Hôpitaux comptés"), figures=True),
    )
    return [ChartSpec(_("Mesures"), None, ChartTable(columns, tuple(rows)))] if rows else []
