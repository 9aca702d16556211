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
    rows = [
        {
            "hospital": asked.sites.get(one["id"], one["id"]),
            "catchment": ", ".join(one["catchment"]["departments"]) or "–",
            **{name: word_number(one[name], digits=0) for name in ("covered", "leaks", "attracted")},
            **{name: _word_share(one[name]) for name in ("self_sufficiency", "attraction")},
        }
        for one in document.get("figures", {}).get("hospitals", ())
    ]
    figures = [name for name in columns if name not in ("hospital", "catchment")]
    table = as_rows(rows, columns, figures=figures)
    return [ChartSpec(_("Hôpitaux montrés seuls"), None, table)] if rows else []


def _word_share(value: float | None) -> str:
    return "–" if value is None else word_percent(value)
