"""distribution: how the values of a measurement lie, in bins that all hospitals share."""

from collections.abc import Mapping
from itertools import pairwise
from typing import Annotated, Any, Self

from pydantic import BeforeValidator, Field, FiniteFloat, model_validator

from maillage.analysis.base import Spec, WireModel, one_or_more
from maillage.analysis.tabular.forms import Form, Forms, Kind, TablesContent
from maillage.analysis.tabular.parameters import Days, Measure
from maillage.base.i18n import _, mark

MOST_BINS = 200


class DistributionParameters(WireModel):
    """The last value of `measure` of each person up to `before_days` before the index date, or on it.

    `edges` are where the bins meet; what lies under the first or from the last on is a bin too. They are
    fixed before anybody looks at data: bins made from a hospital's data would tell its extremes.
    """

    measure: Measure
    edges: Annotated[
        tuple[FiniteFloat, ...], BeforeValidator(one_or_more), Field(min_length=2, max_length=MOST_BINS)
    ]
    before_days: Days = 365

    @model_validator(mode="after")
    def _has_bins(self) -> Self:
        if any(high <= low for low, high in pairwise(self.edges)):
            raise ValueError(_("chaque borne de edges dépasse celle d’avant"))
        return self


FORMS: Forms = {
    "bin": Form(Kind.SPLIT, mark("Valeurs")),
    "moments": Form(
        Kind.GROUPS,
        mark("Moyenne"),
        amounts={"sum": mark("somme"), "squares": mark("somme des carrés")},
    ),
}

EXAMPLE: Mapping[str, Any] = {
    "measure": {"name": "potassium", "concepts": [3023103]},
    "edges": [3.75, 4.0, 4.25],
    "before_days": 730,
}

SPEC = Spec(
    id="distribution",
    version=1,
    parameters=DistributionParameters,
    content=TablesContent,
    exact=True,
    example=EXAMPLE,
)
