"""What flows look like: where patients live, and what each hospital covers, loses and attracts."""

from collections.abc import Mapping
from typing import Any

from maillage.analysis.base import Asked, ChartSpec
from maillage.analysis.flows.residence import ABROAD, UNKNOWN
from maillage.analysis.flows.spec import FORMS
from maillage.analysis.tabular.drawing import as_rows, draw_table, word_number, word_percent
from maillage.base.i18n import _

_NOTHING = Asked()


def charts(document: Mapping[str, Any], *, asked: Asked = _NOTHING) -> list[ChartSpec]:
    """Origins first; then the hospitals that are shown alone."""
    origins = draw_table(
        document, "residence", form=FORMS["residence"], asked=asked, word_key=_word_residence
    )
    return [*origins, *_tell_hospitals(document, asked=asked)]


def _word_residence(key: str) -> str:
    return {UNKNOWN: _("Résidence inconnue"), ABROAD: _("Étranger")}.get(key, key)


def _tell_hospitals(document: Mapping[str, Any], *, asked: Asked) -> list[ChartSpec]:
    columns = {
        "hospital": _("Hôpital"),
        "catchment": _("Bassin, à 80 %"),
        "covered": _("Séjours couverts"),
        "leaks": _("Fuites dans le groupe"),
        "attracted": _("Séjours attirés"),
        "self_sufficiency": _("Autarcie"),
        "attraction": _("Attractivité"),
    }
    told = document.get("figures", {}).get("hospitals", ())
    if all(one["covered"] is None for one in told):
        return []
    rows = [
        {
            "hospital": asked.sites.get(one["id"], one["id"]),
            "catchment": ", ".join(one["catchment"]["departments"]) or "–",
            **{name: _word_stays(one[name]) for name in ("covered", "leaks", "attracted")},
            **{name: _word_share(one[name]) for name in ("self_sufficiency", "attraction")},
        }
        for one in told
    ]
    figures = [name for name in columns if name not in ("hospital", "catchment")]
    table = as_rows(rows, columns, figures=figures)
    note = _(
        "« masqué » n’est pas zéro : cet hôpital ne montre aucun séjour, et les fuites des autres ne "
        "comptent pas les siens."
    )
    hidden = any(one["covered"] is None for one in told)
    return [ChartSpec(_("Hôpitaux montrés seuls"), None, table, note=note if hidden else "")]


def _word_stays(value: float | None) -> str:
    return _("masqué") if value is None else word_number(value, digits=0)


def _word_share(value: float | None) -> str:
    return "–" if value is None else word_percent(value)
