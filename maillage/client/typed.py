"""Which type a question's result has; an analysis that is not named here has the general one."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal

from maillage.analysis.characterise.difference import Difference, compare
from maillage.analysis.flows.indicators import Indicators, add_outside, measure
from maillage.analysis.flows.outside import Outside
from maillage.analysis.flows.residence import UNKNOWN
from maillage.analysis.regress.chart import list_terms, word_trouble
from maillage.base.i18n import _
from maillage.client.analyses import AnalysisResult, import_pandas
from maillage.client.errors import ArgumentError
from maillage.client.joint import JointResult
from maillage.client.permits import read_budget
from maillage.client.results import CountResult, read_result, read_site, word_left_out
from maillage.exchange.parts import SEVERAL
from maillage.exchange.reasons import Reason, word

if TYPE_CHECKING:
    import pandas

    from maillage.cohort.dsl.vocabulary import Vocabulary

COUNT = "count"
TOO_FEW_SITES = "too_few_sites"
ROUNDS_FAILED = "rounds_failed"
CANCELLED = "cancelled"
_NOBODY = {"code": TOO_FEW_SITES, "columns": ()}


@dataclass(frozen=True)
class Table1(AnalysisResult):
    """Who is in a cohort."""

    def compare(self, other: "Table1") -> list[Difference]:
        """The standardised differences of what both show, the greatest first. Raises ArgumentError."""
        if not isinstance(other, Table1):  # pyright: ignore[reportUnnecessaryIsInstance]
            raise ArgumentError(
                _("Un tableau 1 se compare à un autre, pas à {what}.").format(what=type(other).__name__),
                remedy=_("Donnez le résultat d’un autre hub.table1(…)."),
            )
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

    def measure(
        self, site: str, *, territory: Collection[str] | str, outside: Outside | None = None
    ) -> Indicators:
        """What a hospital covers, loses and attracts; `outside` adds leaks out of the group.

        `territory` is departments, or one. Raises ArgumentError for a hospital that is not shown alone.
        """
        departments = {territory} if isinstance(territory, str) else territory
        if site not in self.matrix:
            raise ArgumentError(
                _("« {name} » n’est pas un hôpital montré seul dans ce résultat.").format(
                    name=str(site)[:40]
                ),
                remedy=_("Ceux qui le sont : {names}.").format(names=", ".join(self.matrix) or "–"),
            )
        found = measure(self.matrix, site=site, territory=departments)
        return found if outside is None else add_outside(found, outside=outside.stays, territory=departments)


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
class Fit(AnalysisResult):
    """What has a model over the hospitals, fitted by rounds."""

    @property
    def _model(self) -> Mapping[str, Any]:
        """Its part of the figures; nothing before there is one."""
        return self.figures

    @property
    def _is_asked(self) -> bool:
        return True

    @property
    def fitted(self) -> bool:
        """Whether there is a model; else `trouble` and `why` say why not."""
        return bool(self._model.get("fitted"))

    @property
    def trouble(self) -> str:
        """Why there is no model: a code such as `separated`, `collinear` or `too_few_sites`.

        Empty when there is one, or none was asked, or the hospitals have not all given their last word.
        """
        told = self._model.get("trouble")
        if told:
            return str(told["code"])
        if self.fitted or not self._is_asked or not self.complete:
            return ""
        if self.status == CANCELLED:
            return CANCELLED
        return ROUNDS_FAILED if self.contributing else TOO_FEW_SITES

    @property
    def why(self) -> str:
        """The same in words, and of each hospital that is not in the model its reason; empty with a model."""
        if not self.trouble:
            return ""
        if self.trouble == CANCELLED:
            return word(Reason.CANCELLED)
        told = word_trouble(self._model.get("trouble")) or self.rounds or word_trouble(_NOBODY)
        return " ".join(filter(None, [told, word_left_out(self.left_out, sites=self.sites)]))

    @property
    def terms(self) -> tuple[Mapping[str, Any], ...]:
        """A row a coefficient: name, estimate, standard error, interval, p.

        A covariate of a logistic, a Poisson or a Cox model has the ratio of odds, rates or hazards too:
        `ratio`, `ratio_low`, `ratio_high`.
        """
        return tuple(list_terms(self._model))


@dataclass(frozen=True)
class Model(Fit):
    """A linear, logistic or Poisson model."""

    def to_pandas(self) -> "pandas.DataFrame":
        """The terms, a row each. Raises PandasMissingError."""
        return import_pandas().DataFrame([dict(term) for term in self.terms])


@dataclass(frozen=True)
class Survival(Fit):
    """Curves of survival, their comparison, and the Cox model where covariates were given."""

    @property
    def _model(self) -> Mapping[str, Any]:
        return self.figures.get("model") or {}

    @property
    def _is_asked(self) -> bool:
        return bool(self.parameters.get("covariates"))

    @property
    def curves(self) -> tuple[Mapping[str, Any], ...]:
        """A curve a group: its name, its persons, its median and its points."""
        return tuple(self.figures.get("curves", ()))

    def to_pandas(self, what: Literal["curves", "model"] = "curves") -> "pandas.DataFrame":
        """The points of all curves, a row each under their `group`; or the terms of the Cox `model`.

        Raises ArgumentError for another word, PandasMissingError.
        """
        match what:
            case "curves":
                rows = [{"group": one["group"], **point} for one in self.curves for point in one["points"]]
            case "model":
                rows = [dict(term) for term in self.terms]
            case _:
                raise ArgumentError(
                    _("Ce résultat n’a pas de tableau « {name} ».").format(name=str(what)[:40]),
                    remedy=_("Ses tableaux : {names}.").format(names="curves, model"),
                )
        return import_pandas().DataFrame(rows)


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
