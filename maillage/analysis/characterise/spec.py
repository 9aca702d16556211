"""characterise: who is in a cohort, the "Table 1" of a paper."""

from collections.abc import Mapping
from typing import Annotated, Any, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from maillage.analysis.base import Spec, WireModel, one_or_more
from maillage.analysis.tabular.forms import Form, Forms, Kind, TablesContent
from maillage.analysis.tabular.parameters import AgeEdges, Days, Feature, Measure, check_names
from maillage.base.i18n import mark

Commonest = Literal["condition", "drug", "procedure"]
Level = Annotated[str, StringConstraints(pattern=r"^[\w .()-]{1,60}$")]


class CharacteriseParameters(WireModel):
    """What the table has, besides sex and year.

    Before the index date means up to `before_days` before it and that day; after it, the `after_days` that
    follow. Of each of `domains` come the `commonest` concepts of each hospital, counted as `levels` say:
    under the ancestors of that class of concepts, or as they are recorded. `features` are declared one by
    one. `measures` are told by their mean and standard deviation, from each person's last value before.
    """

    ages: AgeEdges = (0, 18, 30, 40, 50, 60, 70, 80)
    before_days: Days = 365
    after_days: Days = 365
    domains: Annotated[tuple[Commonest, ...], BeforeValidator(one_or_more)] = (
        "condition",
        "drug",
        "procedure",
    )
    levels: dict[Commonest, Level] = Field(default_factory=dict[Commonest, Level])
    commonest: Annotated[int, Field(ge=1, le=300)] = 50
    features: Annotated[tuple[Feature, ...], BeforeValidator(one_or_more), Field(max_length=500)] = ()
    measures: Annotated[tuple[Measure, ...], BeforeValidator(one_or_more), Field(max_length=50)] = ()

    @model_validator(mode="after")
    def _has_names(self) -> Self:
        check_names(self.features)
        check_names(self.measures)
        return self


_MOMENTS = {"sum": mark("somme"), "squares": mark("somme des carrés")}

FORMS: Forms = {
    "age": Form(Kind.SPLIT, mark("Âge")),
    "sex": Form(Kind.SPLIT, mark("Sexe")),
    "year": Form(Kind.SPLIT, mark("Année d’entrée")),
    "condition_before": Form(Kind.GROUPS, mark("Diagnostics, avant")),
    "condition_after": Form(Kind.GROUPS, mark("Diagnostics, après")),
    "drug_before": Form(Kind.GROUPS, mark("Médicaments, avant")),
    "drug_after": Form(Kind.GROUPS, mark("Médicaments, après")),
    "procedure_before": Form(Kind.GROUPS, mark("Actes, avant")),
    "procedure_after": Form(Kind.GROUPS, mark("Actes, après")),
    "feature_before": Form(Kind.GROUPS, mark("Caractéristiques, avant")),
    "feature_after": Form(Kind.GROUPS, mark("Caractéristiques, après")),
    "measure": Form(Kind.GROUPS, mark("Mesures"), amounts=_MOMENTS),
}

EXAMPLE: Mapping[str, Any] = {
    "levels": {"drug": "ATC 2e niveau"},
    "features": [{"name": "diabète", "domain": "condition", "concepts": [201826]}],
    "measures": [{"name": "potassium", "concepts": [3023103], "low": 2, "high": 7}],
}

SPEC = Spec(
    id="characterise",
    version=1,
    parameters=CharacteriseParameters,
    content=TablesContent,
    exact=True,
    example=EXAMPLE,
)
