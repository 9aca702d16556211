"""What flows look like: a map of where patients live, departments by hospital, what each covers and loses."""

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from maillage.analysis.base import Asked, ChartSpec, ChartTable
from maillage.analysis.charting import drawn, lying_bars
from maillage.analysis.departments.choropleth import draw_departments
from maillage.analysis.departments.outlines import find_name, has_outlines, load_outlines
from maillage.analysis.flows.residence import ABROAD, UNKNOWN
from maillage.analysis.flows.spec import FORMS
from maillage.analysis.grid import draw_grid
from maillage.analysis.shading import Share, Untold
from maillage.analysis.tabular.adding import find_table
from maillage.analysis.tabular.drawing import as_rows, word_number, word_percent
from maillage.base.i18n import _

_NOTHING = Asked()
_FORM = FORMS["residence"]
_MOST_BARS = 40
_MOST_LINES = 16
_STAYS = ("covered", "leaks", "attracted")
_NO_CATCHMENT: Mapping[str, Any] = {"departments": (), "share": 0.0}


def charts(document: Mapping[str, Any], *, asked: Asked = _NOTHING) -> list[ChartSpec]:
    """The map first; then the hospitals that are shown alone, by department and by what they cover."""
    if not document["contributing"]:
        return []
    rows = sorted(find_table(document, "residence"), key=_by_persons)
    hospitals = document["figures"]["hospitals"]
    return [
        _tell_origins(document, rows) if rows else _tell_nothing(),
        *_cross_hospitals(hospitals, rows, asked=asked),
        *_tell_hospitals(hospitals, asked=asked),
    ]


def _by_persons(row: Mapping[str, Any]) -> tuple[int, str]:
    """The largest first; what is hidden after all that is shown."""
    return -(drawn(row["persons"]) or 0), row["key"]


def _tell_origins(document: Mapping[str, Any], rows: Sequence[Mapping[str, Any]]) -> ChartSpec:
    whole = drawn(document["persons"])
    shares = {row["key"]: _share(row["persons"], whole=whole) for row in rows}
    table = _tabulate_origins(rows, shares=shares, hospitals=len(document["contributing"]))
    if has_outlines():
        catchment = document["figures"]["catchment"] or _NO_CATCHMENT
        title = _("Part des personnes du groupe")
        spec = draw_departments(shares, framed=catchment["departments"], title=title)
        note = _explain_map(rows, catchment=catchment)
    else:
        bars = table.rows[:_MOST_BARS]
        spec = lying_bars(bars, name="row", cell="persons", label=_("Personnes"), height=24)
        note = [_("La carte demande le paquet pygal-maps-fr, qui n’est pas installé ici.")]
    return ChartSpec(_(_FORM.words), spec, table, note=" ".join([*note, *_explain_parts(rows)]))


def _tell_nothing() -> ChartSpec:
    why = _(
        "Aucun département n’est montré : trop peu de personnes dans chacun, ou des hôpitaux qui ont déjà "
        "dit les mêmes personnes en d’autres mots."
    )
    return ChartSpec(_(_FORM.words), None, as_rows((), _name_columns(), figures=()), note=why)


def _tabulate_origins(
    rows: Sequence[Mapping[str, Any]], *, shares: Mapping[str, Share], hospitals: int
) -> ChartTable:
    lines = [
        {
            **_name(row["key"]),
            "persons": row["persons"],
            "share": _word_part(shares[row["key"]], complete=row["complete"]),
            "sites": _("{count} sur {all}").format(count=len(row["contributing"]), all=hospitals),
        }
        for row in rows
    ]
    columns = {
        **_name_columns(),
        "persons": _("Personnes"),
        "share": _("Part du groupe"),
        "sites": _("Hôpitaux comptés"),
    }
    return as_rows(lines, columns, figures=("persons", "share", "sites"))


def _share(cell: Mapping[str, Any], *, whole: int | None) -> Share:
    part = drawn(cell)
    return Untold.HIDDEN if part is None or not whole else part / whole


def _word_part(share: Share, *, complete: bool) -> str | None:
    """A share in words; of a part of the hospitals, it is the least that it can be."""
    if isinstance(share, Untold):
        return None
    return word_percent(share) if complete else _("≥ {share}").format(share=word_percent(share))


def _name_columns() -> dict[str, str]:
    return {"row": _(_FORM.words), "name": _("Nom")}


def _name(key: str) -> dict[str, str | None]:
    """A residence in a table: the number in a column of its own, by which a program joins it to others."""
    special = {UNKNOWN: _("Résidence inconnue"), ABROAD: _("Étranger")}
    return {"row": special.get(key, key), "name": find_name(key) or None}


def _word_residence(key: str) -> str:
    return " ".join(filter(None, _name(key).values()))


def _explain_map(rows: Sequence[Mapping[str, Any]], *, catchment: Mapping[str, Any]) -> Iterator[str]:
    """What no colour says: the border, what is hatched or empty, who lives in none of the departments."""
    if catchment["departments"]:
        share = word_percent(catchment["share"])
        yield _("Bord épais : le bassin du groupe, d’où viennent {share} des personnes.").format(share=share)
    if any(drawn(row["persons"]) is None for row in rows):
        yield _("Hachures : un nombre masqué, qui n’est pas zéro.")
    yield _("Un département vide n’est pas un zéro : personne, ou trop peu de personnes pour le dire.")
    off = [_word_residence(row["key"]) for row in rows if row["key"] not in load_outlines()]
    if off:
        yield _("Hors de la carte, dans la table : {places}.").format(places=", ".join(off))


def _explain_parts(rows: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    if not all(row["complete"] for row in rows):
        yield _(
            "Ce qu’un hôpital masque n’est dans aucun nombre : un département compté dans une partie des "
            "hôpitaux a au moins (≥) la part écrite."
        )


def _cross_hospitals(
    hospitals: Sequence[Mapping[str, Any]], rows: Sequence[Mapping[str, Any]], *, asked: Asked
) -> list[ChartSpec]:
    """Departments across hospitals; the table has the lines that the drawing leaves out."""
    cells = {(one["id"], row["key"]): row["persons"] for one in hospitals for row in one["residence"]}
    named = {key for _site, key in cells}
    keys = [row["key"] for row in rows if row["key"] in named]
    if not keys:
        return []
    sites = {one["id"]: asked.sites.get(one["id"], one["id"]) for one in hospitals}
    lines = [_name(key) | {site: cells.get((site, key)) for site in sites} for key in keys]
    wholes = {one["id"]: drawn(one["persons"]) for one in hospitals}
    places = [
        {
            "line": _word_residence(key),
            "column": name,
            "value": drawn(cells.get((site, key))),
            "share": _share(cells[site, key], whole=wholes[site]) if (site, key) in cells else Untold.NOTHING,
        }
        for key in [key for key in keys if key not in (UNKNOWN, ABROAD)][:_MOST_LINES]
        for site, name in sites.items()
    ]
    spec = draw_grid(places, title=_("Part des personnes de l’hôpital")) if places else None
    table = as_rows(lines, _name_columns() | sites, figures=tuple(sites))
    note = _(
        "Une case vide n’est pas un zéro : personne, ou trop peu de personnes pour que l’hôpital le dise."
    )
    return [ChartSpec(_("Départements et hôpitaux"), spec, table, note=note)]


def _tell_hospitals(hospitals: Sequence[Mapping[str, Any]], *, asked: Asked) -> list[ChartSpec]:
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
            # Who shows no department is not known to cover nobody.
            **{name: word_number(one[name] if one["residence"] else None, digits=0) for name in _STAYS},
            **{name: _word_share(one[name]) for name in ("self_sufficiency", "attraction")},
        }
        for one in hospitals
    ]
    figures = [name for name in columns if name not in ("hospital", "catchment")]
    table = as_rows(rows, columns, figures=figures)
    return [ChartSpec(_("Hôpitaux montrés seuls"), None, table)] if rows else []


def _word_share(value: float | None) -> str:
    return "–" if value is None else word_percent(value)
