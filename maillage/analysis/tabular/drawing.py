"""The charts that analyses of tables share: a table's rows as bars, with what share of the whole each is."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from maillage.analysis.base import Asked, ChartSpec, ChartTable, Column
from maillage.analysis.charting import drawn, hidden_note, lying_bars
from maillage.analysis.tabular.adding import find_table
from maillage.analysis.tabular.forms import Form
from maillage.base.i18n import _, current_language

_MOST_BARS = 40


def draw_table(
    document: Mapping[str, Any],
    name: str,
    *,
    form: Form,
    asked: Asked,
    word_key: Callable[[str], str] | None = None,
) -> list[ChartSpec]:
    """Bars of a combined table; nothing where no hospital gave it. Its twin has the rows that no bar has."""
    found = find_table(document, name)
    if not found:
        return []
    word = word_key or (lambda key: asked.names.get(key, key))
    rows = [
        {
            "row": word(row["key"]),
            "persons": row["persons"],
            "share": share(row["persons"], of=row["of"]),
            "sites": len(row["contributing"]),
        }
        for row in found
    ]
    columns = (
        Column("row", _(form.words)),
        Column("persons", _("Personnes"), figures=True),
        Column("share", _("Part"), figures=True),
        Column("sites", _("Hôpitaux comptés"), figures=True),
    )
    bars = lying_bars(rows[:_MOST_BARS], name="row", cell="persons", label=_("Personnes"), height=24)
    note = hidden_note([row["persons"] for row in rows])
    return [ChartSpec(_(form.words), bars, ChartTable(columns, tuple(rows)), note=note)]


def share(cell: Mapping[str, Any], *, of: Mapping[str, Any]) -> str | None:
    """A percentage with one decimal, for people; None where either is hidden."""
    part, whole = drawn(cell), drawn(of)
    return None if part is None or not whole else word_percent(part / whole)


def word_percent(part: float) -> str:
    """A share from 0 to 1 as a percentage with one decimal."""
    return _("{percent} %").format(percent=word_number(100 * part, digits=1))


def word_number(value: float | None, *, digits: int = 2) -> str:
    """A number with so many decimals, a dash where there is none."""
    if value is None:
        return "–"
    written = f"{value:.{digits}f}"
    return written.replace(".", ",") if current_language() == "fr" else written


def as_rows(
    rows: Sequence[Mapping[str, Any]], columns: Mapping[str, str], *, figures: Sequence[str]
) -> ChartTable:
    """A table of ready rows; `columns` are keys and headings."""
    return ChartTable(
        tuple(Column(key, heading, figures=key in figures) for key, heading in columns.items()), tuple(rows)
    )
