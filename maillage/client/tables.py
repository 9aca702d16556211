"""The table that says the same as a drawing: as text, as HTML, as a DataFrame."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any

from maillage.analysis.base import ChartSpec, ChartTable
from maillage.base.french import format_figure
from maillage.base.i18n import _
from maillage.client.errors import PandasMissingError
from maillage.disclosure.values import Count, cell_from_json
from maillage.exchange.cell_words import describe_cell

if TYPE_CHECKING:
    import pandas


def import_pandas() -> Any:
    """The library, which the client does without. Raises PandasMissingError."""
    try:
        import pandas
    except ImportError as error:
        raise PandasMissingError(_("pandas n’est pas installé."), remedy="pip install pandas") from error
    return pandas


@dataclass(frozen=True)
class Table:
    """A title, columns with their headings and rows in their order; a note, empty where there is none."""

    title: str
    content: ChartTable
    note: str = ""

    @classmethod
    def of(cls, chart: ChartSpec) -> "Table":
        """The twin of a drawing."""
        return cls(chart.title, chart.table, chart.note)

    def __str__(self) -> str:
        rows = [[column.heading for column in self.content.columns], *self._word_rows()]
        widths = [max(len(row[place]) for row in rows) for place in range(len(self.content.columns))]
        lines = ["  " + "  ".join(map(str.ljust, row, widths)).rstrip() for row in rows]
        return "\n".join([self.title, *lines, *([f"  {self.note}"] if self.note else [])])

    def _repr_html_(self) -> str:
        heads = "".join(f"<th scope='col'>{escape(one.heading)}</th>" for one in self.content.columns)
        body = "".join(
            "<tr>" + "".join(f"<td>{escape(text)}</td>" for text in row) + "</tr>"
            for row in self._word_rows()
        )
        note = f"<p>{escape(self.note)}</p>" if self.note else ""
        return f"<table><caption>{escape(self.title)}</caption><tr>{heads}</tr>{body}</table>{note}"

    def to_pandas(self) -> "pandas.DataFrame":
        """A column for each heading. A number that is not exact stands as its words, and one that is
        suppressed as those of its reason: neither is ever zero. Raises PandasMissingError.
        """
        headings = {column.key: column.heading for column in self.content.columns}
        rows = [{name: _plain(row.get(key)) for key, name in headings.items()} for row in self.content.rows]
        return import_pandas().DataFrame(rows, columns=list(headings.values()))

    def _word_rows(self) -> Sequence[Sequence[str]]:
        return [[_word(row.get(column.key)) for column in self.content.columns] for row in self.content.rows]


def _plain(value: object) -> object:
    if not isinstance(value, Mapping):
        return value
    cell = cell_from_json(value)
    return cell.value if isinstance(cell, Count) else describe_cell(cell)


def _word(value: object) -> str:
    match value:
        case Mapping():
            return describe_cell(cell_from_json(value))
        case None:
            return "–"
        case float():
            return format_figure(value)
        case _:
            return str(value)
