"""outcomes: what happened to patients in each hospital, beside what a risk model expects of such patients."""

from collections.abc import Mapping
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, FiniteFloat, model_validator

from maillage.analysis.base import Spec, WireModel, one_or_more
from maillage.analysis.tabular.forms import Form, Forms, Kind, TablesContent
from maillage.analysis.tabular.parameters import Days, Feature, check_names
from maillage.base.i18n import mark

MOST = 100.0
"""A larger coefficient makes an outcome certain or impossible, to 43 decimals: it is a slip."""

Coefficient = Annotated[FiniteFloat, Field(ge=-MOST, le=MOST)]


class Risk(WireModel):
    """A feature before the index date, and its coefficient."""

    feature: Feature
    coefficient: Coefficient


class RiskModel(WireModel):
    """A logistic model: log odds = intercept + age · years + male + the coefficients of what a person has.

    Its coefficients come from a published score or from a federated fit.
    """

    intercept: Coefficient
    age: Coefficient = 0.0
    male: Coefficient = 0.0
    risks: Annotated[tuple[Risk, ...], BeforeValidator(one_or_more), Field(max_length=200)] = ()

    @model_validator(mode="after")
    def _has_names(self) -> Self:
        check_names([risk.feature for risk in self.risks])
        return self


class OutcomesParameters(WireModel):
    """`outcome` happens in the `within_days` after the index date, risks in the `before_days` before it."""

    outcome: Feature
    model: RiskModel
    within_days: Annotated[int, Field(ge=1, le=3_660)] = 30
    before_days: Days = 365


FORMS: Forms = {
    "outcome": Form(
        Kind.GROUPS,
        mark("Événements"),
        amounts={"expected": mark("attendus"), "variance": mark("variance")},
    ),
}

EXAMPLE: Mapping[str, Any] = {
    "outcome": {"name": "metformine", "domain": "drug", "concepts": [1503297]},
    "model": {
        "intercept": -3.0,
        "age": 0.01,
        "risks": [
            {
                "feature": {"name": "diabète", "domain": "condition", "concepts": [201826]},
                "coefficient": 2.0,
            }
        ],
    },
    "within_days": 730,
}

SPEC = Spec(
    id="outcomes",
    version=1,
    parameters=OutcomesParameters,
    content=TablesContent,
    exact=True,
    example=EXAMPLE,
)
