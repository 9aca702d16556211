"""survival: Kaplan–Meier curves, the log-rank test and Cox models over the patients of several hospitals."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from maillage.analysis.base import RoundsSpec, Spec, WireModel
from maillage.analysis.features.columns import Column, list_columns, list_levels
from maillage.analysis.features.concepts import as_tuple
from maillage.analysis.features.declared import Death, Event, Feature, Features, Visit, check_names
from maillage.analysis.glm.wire import MAX_COLUMNS, MAX_ROUNDS, Finite, Triangle
from maillage.disclosure.values import CellJson

MAX_STEPS = 4_000
"""Steps of the grid of days: eleven years by the day."""
MAX_POINTS = MAX_STEPS + 1
"""Each step has a point, and so has the end of follow-up."""
ALL = "all"
"""The one level of curves that are not split."""

Level = Annotated[str, StringConstraints(max_length=60)]
Day = Annotated[int, Field(ge=0, le=36_526)]
Vector = Annotated[tuple[Finite, ...], BeforeValidator(as_tuple), Field(max_length=MAX_COLUMNS)]
MAX_NUMBERS = 60_000
"""Numbers that one hospital tells in one list of one round, at most: what fits in a message."""
Numbers = Annotated[tuple[Finite, ...], BeforeValidator(as_tuple), Field(max_length=MAX_NUMBERS)]
Days = Annotated[tuple[Day, ...], BeforeValidator(as_tuple), Field(max_length=MAX_POINTS)]


class SurvivalParameters(WireModel):
    """Time from the index to the first `event`, in days; censored where observation ends, and at `until`.

    Times are rounded up to multiples of `grid_days`. `split` is a factor: a curve for each level, compared by
    the log-rank test. With `covariates` there is a Cox model, with `ties` as it says and `strata`, a factor,
    each with a baseline of its own. `baseline`: one for all hospitals (`common`), or one for each.
    """

    event: Annotated[Event | Visit | Death, Field(discriminator="kind")]
    until: Annotated[int, Field(ge=1, le=36_525)]
    grid_days: Annotated[int, Field(ge=1, le=3_653)] = 1
    split: Feature | None = None
    covariates: Features = ()
    strata: Feature | None = None
    ties: Literal["efron", "breslow"] = "efron"
    baseline: Literal["hospital", "common"] = "hospital"
    rounds: Annotated[int, Field(ge=2, le=MAX_ROUNDS)] = 12

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        factors = [one for one in (self.split, self.strata) if one is not None]
        names = {factor.name: factor for factor in factors}
        check_names(
            self.event, *self.covariates, *(one for one in names.values() if one not in self.covariates)
        )
        if self.event.window.start is None or self.event.window.start < 1:
            raise ValueError("the event comes after the index: its window starts at day 1 or later")
        if any(not list_groups(factor) for factor in factors):
            raise ValueError("curves and strata are those of a factor: of levels, bands, or a yes or no")
        if len(self.points) > MAX_POINTS:
            raise ValueError(f"the grid has at most {MAX_STEPS} steps: a coarser grid_days")
        if len(self.columns) > MAX_COLUMNS:
            raise ValueError(f"a model has at most {MAX_COLUMNS} columns")
        return self

    @property
    def columns(self) -> tuple[Column, ...]:
        """Those of the Cox model."""
        return list_columns(self.covariates)

    @property
    def groups(self) -> tuple[str, ...]:
        """The curves, by name."""
        return (ALL,) if self.split is None else list_groups(self.split)

    @property
    def strata_names(self) -> tuple[str, ...]:
        """The strata of the Cox model, by name."""
        return (ALL,) if self.strata is None else list_groups(self.strata)

    @property
    def points(self) -> tuple[int, ...]:
        """The last day of each interval of the declared grid, and the day after `until`.

        That is when they leave who are followed to the end: they are no withdrawals of the last interval.
        """
        step = self.grid_days
        return (*(min(day, self.until) for day in range(step, self.until + step, step)), self.until + 1)


def list_groups(feature: Feature) -> tuple[str, ...]:
    """The levels by which curves or strata are told apart; none for a number."""
    levels = list_levels(feature)
    columns = list_columns([feature])
    return levels or (("no", "yes") if len(columns) == 1 and columns[0].is_flag else ())


class IntervalCells(WireModel):
    """Who leaves a curve in the interval that ends on `day`: with the event, or censored. None is nobody."""

    day: Day
    events: CellJson | None
    censored: CellJson | None


class CurveCells(WireModel):
    """One curve of one hospital: `persons` at the start, then its intervals."""

    group: Level
    persons: CellJson | None
    intervals: Annotated[tuple[IntervalCells, ...], BeforeValidator(as_tuple), Field(max_length=MAX_POINTS)]


class SurvivalContent(WireModel):
    """What one hospital sends first. `days` are its points of time: those of the grid that may be told apart.

    The last is the day after `until`, of those still followed; where `until` is not among the others, they
    are told together with those who leave in the last interval. `totals` is the sum of each column of the Cox
    model over `persons`, empty without one.
    """

    persons: CellJson
    days: Days
    curves: Annotated[tuple[CurveCells, ...], BeforeValidator(as_tuple), Field(min_length=1, max_length=61)]
    totals: Vector
    events: CellJson | None
    repeated: Literal[False] = False


class SurvivalRound(WireModel):
    """What the hub asks: sums at `beta` of columns less `centre`; over `days`, where the baseline
    is common.
    """

    beta: Vector
    centre: Vector
    days: Days
    final: bool = False


class StratumSums(WireModel):
    """Over those who leave one stratum at each point of time: Σθ, Σθx, Σθxxᵀ, point after point in one list
    each.

    The same of those who leave with the event: they are tied, and the others are not at risk to the
    interval's end. `events` counts them; `event_total` is Σx over all of them.
    """

    all0: Numbers
    all1: Numbers
    all2: Numbers
    events: Annotated[
        tuple[Annotated[int, Field(ge=0)], ...], BeforeValidator(as_tuple), Field(max_length=MAX_POINTS)
    ]
    event0: Numbers
    event1: Numbers
    event2: Numbers
    event_total: Vector


class SurvivalSums(WireModel):
    """What one hospital tells in a round: its own partial likelihood, or its strata's sums for a
    common one.
    """

    information: Triangle | None = None
    score: Vector | None = None
    log_likelihood: Finite | None = None
    strata: Annotated[tuple[StratumSums, ...], BeforeValidator(as_tuple), Field(max_length=61)] = ()


EXAMPLE: Mapping[str, Any] = {
    "event": {
        "kind": "drug",
        "name": "paracetamol",
        "concepts": {"items": [{"concept": {"CONCEPT_ID": 2000300191}}]},
        "window": {"start": 1},
    },
    "until": 365,
    "split": {"kind": "sex", "name": "sex"},
    "covariates": [{"kind": "age", "name": "age"}],
}

SPEC = Spec(
    id="survival",
    version=1,
    parameters=SurvivalParameters,
    content=SurvivalContent,
    exact=True,
    rounds=RoundsSpec(parameters=SurvivalRound, content=SurvivalSums, most=MAX_ROUNDS),
    example=EXAMPLE,
)
