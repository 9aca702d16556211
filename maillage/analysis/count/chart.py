"""What a count looks like: the persons left after each inclusion rule, and those of each year."""

from collections.abc import Mapping, Sequence
from typing import Any

from maillage.analysis.base import Asked, ChartSpec, ChartTable, Column
from maillage.analysis.charting import drawn, hidden_note, lying_bars, upright_bars
from maillage.base.i18n import _

_NOTHING = Asked()


def charts(document: Mapping[str, Any], *, asked: Asked = _NOTHING) -> list[ChartSpec]:
    """The attrition where there are rules, the years where some are told."""
    found = [_draw_attrition(document, asked=asked)] if len(document["steps"]) > 1 else []
    return [*found, _draw_years(document)] if document["years"] else found


def _draw_attrition(document: Mapping[str, Any], *, asked: Asked) -> ChartSpec:
    cells = document["steps"]
    names = [_("Événement d’entrée"), *(f"{rank}. {rule}" for rank, rule in enumerate(asked.rules, start=1))]
    rows = [
        {
            "rule": names[rank] if rank < len(names) else _("Critère {rank}").format(rank=rank),
            "persons": cell,
            "share": _share(cell, of=cells[0]),
        }
        for rank, cell in enumerate(cells)
    ]
    columns = (
        Column("rule", _("Critère")),
        Column("persons", _("Personnes qui restent"), figures=True),
        Column("share", _("Part"), figures=True),
    )
    return ChartSpec(
        _("Critère après critère"),
        lying_bars(rows, name="rule", cell="persons", label=_("Personnes qui restent")),
        ChartTable(columns, tuple(rows)),
        note=hidden_note(cells),
    )


def _draw_years(document: Mapping[str, Any]) -> ChartSpec:
    rows = list_years(document["years"])
    columns = (
        Column("year", _("Année")),
        Column("persons", _("Personnes"), figures=True),
        Column("sites", _("Hôpitaux comptés"), figures=True),
    )
    return ChartSpec(
        _("Par année d’entrée"),
        upright_bars(
            rows,
            name="year",
            cell="persons",
            heading=_("Année"),
            label=_("Personnes"),
            partial="partial",
        ),
        ChartTable(columns, tuple(rows)),
        note=_note_years(rows),
    )


def list_years(years: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Every year from the first that is told to the last: `year`, `persons`, in how many `sites`, whether
    that is a `partial` number; those between that nobody tells have none.
    """
    told = {row["year"]: row for row in years}
    return (
        [_describe_year(year, row=told.get(year)) for year in range(min(told), max(told) + 1)] if told else []
    )


def _describe_year(year: int, *, row: Mapping[str, Any] | None) -> dict[str, Any]:
    """A year that no hospital tells has no number: whoever entered then is in the total alone."""
    found = {"persons": None, "contributing": (), "complete": False} if row is None else row
    return {
        "year": str(year),
        "persons": found["persons"],
        "sites": len(found["contributing"]),
        "partial": not found["complete"],
    }


def _note_years(rows: Sequence[Mapping[str, Any]]) -> str:
    partial = any(row["partial"] and drawn(row["persons"]) is not None for row in rows)
    told = _(
        "Une barre coiffée de hachures ne compte qu’une partie des hôpitaux : les personnes des autres sont "
        "dans le total."
    )
    return " ".join(filter(None, [told if partial else "", hidden_note([row["persons"] for row in rows])]))


def _share(cell: Mapping[str, Any], *, of: Mapping[str, Any]) -> str | None:
    """A whole percentage, with ≈ unless both are exact."""
    part, whole = drawn(cell), drawn(of)
    if part is None or whole is None:
        return None
    about = "" if "count" in cell and "count" in of else "≈ "
    return about + _("{percent} %").format(percent=round(100 * part / whole))
