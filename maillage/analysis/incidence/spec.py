"""incidence: new cases over person-time, and cases over persons, by calendar year and by sex or age."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import Field, model_validator

from maillage.analysis.base import Spec, WireModel
from maillage.analysis.tabular.forms import Form, Forms, Kind, TablesContent
from maillage.analysis.tabular.parameters import AgeEdges
from maillage.base.i18n import _, mark

Year = Annotated[int, Field(ge=1900, le=2200)]


class IncidenceParameters(WireModel):
    """From `first_year` to `last_year`; `by` sex, or by age in a calendar year (which less that of birth).

    The cohort defines the cases, each at the first entry into it. Persons are at risk while they are
    observed, from `washout_days` after an observation period begins, until they are cases. By sex, those
    whose sex is unknown are left out.
    """

    first_year: Year
    last_year: Year
    by: Literal["sex", "age"] = "sex"
    ages: AgeEdges = (0, 18, 40, 60, 75)
    washout_days: Annotated[int, Field(ge=0, le=3_660)] = 0

    @model_validator(mode="after")
    def _has_years(self) -> Self:
        if not 0 <= self.last_year - self.first_year < _MOST_YEARS:
            raise ValueError(
                _("les années vont de la première à la dernière, {most} au plus").format(most=_MOST_YEARS)
            )
        return self


_MOST_YEARS = 40

FORMS: Forms = {
    "cases": Form(Kind.CROSSED, mark("Nouveaux cas"), amounts={"days": mark("jours-personnes à risque")}),
    "prevalent": Form(Kind.BESIDE, mark("Cas de l’année"), amounts={"observed": mark("personnes observées")}),
}

EXAMPLE: Mapping[str, Any] = {"first_year": 2018, "last_year": 2022, "washout_days": 90}

SPEC = Spec(
    id="incidence",
    version=1,
    parameters=IncidenceParameters,
    content=TablesContent,
    exact=True,
    example=EXAMPLE,
)
