"""Several analyses of one cohort in one question: what is asked, and what came back, a result a part."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from maillage.base.i18n import _
from maillage.client.analyses import AnalysisResult
from maillage.client.errors import ClientError
from maillage.client.permits import Budget
from maillage.client.results import CountResult, SiteCount


@dataclass(frozen=True)
class Part:
    """One analysis to ask, with the parameters of its page."""

    analysis: str
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])

    def to_json(self) -> dict[str, Any]:
        """As the hub takes it; sequences as lists, which JSON has."""
        told = {
            name: list(value) if isinstance(value, tuple) else value  # pyright: ignore[reportUnknownArgumentType]
            for name, value in self.parameters.items()
        }
        return {"analysis": self.analysis, "parameters": told}


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

    def __str__(self) -> str:
        told = "\n\n".join(str(one) for one in self.parts)
        return told or self.title

    def _repr_html_(self) -> str:
        return "".join(one._repr_html_() for one in self.parts)
