"""The analyses that a study needs, one method each, over `Hub.run`."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Required, TypedDict, Unpack, cast

from maillage.client.analyses import AnalysisResult
from maillage.client.calls import in_words
from maillage.client.formula import read_formula, read_names
from maillage.client.models import choose_family, choose_offset
from maillage.client.risk import standardise
from maillage.client.typed import Distribution, Flows, Incidence, Model, Outcomes, Survival, Table1


class Asking(TypedDict, total=False):
    """What may be said of any question: see `Hub.count`."""

    title: str
    sites: Sequence[str] | None
    permit: Required[str]
    wait: float
    watch: Callable[[AnalysisResult], None] | None


class Studies(ABC):
    """Parameters are those of each analysis's page in the documentation; those left out have its defaults."""

    @abstractmethod
    def run(
        self,
        analysis: str,
        expression: Any,
        *,
        parameters: Mapping[str, Any] | None = None,
        title: str = "",
        sites: Sequence[str] | None = None,
        permit: str,
        wait: float = 60.0,
        watch: Callable[[AnalysisResult], None] | None = None,
    ) -> AnalysisResult:
        """Run an analysis."""
        ...

    @in_words(asking=Asking)
    def table1(
        self,
        expression: Any,
        *,
        ages: Sequence[int] | None = None,
        before_days: int | None = None,
        after_days: int | None = None,
        domains: Sequence[str] | None = None,
        levels: Mapping[str, str] | None = None,
        commonest: int | None = None,
        features: Sequence[Mapping[str, Any]] | None = None,
        measures: Sequence[Mapping[str, Any]] | None = None,
        **asking: Unpack[Asking],
    ) -> Table1:
        """Describe a cohort: age, sex, year, what they have before and after, measures."""
        parameters = _given(
            ages=ages,
            before_days=before_days,
            after_days=after_days,
            domains=domains,
            levels=levels,
            commonest=commonest,
            features=features,
            measures=measures,
        )
        return cast("Table1", self.run("characterise", expression, parameters=parameters, **asking))

    @in_words(asking=Asking)
    def flows(self, expression: Any, **asking: Unpack[Asking]) -> Flows:
        """Where the patients live, by department; each entry into the cohort is a stay."""
        return cast("Flows", self.run("flows", expression, **asking))

    @in_words(asking=Asking)
    def incidence(
        self,
        expression: Any,
        *,
        first_year: int,
        last_year: int,
        by: str | None = None,
        ages: Sequence[int] | None = None,
        washout_days: int | None = None,
        **asking: Unpack[Asking],
    ) -> Incidence:
        """New cases per person-year and the share of cases, where the cohort's entries are the cases."""
        parameters = _given(
            first_year=first_year, last_year=last_year, by=by, ages=ages, washout_days=washout_days
        )
        return cast("Incidence", self.run("incidence", expression, parameters=parameters, **asking))

    @in_words(asking=Asking)
    def distribution(
        self,
        expression: Any,
        *,
        measure: Mapping[str, Any],
        edges: Sequence[float],
        before_days: int | None = None,
        **asking: Unpack[Asking],
    ) -> Distribution:
        """The histogram and quantiles of each person's last value before the index date."""
        parameters = _given(measure=measure, edges=edges, before_days=before_days)
        return cast("Distribution", self.run("distribution", expression, parameters=parameters, **asking))

    @in_words(asking=Asking)
    def glm(
        self,
        expression: Any,
        formula: str,
        *,
        features: Sequence[Mapping[str, Any]] | Mapping[str, Any] = (),
        family: str | None = None,
        offset: Mapping[str, Any] | None = None,
        weights: Mapping[str, Any] | None = None,
        errors: str | None = None,
        hospitals: str | None = None,
        **asking: Unpack[Asking],
    ) -> Model:
        """A linear, logistic or Poisson model over the hospitals: `readmitted ~ age + sex + diabetes`.

        `features` declare the names of the formula, as the page of `regress` says; `age` and `sex` are
        declared already. `family` is gaussian (or linear), binomial (or logistic) or poisson; without it,
        binomial of a yes or no and gaussian of a number. `offset` is as on that page, or a feature alone,
        whose logarithm is then taken. Raises FormulaError.
        """
        model = read_formula(formula, features=features)
        parameters = _given(
            family=choose_family(family, outcome=model.outcome),
            outcome=model.outcome,
            covariates=model.covariates,
            offset=choose_offset(offset, written=model.offset),
            weights=weights,
            errors=errors and str(errors).lower(),
            hospitals=hospitals,
        )
        return cast("Model", self.run("regress", expression, parameters=parameters, **asking))

    @in_words(asking=Asking)
    def survival(
        self,
        expression: Any,
        *,
        event: Mapping[str, Any],
        until: int,
        covariates: str | Sequence[str] = "",
        features: Sequence[Mapping[str, Any]] | Mapping[str, Any] = (),
        split: Mapping[str, Any] | None = None,
        strata: Mapping[str, Any] | None = None,
        ties: str | None = None,
        baseline: str | None = None,
        grid_days: int | None = None,
        **asking: Unpack[Asking],
    ) -> Survival:
        """The time to an event: curves, compared by `split`; a Cox model of `covariates`, as `age + sex`.

        These may be a list of names too. `features` declare them, as for `glm`. Raises FormulaError.
        """
        parameters = _given(
            event=event,
            until=until,
            covariates=read_names(covariates, features=features) if covariates else None,
            split=split,
            strata=strata,
            ties=ties,
            baseline=baseline,
            grid_days=grid_days,
        )
        return cast("Survival", self.run("survival", expression, parameters=parameters, **asking))

    @in_words(asking=Asking)
    def outcomes(
        self,
        expression: Any,
        *,
        model: Mapping[str, Any] | Model,
        outcome: Mapping[str, Any] | None = None,
        within_days: int | None = None,
        before_days: int | None = None,
        **asking: Unpack[Asking],
    ) -> Outcomes:
        """Observed outcomes beside those that a risk model expects, hospital by hospital.

        `model` has coefficients, as the page of `outcomes` says, and `outcome` is then needed; or it is the
        result of a logistic `glm`, which brings its outcome, its days and its coefficients. Raises
        RiskModelError where such a model is not one that `outcomes` can tell.
        """
        parameters = _given(outcome=outcome, within_days=within_days, before_days=before_days)
        if isinstance(model, Model):
            parameters = standardise(model, given=parameters)
        else:
            parameters["model"] = model
        return cast("Outcomes", self.run("outcomes", expression, parameters=parameters, **asking))


def _given(**parameters: Any) -> dict[str, Any]:
    """Those that were said."""
    return {name: value for name, value in parameters.items() if value is not None}
