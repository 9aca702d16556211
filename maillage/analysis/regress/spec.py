"""regress: linear, logistic and Poisson models over the patients of several hospitals, as if they were in
one.
"""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from maillage.analysis.base import RoundsSpec, Spec, WireModel
from maillage.analysis.features.columns import Column, list_columns
from maillage.analysis.features.concepts import as_tuple
from maillage.analysis.features.declared import Feature, Features, check_names
from maillage.analysis.glm.wire import MAX_COLUMNS, MAX_ROUNDS, Finite, Triangle
from maillage.base.i18n import _, mark
from maillage.disclosure.values import CellJson

INTERCEPT = "(intercept)"

Vector = Annotated[
    tuple[Finite, ...], BeforeValidator(as_tuple), Field(min_length=1, max_length=MAX_COLUMNS + 1)
]


class Offset(WireModel):
    """What is added to the linear predictor: a feature, or its logarithm (person-time of a rate)."""

    feature: Feature
    log: bool = True


class RegressParameters(WireModel):
    """A model: an intercept is always in it.

    `errors`: of the model, or robust, HC0 or HC1. `hospitals`: as one population, an intercept for each
    (`fixed`), or a fit for each whose coefficients are then pooled with random effects (`random_dl`
    DerSimonian and Laird, `random_reml`). `rounds` bounds how often the hub may ask.
    """

    family: Literal["gaussian", "binomial", "poisson"]
    outcome: Feature
    covariates: Features = ()
    offset: Offset | None = None
    weights: Feature | None = None
    errors: Literal["model", "hc0", "hc1"] = "model"
    hospitals: Literal["none", "fixed", "random_dl", "random_reml"] = "none"
    rounds: Annotated[int, Field(ge=2, le=MAX_ROUNDS)] = 25

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        others = [self.outcome, *([self.offset.feature] if self.offset else [])]
        check_names(*self.covariates, *others, *([self.weights] if self.weights else []))
        predicted = list_columns([self.outcome])
        if len(predicted) != 1:
            raise ValueError(_("ce qui est prédit (outcome) est un nombre ou un oui ou non, sans niveaux"))
        if (self.family == "binomial") != predicted[0].is_flag:
            raise ValueError(
                _("pour un oui ou non, family est « binomial » ; les autres prédisent un nombre")
            )
        if len(self.columns) > MAX_COLUMNS + 1:
            raise ValueError(_("un modèle a au plus {most} colonnes").format(most=MAX_COLUMNS))
        return self

    @property
    def columns(self) -> tuple[Column, ...]:
        """The intercept and every column, in order."""
        return (Column(INTERCEPT, INTERCEPT, is_flag=True), *list_columns(self.covariates))

    @property
    def robust(self) -> str:
        """As `analysis.glm` names it."""
        return "none" if self.errors == "model" else self.errors


class LevelCell(WireModel):
    """The persons of a column of yes or no."""

    name: Annotated[str, StringConstraints(max_length=80)]
    persons: CellJson


class RegressContent(WireModel):
    """What one hospital sends first: who is in its part of the model, and what a fit starts from.

    `totals` is the sum of each column. `outcome` is Σ w y, `exposure` Σ w exp(offset) under the log link and
    Σ w under the others; `saturated` the log-likelihood of a perfect fit, Σ w log f(y; y), of a linear model
    ½ Σ log w.
    """

    persons: CellJson
    levels: Annotated[tuple[LevelCell, ...], BeforeValidator(as_tuple), Field(max_length=MAX_COLUMNS)]
    totals: Vector
    outcome: Finite
    exposure: Finite
    saturated: Finite
    repeated: Literal[False] = False


class RegressRound(WireModel):
    """What the hub asks: sums at `beta`, of columns less `centre`. After `final` there is no round."""

    beta: Vector
    centre: Vector
    final: bool = False


class RegressSums(WireModel):
    """What one hospital tells: upper triangles by row of XᵀWX and, for robust errors in the final round, of
    the meat; the score; the deviance.
    """

    information: Triangle
    score: Vector
    deviance: Finite
    meat: Triangle | None = None


EXAMPLE: Mapping[str, Any] = {
    "family": "poisson",
    "outcome": {"kind": "visit", "name": "visits", "use": "count", "window": {"start": 1, "end": 365}},
    "covariates": [{"kind": "age", "name": "age"}, {"kind": "sex", "name": "sex"}],
    "errors": "hc0",
}

SPEC = Spec(
    id="regress",
    version=1,
    parameters=RegressParameters,
    content=RegressContent,
    exact=True,
    rounds=RoundsSpec(parameters=RegressRound, content=RegressSums, most=MAX_ROUNDS),
    unsummed=mark(
        "Les tours d’un modèle ne s’additionnent pas sous masques : chacun serait une somme à part."
    ),
    example=EXAMPLE,
)
