"""What came back of an analysis: its tables as typed rows, its charts, a page for a notebook, a DataFrame.

Nothing here knows one analysis: what a result looks like, its own folder says.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from html import escape
from typing import TYPE_CHECKING, Any, Self

from maillage.analysis.base import Asked, ChartSpec
from maillage.analysis.registry import load_chart
from maillage.base.i18n import _
from maillage.client.left_out import describe_left_out
from maillage.client.permits import Budget, read_budget
from maillage.client.plots import Plot, find_plot, list_plots
from maillage.client.results import SiteCount, describe_cell, read_site, word_left_out
from maillage.client.tables import Table, import_pandas
from maillage.disclosure.values import Cell, Count, Suppressed, cell_from_json

if TYPE_CHECKING:
    import pandas

_OWN = frozenset({"key", "persons", "of", "contributing", "complete", "amounts", "measured"})


@dataclass(frozen=True)
class TableRow:
    """A row over the hospitals of `contributing`, whose whole is `of`; `complete` where it has all of them.

    `amounts` are sums over the persons of `measured`; `more` is what the analysis makes of them.
    """

    key: str
    label: str
    persons: Cell
    of: Cell
    contributing: tuple[str, ...]
    complete: bool
    amounts: Mapping[str, float]
    measured: Cell | None
    more: Mapping[str, Any]


@dataclass(frozen=True)
class AnalysisResult:
    """An analysis over the group. `document` is the group's answer as the hub gave it.

    `left_out` says in words why hospitals are not in it, those that refused too, by id. `contents` are those
    of hospitals shown alone, by id. `labels` name concepts, by id as text. `rounds` says where a calculation
    of several rounds stands, `masked` where a sum under masks does; else they are empty.
    """

    id: str
    title: str
    analysis: str
    parameters: Mapping[str, Any]
    status: str
    sites: tuple[SiteCount, ...]
    persons: Cell
    contributing: tuple[str, ...]
    left_out: Mapping[str, str]
    document: Mapping[str, Any]
    contents: Mapping[str, Mapping[str, Any]]
    labels: Mapping[str, str]
    elapsed_ms: float
    release: str = ""
    budget: Budget | None = None
    rounds: str = ""
    masked: str = ""
    hidden: str = ""
    """Why a total that enough hospitals answered for is not shown; else empty."""

    @property
    def complete(self) -> bool:
        """Whether every hospital has given its last word."""
        return self.status != "open"

    @property
    def figures(self) -> Mapping[str, Any]:
        """What the analysis says beside its tables."""
        return self.document["figures"]

    @property
    def tables(self) -> Mapping[str, tuple[TableRow, ...]]:
        """Its tables, by id."""
        return {
            table["id"]: tuple(self._read_row(row) for row in table["rows"])
            for table in self.document["tables"]
        }

    def _read_row(self, row: Mapping[str, Any]) -> TableRow:
        return TableRow(
            key=row["key"],
            label=self.labels.get(row["key"], row["key"]),
            persons=cell_from_json(row["persons"]),
            of=cell_from_json(row["of"]),
            contributing=tuple(row["contributing"]),
            complete=row["complete"],
            amounts=row["amounts"],
            measured=None if row["measured"] is None else cell_from_json(row["measured"]),
            more={name: value for name, value in row.items() if name not in _OWN},
        )

    def charts(self) -> list[ChartSpec]:
        """Its drawings (Vega-Lite) and tables, in the present language."""
        asked = Asked(
            parameters=self.parameters, sites={site.id: site.name for site in self.sites}, names=self.labels
        )
        return load_chart(self.analysis).charts(self.document, asked=asked)

    def plot(self, title: str = "") -> Plot:
        """The drawing to read first, or that of this title. Raises PlotMissingError."""
        return find_plot(self.charts(), title=title)

    def plots(self) -> tuple[Plot, ...]:
        """All its drawings."""
        return list_plots(self.charts())

    def __str__(self) -> str:
        width = max((len(site.name) for site in self.sites), default=0)
        lines = [
            f"  {site.name:<{width}}  {site.sentence or describe_cell(site.persons)}" for site in self.sites
        ]
        total = f"  {_('Total'):<{width}}  {describe_cell(self.persons)}"
        left = word_left_out(self.left_out, sites=self.sites)
        masked = f"  {self.masked}" if self.masked else ""
        notes = filter(None, [f"  {left}" if left else "", masked, self.hidden, self.release])
        tables = [line for chart in self.charts() for line in ("", str(Table.of(chart)))]
        return "\n".join([self.title, *lines, total, *notes, *tables])

    def _repr_html_(self) -> str:
        rows = [(site.name, site.sentence or describe_cell(site.persons)) for site in self.sites]
        rows.append((_("Total"), describe_cell(self.persons)))
        head = "".join(
            f"<tr><th scope='row'>{escape(one)}</th><td>{escape(two)}</td></tr>" for one, two in rows
        )
        notes = filter(None, [word_left_out(self.left_out, sites=self.sites), self.masked])
        tables = "".join(Table.of(chart)._repr_html_() for chart in self.charts())
        caption = f"<caption>{escape(self.title)}</caption>"
        return f"<table>{caption}{head}</table>{''.join(f'<p>{escape(note)}</p>' for note in notes)}{tables}"

    def to_pandas(self) -> "pandas.DataFrame":
        """A row a row of each table: table, key, label, persons (nullable), of, suppressed, amounts and more.

        A suppressed number is missing (`<NA>`) with its reason in `suppressed`, never zero. Raises
        PandasMissingError.
        """
        pandas = import_pandas()
        rows = [_flatten(table, row) for table, rows in self.tables.items() for row in rows]
        frame = pandas.DataFrame(rows)
        return frame.astype({"persons": "Int64", "of": "Int64"}) if rows else frame

    @classmethod
    def read(cls, document: Mapping[str, Any], *, labels: Mapping[str, str]) -> Self:
        """The hub's document as a typed result."""
        combined = document["combined"]
        return cls(
            id=document["id"],
            title=document["title"],
            analysis=document["analysis"],
            parameters=document["parameters"],
            status=document["status"],
            sites=tuple(read_site(site) for site in document["sites"]),
            persons=cell_from_json(combined["persons"]),
            contributing=tuple(combined["contributing"]),
            left_out=describe_left_out(document),
            document=combined,
            contents={site["id"]: site["content"] for site in document["sites"] if site["content"]},
            labels=labels,
            elapsed_ms=document["elapsed_ms"],
            release=(document.get("release") or {}).get("sentence", ""),
            budget=read_budget(document.get("budget")),
            rounds=(document.get("rounds") or {}).get("sentence", ""),
            masked=(document.get("masked") or {}).get("sentence", ""),
            hidden=document.get("hidden") or "",
        )


def _flatten(table: str, row: TableRow) -> dict[str, Any]:
    return {
        "table": table,
        "key": row.key,
        "label": row.label,
        "persons": row.persons.value if isinstance(row.persons, Count) else None,
        "of": row.of.value if isinstance(row.of, Count) else None,
        "suppressed": row.persons.reason.value if isinstance(row.persons, Suppressed) else None,
        "complete": row.complete,
        "hospitals": len(row.contributing),
        **row.amounts,
        **{name: value for name, value in row.more.items() if not isinstance(value, Mapping | list)},
    }
