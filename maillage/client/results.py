"""What came back: hospitals, cells, the total; prints well, becomes a DataFrame."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from html import escape
from typing import TYPE_CHECKING, Any

from maillage.analysis.base import Asked, ChartSpec
from maillage.analysis.registry import load_chart
from maillage.base.french import format_milliseconds
from maillage.base.i18n import _
from maillage.client.left_out import describe_left_out, join_reasons
from maillage.client.permits import Budget, read_budget
from maillage.client.plots import Plot, find_plot, list_plots
from maillage.client.tables import import_pandas
from maillage.disclosure.values import (
    Band,
    Cell,
    Count,
    Noisy,
    Private,
    Suppressed,
    cell_from_json,
)
from maillage.exchange.cell_words import describe_cell

if TYPE_CHECKING:
    import pandas


_APPROXIMATE = (Noisy, Band, Private)


@dataclass(frozen=True)
class SiteCount:
    """One hospital's answer; `persons` is None while it waits, when it refuses, or is not shown alone.

    `reason` is the code of `sentence`; both are empty where there is nothing to say.
    """

    id: str
    name: str
    status: str
    persons: Cell | None
    sentence: str
    engine_ms: float | None
    reason: str = ""


@dataclass(frozen=True)
class YearCount:
    """Persons by calendar year of entry, over the hospitals that released that year."""

    year: int
    persons: Cell
    contributing: tuple[str, ...]
    complete: bool


@dataclass(frozen=True)
class Combined:
    """The group's total: distinct persons per hospital, added up over `contributing`.

    `left_out` says in words why others are not in it, those that refused too, by id.
    `repeated` names the hospitals that gave numbers of a former answer: its persons are the same, or differ
    by fewer than the floor.
    """

    persons: Cell
    contributing: tuple[str, ...]
    left_out: Mapping[str, str]
    repeated: tuple[str, ...]
    steps: tuple[Cell, ...]
    years: tuple[YearCount, ...]


@dataclass(frozen=True)
class CountResult:
    """A count over the group. A person seen in two hospitals counts in each.

    `budget` is what the permit leaves to ask, None where it sets no limit. `masked` is a sentence on
    the masked sum, where the hub learns the total alone; else empty. `rules` names the inclusion rules, whose
    attrition is `combined.steps`; `document` is the group's answer as the hub gave it.
    """

    id: str
    title: str
    status: str
    sites: tuple[SiteCount, ...]
    combined: Combined
    elapsed_ms: float
    release: str = ""
    """What the committee's check has come to, in a sentence; empty where the permit asks for none."""
    budget: Budget | None = None
    masked: str = ""
    hidden: str = ""
    """Why a total that enough hospitals answered for is not shown; else empty."""
    rules: tuple[str, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict[str, Any])

    @property
    def complete(self) -> bool:
        """Whether every hospital has given its last word."""
        return self.status != "open"

    def charts(self) -> list[ChartSpec]:
        """The attrition by inclusion rule and the years of entry, where they are told."""
        return load_chart("count").charts(self.document, asked=Asked(rules=self.rules))

    def plot(self, title: str = "") -> Plot:
        """The drawing to read first, or that of this title. Raises PlotMissingError."""
        return find_plot(self.charts(), title=title)

    def plots(self) -> tuple[Plot, ...]:
        """All its drawings."""
        return list_plots(self.charts())

    def __str__(self) -> str:
        width = max((len(site.name) for site in self.sites), default=0)
        lines = [f"  {site.name:<{width}}  {describe_site(site)}" for site in self.sites]
        total = f"  {_('Total'):<{width}}  {describe_total(self)}"
        masked = f"  {self.masked}" if self.masked else ""
        left = word_left_out(self.combined.left_out, sites=self.sites)
        notes = [f"  {left}" if left else "", masked, self.hidden, self.release]
        notes.append("" if self.budget is None else self.budget.sentence)
        return "\n".join([self.title, *lines, total, *filter(None, notes)])

    def _repr_html_(self) -> str:
        rows = [(site.name, describe_site(site)) for site in self.sites]
        rows.append((_("Total"), describe_total(self)))
        body = "".join(
            f"<tr><th scope='row'>{escape(name)}</th><td>{escape(text)}</td></tr>" for name, text in rows
        )
        left = escape(word_left_out(self.combined.left_out, sites=self.sites))
        note = f"<p>{left}</p>" if left else ""
        return f"<table><caption>{escape(self.title)}</caption>{body}</table>{note}"

    def to_pandas(self) -> "pandas.DataFrame":
        """A row a hospital: id, name, status, persons (nullable integer), approximate, suppressed, engine_ms.

        A suppressed count is missing (`<NA>`) with its reason in `suppressed`, never zero; an approximate
        one is missing too, with what is known of it in `approximate`. Raises PandasMissingError.
        """
        frame = import_pandas().DataFrame([_as_row(site) for site in self.sites])
        return frame.astype({"persons": "Int64"})


def describe_total(result: CountResult) -> str:
    """The group's cell; of a masked sum, with the number of hospitals in it."""
    cell = describe_cell(result.combined.persons)
    if not result.masked or not result.combined.contributing:
        return cell
    return _("{cell} ({number} hôpitaux)").format(cell=cell, number=len(result.combined.contributing))


def word_left_out(left_out: Mapping[str, str], *, sites: Iterable[SiteCount]) -> str:
    """Who is not in the total, and why; empty where everybody is."""
    if not left_out:
        return ""
    reasons = join_reasons(left_out, names={site.id: site.name for site in sites})
    return _("Hors du total : {reasons}").format(reasons=reasons)


def describe_site(site: SiteCount) -> str:
    """A hospital's line: its cell and time, or its sentence."""
    if site.persons is None:
        return site.sentence or "…"
    time = "" if site.engine_ms is None else f"  ({format_milliseconds(site.engine_ms)})"
    return describe_cell(site.persons) + time


def read_result(document: Mapping[str, Any]) -> CountResult:
    """The hub's document as a typed result."""
    return CountResult(
        id=document["id"],
        title=document["title"],
        status=document["status"],
        sites=tuple(read_site(site) for site in document["sites"]),
        combined=_read_combined(document["combined"], left_out=describe_left_out(document)),
        elapsed_ms=document["elapsed_ms"],
        release=(document.get("release") or {}).get("sentence", ""),
        budget=read_budget(document.get("budget")),
        masked=(document.get("masked") or {}).get("sentence", ""),
        hidden=document.get("hidden") or "",
        rules=tuple(document.get("rules", ())),
        document=document["combined"],
    )


def read_site(document: Mapping[str, Any]) -> SiteCount:
    """One hospital of the hub's document."""
    persons = document["persons"]
    return SiteCount(
        id=document["id"],
        name=document["name"],
        status=document["status"],
        persons=None if persons is None else cell_from_json(persons),
        sentence=document["sentence"] or "",
        engine_ms=document["engine_ms"],
        reason=document.get("reason") or "",
    )


def _read_combined(document: Mapping[str, Any], *, left_out: Mapping[str, str]) -> Combined:
    return Combined(
        persons=cell_from_json(document["persons"]),
        contributing=tuple(document["contributing"]),
        left_out=left_out,
        repeated=tuple(document["repeated"]),
        steps=_read_cells(document["steps"]),
        years=tuple(
            YearCount(
                row["year"], cell_from_json(row["persons"]), tuple(row["contributing"]), row["complete"]
            )
            for row in document["years"]
        ),
    )


def _read_cells(documents: Iterable[object]) -> tuple[Cell, ...]:
    return tuple(cell_from_json(document) for document in documents)


def _as_row(site: SiteCount) -> dict[str, Any]:
    return {
        "id": site.id,
        "name": site.name,
        "status": site.status,
        "persons": site.persons.value if isinstance(site.persons, Count) else None,
        "approximate": describe_cell(site.persons)
        if isinstance(site.persons, Noisy | Band | Private)
        else None,
        "suppressed": site.persons.reason.value if isinstance(site.persons, Suppressed) else None,
        "engine_ms": site.engine_ms,
    }
