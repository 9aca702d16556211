"""What a Table 1 looks like: bars for each of its tables, numbers for its measures."""

from collections.abc import Mapping
from typing import Any

from maillage.analysis.base import Asked, ChartSpec, ChartTable, Column
from maillage.analysis.characterise.spec import FORMS, CharacteriseParameters
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
            drawn = draw_table(document, name, form=form, asked=asked, word_key=_KEYS.get(name))
            found += drawn or _tell_nothing(document, name, asked=asked)
        if name == "year":
            found += _tell_measures(document)
    return found


def _tell_nothing(document: Mapping[str, Any], name: str, *, asked: Asked) -> list[ChartSpec]:
    """A table of the commonest that no hospital gave. Nobody and too few are said alike: none is a number."""
    domain = name.rpartition("_")[0]
    parameters = CharacteriseParameters.model_validate(dict(asked.parameters))
    if domain not in parameters.domains or not document["contributing"]:
        return []
    note = _("Rien n’est montré : personne n’en a, ou trop peu de personnes.")
    if domain in parameters.levels:
        note += " " + _("Vérifiez que « {level} » est une classe de concepts du référentiel.").format(
            level=parameters.levels[domain]
        )
    words = _(FORMS[name].words)
    return [ChartSpec(words, None, ChartTable((Column("row", words),), ()), note=note)]


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
