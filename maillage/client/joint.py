"""Several analyses of one cohort in one question: what is asked, and what came back, a result a part."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import TYPE_CHECKING, Any, cast

from maillage.analysis.base import ChartSpec
from maillage.analysis.registry import load_words
from maillage.base.i18n import _, say
from maillage.client.analyses import AnalysisResult
from maillage.client.errors import ArgumentError, ClientError
from maillage.client.permits import Budget
from maillage.client.plain import to_plain
from maillage.client.plots import Plot, find_plot, list_plots
from maillage.client.results import CountResult, SiteCount
from maillage.client.tables import import_pandas

if TYPE_CHECKING:
    import pandas


@dataclass(frozen=True)
class Part:
    """One analysis to ask, with the parameters of its page."""

    analysis: str
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def to_json(self) -> dict[str, Any]:
        """As the hub takes it. Raises ArgumentError for what JSON has not."""
        return {
            "analysis": self.analysis,
            "parameters": to_plain(self.parameters, at=f"{self.analysis}.parameters"),
        }


def list_parts(parts: object) -> list[dict[str, Any]]:
    """The parts of a question as the hub takes them; a name alone is an analysis without parameters.

    Raises ArgumentError.
    """
    given = parts if isinstance(parts, list | tuple) else [parts]
    return [_read_part(one).to_json() for one in cast("Sequence[object]", given)]


def _read_part(given: object) -> Part:
    match given:
        case Part():
            return given
        case str():
            return Part(given)
        case _:
            raise ArgumentError(
                _("Ce n’est pas une analyse à joindre : {what}.").format(what=repr(given)[:80]),
                remedy=_('Par exemple : ["count", part("incidence", first_year=2021, last_year=2022)].'),
            )


def part(analysis: str, **parameters: Any) -> Part:
    """`part("incidence", first_year=2021, last_year=2022)`: one analysis of a joint question."""
    return Part(analysis, parameters)


@dataclass(frozen=True)
class JointResult:
    """The results of a joint question, in the order of its parts; none before a hospital has answered.

    Each is what the same analysis gives when asked alone. `result["incidence"]` finds one by its analysis.
    """

    id: str
    title: str
    status: str
    sites: tuple[SiteCount, ...]
    parts: tuple[CountResult | AnalysisResult, ...]
    names: tuple[str, ...]
    elapsed_ms: float
    release: str = ""
    budget: Budget | None = None

    @property
    def complete(self) -> bool:
        """Whether every hospital has given its last word."""
        return self.status != "open"

    def __iter__(self) -> Iterator[CountResult | AnalysisResult]:
        return iter(self.parts)

    def __len__(self) -> int:
        return len(self.parts)

    def __getitem__(self, name: str) -> CountResult | AnalysisResult:
        """The part of that analysis. Raises ClientError where there is none, or more than one."""
        found = [one for known, one in zip(self.names, self.parts, strict=True) if known == name]
        if len(found) == 1:
            return found[0]
        raise ClientError(
            _("Cette question a {count} réponses de l’analyse « {name} ».").format(
                count=len(found), name=name
            ),
            why=_("Ses analyses : {names}.").format(names=", ".join(self.names) or "–"),
            remedy=_("Lisez-les dans l’ordre : result.parts."),
        )

    def charts(self) -> list[ChartSpec]:
        """The drawings of all parts, each under the name of its analysis too."""
        return [
            replace(chart, title=f"{say(load_words(name).title)} · {chart.title}")
            for name, one in zip(self.names, self.parts, strict=True)
            for chart in one.charts()
        ]

    def plot(self, title: str = "") -> Plot:
        """The drawing to read first, or that of this title. Raises PlotMissingError."""
        return find_plot(self.charts(), title=title)

    def plots(self) -> tuple[Plot, ...]:
        """All drawings of all parts."""
        return list_plots(self.charts())

    def to_pandas(self) -> "pandas.DataFrame":
        """The rows of all parts, under `part` (its place, from 0) and `analysis`; each part has its columns.

        What a part has no column for is missing. Raises PandasMissingError.
        """
        frames = [
            one.to_pandas().assign(part=place, analysis=name)
            for place, (name, one) in enumerate(zip(self.names, self.parts, strict=True))
        ]
        pandas = import_pandas()
        if not frames:
            return pandas.DataFrame({"part": [], "analysis": []})
        found = pandas.concat(frames, ignore_index=True, sort=False)
        return found[["part", "analysis", *found.columns.drop(["part", "analysis"])]]

    def __str__(self) -> str:
        told = "\n\n".join(str(one) for one in self.parts)
        return told or self.title

    def _repr_html_(self) -> str:
        return "".join(one._repr_html_() for one in self.parts)
