"""The analyses that a study needs, one method each, over `Hub.run`."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Required, TypedDict, Unpack, cast

from maillage.client.analyses import AnalysisResult
from maillage.client.typed import Distribution, Flows, Incidence, Outcomes, Table1


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

    def flows(self, expression: Any, **asking: Unpack[Asking]) -> Flows:
        """Where the patients live, by department; each entry into the cohort is a stay."""
        return cast("Flows", self.run("flows", expression, **asking))

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
        parameters = _given(measure=measure, edges=list(edges), before_days=before_days)
        return cast("Distribution", self.run("distribution", expression, parameters=parameters, **asking))

    def outcomes(
        self,
        expression: Any,
        *,
        outcome: Mapping[str, Any],
        model: Mapping[str, Any],
        within_days: int | None = None,
        before_days: int | None = None,
        **asking: Unpack[Asking],
    ) -> Outcomes:
        """Observed outcomes beside those that a risk model expects, hospital by hospital."""
        parameters = _given(outcome=outcome, model=model, within_days=within_days, before_days=before_days)
        return cast("Outcomes", self.run("outcomes", expression, parameters=parameters, **asking))


def _given(**parameters: Any) -> dict[str, Any]:
    """Those that were said; sequences as lists, which JSON has."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in parameters.items()
        if value is not None
    }
