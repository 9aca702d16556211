"""A cohort taken apart: parsed, compiled, rendered and run step by step, each timed."""

import time
from collections.abc import Hashable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from sqlglot import exp

from maillage.cohort.attrition import attrition
from maillage.cohort.circe import parse_expression
from maillage.cohort.compile import CohortPlan, Step
from maillage.cohort.execute import statements
from maillage.cohort.expression import CohortExpression
from maillage.cohort.profile.codesets import ResolvedSet, resolve_sets
from maillage.cohort.profile.hints import Hint, hints
from maillage.cohort.profile.measure import Measured, Measures, measured, slowest
from maillage.cohort.profile.places import Place, find_places
from maillage.cohort.run import CohortTables, compile_for
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.errors import QueryInterruptedError


@dataclass(frozen=True)
class Line:
    """A part of the definition and the steps that answer it; `as_at` is an equal part that answers for it.

    `left` holds, for an inclusion rule, the persons before it and after it, the rules before it applied.
    """

    place: Place
    steps: tuple[Measured, ...]
    as_at: str | None = None
    left: tuple[int, int] | None = None


@dataclass(frozen=True)
class Totals:
    """Seconds. `engine` is the sum of the steps, each made a table: together they may take less."""

    parse: float
    compile: float
    render: float
    engine: float


@dataclass(frozen=True)
class Profile:
    """What a cohort costs and finds in one warehouse. Counts are exact: they stay inside the hospital.

    `stopped_at` is the path of the part at which the limit named in `error` put an end to the measuring.
    """

    totals: Totals
    sets: list[ResolvedSet]
    lines: list[Line]
    slowest: list[tuple[str, Measured]]
    hints: list[Hint]
    stopped_at: str | None = None
    error: QueryInterruptedError | None = None


def profile_cohort(source: bytes, *, engine: Engine, seconds: float | None = None) -> Profile:
    """Take the expression apart. A limit of time or memory gives the profile of what ran before it.

    Raises what `parse_expression` and `compile_cohort` do.
    """
    begun = time.perf_counter()
    expression = parse_expression(source)
    parsed = time.perf_counter()
    plan = compile_for(engine, expression)
    compiled = time.perf_counter()
    for _name, query in statements(plan):
        query.sql(engine.dialect)
    rendered = time.perf_counter()
    with measured(plan, engine=engine, seconds=seconds) as measures:
        times = Totals(parsed - begun, compiled - parsed, rendered - compiled, measures.seconds)
        return _tell(expression, plan, measures, times, engine=engine)


def _tell(
    expression: CohortExpression, plan: CohortPlan, measures: Measures, totals: Totals, *, engine: Engine
) -> Profile:
    places = list(find_places(expression))
    where = _Where(expression, places, plan)
    by_name = {step.name: step for step in plan.steps}
    resolved = _codesets_table(measures)
    sets = resolve_sets(expression, used=_used_sets(plan), resolved=resolved, engine=engine)
    whole = plan.events is not None and measures.error is None
    tables = CohortTables(plan.rows, plan.events or "", plan.rules)
    left = [int(persons) for _held, persons in engine.fetch(attrition(tables))] if whole else []
    return Profile(
        totals=totals,
        sets=sets,
        lines=list(_with_persons(where.lines(measures.done), left)),
        slowest=[(where.of(by_name[one.name]), one) for one in slowest(measures.done.values())],
        hints=hints([(where.of(step), step) for step in plan.steps], sets, thin_copies=engine.thin_copies),
        stopped_at=where.of(by_name[measures.stopped_at]) if measures.stopped_at else None,
        error=measures.error,
    )


def _with_persons(lines: Iterable[Line], left: Sequence[int]) -> Iterator[Line]:
    """The lines, those of inclusion rules with the persons before and after."""
    steps = iter(pairwise(left))
    for line in lines:
        yield replace(line, left=next(steps, None)) if line.place.is_rule else line


def _used_sets(plan: CohortPlan) -> set[int]:
    """The ids by which steps look concepts up."""
    lookups = (equal for step in plan.steps for equal in step.query.find_all(exp.EQ))
    return {int(found.expression.name) for found in lookups if found.this.name == "codeset_id"}


def _codesets_table(measures: Measures) -> str | None:
    return next((name for name in measures.done if name.endswith("_codesets")), None)


class _Where:
    """Which part of the definition each step answers: that of its node, or the section of its kind."""

    def __init__(self, expression: CohortExpression, places: Iterable[Place], plan: CohortPlan) -> None:
        self._places = list(places)
        self._first: dict[Hashable, str] = {}
        for place in self._places:
            if place.node is not None:
                self._first.setdefault(place.node, place.path)
        self._steps = plan.steps
        self._prefix = plan.rows.removesuffix("cohort_rows")
        qualified = "$.AdditionalCriteria" if expression.additional else "$.PrimaryCriteria"
        self._sections: Mapping[str, str] = {
            "codesets": "$.ConceptSets",
            "primary_events": "$.PrimaryCriteria",
            "qualified_events": qualified,
            "events": "$.InclusionRules" if expression.rules else qualified,
            "included_events": "$.EndStrategy",
            "treatment_eras": "$.EndStrategy",
        }

    def of(self, step: Step) -> str:
        """The JSON path of the part that the step answers."""
        if step.about is not None and step.about in self._first:
            return self._first[step.about]
        return self._sections.get(step.name.removeprefix(self._prefix), "$.CollapseSettings")

    def lines(self, done: Mapping[str, Measured]) -> list[Line]:
        """Every part with its steps, in the order of the definition."""
        by_path: dict[str, list[Measured]] = {}
        for step in self._steps:
            if step.name in done:
                by_path.setdefault(self.of(step), []).append(done[step.name])
        return [
            Line(place, tuple(by_path.get(place.path, ())), self._answered_at(place))
            for place in self._places
        ]

    def _answered_at(self, place: Place) -> str | None:
        first = self._first.get(place.node, place.path) if place.node is not None else place.path
        return None if first == place.path else first
