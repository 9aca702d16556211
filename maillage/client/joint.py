"""Several analyses of one cohort in one question: what is asked, and what came back, a result a part."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, cast

from maillage.base.i18n import _
from maillage.client.analyses import AnalysisResult
from maillage.client.errors import ArgumentError, ClientError
from maillage.client.permits import Budget
from maillage.client.plain import to_plain
from maillage.client.results import CountResult, SiteCount


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

    def __str__(self) -> str:
        told = "\n\n".join(str(one) for one in self.parts)
        return told or self.title

    def _repr_html_(self) -> str:
        return "".join(one._repr_html_() for one in self.parts)
