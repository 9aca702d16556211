"""The analyses that a study needs, one method each, over `Hub.run`."""

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from typing import Any, Required, TypedDict, Unpack, cast

from maillage.client.analyses import AnalysisResult
from maillage.client.typed import Table1


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


def _given(**parameters: Any) -> dict[str, Any]:
    """Those that were said; sequences as lists, which JSON has."""
    return {
        name: list(value) if isinstance(value, tuple) else value
        for name, value in parameters.items()
        if value is not None
    }
