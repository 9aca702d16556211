"""Which type a question's result has; an analysis that is not named here has the general one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from maillage.analysis.characterise.difference import Difference, compare
from maillage.analysis.flows.indicators import Indicators, add_outside, measure
from maillage.analysis.flows.outside import Outside
from maillage.analysis.flows.residence import UNKNOWN
from maillage.client.analyses import AnalysisResult, import_pandas
from maillage.client.joint import JointResult
from maillage.client.permits import read_budget
from maillage.client.results import CountResult, read_result, read_site
from maillage.exchange.parts import SEVERAL

if TYPE_CHECKING:
    import pandas

    from maillage.cohort.dsl.vocabulary import Vocabulary

COUNT = "count"


@dataclass(frozen=True)
class Table1(AnalysisResult):
    """Who is in a cohort."""

    def compare(self, other: "Table1") -> list[Difference]:
        """The standardised differences of what both show, the greatest first."""
        return compare(self.document, other.document)


@dataclass(frozen=True)
class Flows(AnalysisResult):
    """Where the patients of a cohort live, and where they are treated."""

    @property
    def matrix(self) -> dict[str, dict[str, float]]:
        """Stays by hospital shown alone, then by department."""
        return {
            site: {
                row["key"]: row["amounts"]["stays"]
                for table in content["tables"]
                for row in table["rows"]
                if row["amounts"] and row["key"] != UNKNOWN
            }
            for site, content in self.contents.items()
        }

    def measure(self, site: str, *, territory: Collection[str], outside: Outside | None = None) -> Indicators:
        """What a hospital covers, loses and attracts; `outside` adds leaks out of the group."""
        found = measure(self.matrix, site=site, territory=territory)
        return found if outside is None else add_outside(found, outside=outside.stays, territory=territory)


@dataclass(frozen=True)
class Incidence(AnalysisResult):
    """Rates and prevalence, by year and by sex or age."""


@dataclass(frozen=True)
class Distribution(AnalysisResult):
    """How the values of a measurement lie."""


@dataclass(frozen=True)
class Outcomes(AnalysisResult):
    """Observed and expected outcomes."""


@dataclass(frozen=True)
class Model(AnalysisResult):
    """A model over the hospitals."""

    @property
    def fitted(self) -> bool:
        """Whether there is one; else `trouble` says why not."""
        return bool(self.figures.get("fitted"))

    @property
    def trouble(self) -> str:
        """Why there is no model: a code such as `separated` or `collinear`; empty when there is one."""
        return str((self.figures.get("trouble") or {}).get("code", ""))

    @property
    def terms(self) -> tuple[Mapping[str, Any], ...]:
        """A row a coefficient: name, estimate, standard error, interval, p."""
        return tuple(self.figures.get("terms", ()))

    def to_pandas(self) -> "pandas.DataFrame":
        """The terms, a row each. Raises PandasMissingError."""
        return import_pandas().DataFrame([dict(term) for term in self.terms])


@dataclass(frozen=True)
class Survival(AnalysisResult):
    """Curves of survival, their comparison, a Cox model."""


TYPES: Mapping[str, type[AnalysisResult]] = {
    "characterise": Table1,
    "distribution": Distribution,
    "flows": Flows,
    "incidence": Incidence,
    "outcomes": Outcomes,
    "regress": Model,
    "survival": Survival,
}

Result = CountResult | AnalysisResult | JointResult


def read_any(document: Mapping[str, Any]) -> Result:
    """The hub's document as the result of its analysis, or as those of its analyses."""
    if document.get("analysis", COUNT) == SEVERAL:
        return _read_joint(document)
    return _read_one(document)


def _read_joint(document: Mapping[str, Any]) -> JointResult:
    told = document["combined"]["parts"]
    parts = tuple(_read_one(_take_part(document, rank=rank)) for rank in range(len(told)))
    return JointResult(
        id=document["id"],
        title=document["title"],
        status=document["status"],
        sites=tuple(read_site(site) for site in document["sites"]),
        parts=parts,
        names=tuple(part["analysis"] for part in told),
        elapsed_ms=document["elapsed_ms"],
        release=(document.get("release") or {}).get("sentence", ""),
        budget=read_budget(document.get("budget")),
    )


def _take_part(document: Mapping[str, Any], *, rank: int) -> dict[str, Any]:
    """The document that the part would have as a question of its own."""
    part, asked = document["combined"]["parts"][rank], document["parameters"]["parts"][rank]
    contents = [site["content"] and site["content"]["parts"][rank]["content"] for site in document["sites"]]
    return {
        **document,
        "analysis": part["analysis"],
        "parameters": asked.get("parameters", {}),
        "combined": part["document"],
        "sites": [
            site | {"content": content, "persons": content and content["persons"]}
            for site, content in zip(document["sites"], contents, strict=True)
        ],
    }


def _read_one(document: Mapping[str, Any]) -> CountResult | AnalysisResult:
    analysis = document.get("analysis", COUNT)
    if analysis == COUNT:
        return read_result(document)
    return TYPES.get(analysis, AnalysisResult).read(document, labels=find_labels(document))


def find_labels(document: Mapping[str, Any]) -> dict[str, str]:
    """The names of the concepts that are keys of rows, as far as the shipped référentiel knows them."""
    keys = {row["key"] for table in document["combined"]["tables"] for row in table["rows"]}
    numbers = sorted(key for key in keys if key.isdecimal() and len(key) > _SHORTEST_CONCEPT)
    if not numbers:
        return {}
    # The language of cohorts comes with it, which a count does without.
    from maillage.cohort.dsl.vocabulary import ShippedVocabulary

    vocabulary = ShippedVocabulary()
    return {key: name for key in numbers if (name := _find_name(key, vocabulary))}


_SHORTEST_CONCEPT = 4
"""Digits of a calendar year, which is a key too."""


def _find_name(key: str, vocabulary: "Vocabulary") -> str:
    from maillage.cohort.errors import UnknownCodeError

    try:
        concept = vocabulary.find(int(key))
    except UnknownCodeError:
        return ""
    return concept.name or ""
