"""pyramid: the persons of a cohort by age group and sex at once, for any form of counts."""

from maillage.analysis.base import Spec, WireModel
from maillage.analysis.tabular.forms import Form, Forms, Kind, TablesContent
from maillage.analysis.tabular.parameters import AgeEdges
from maillage.base.i18n import mark

SEXES = ("F", "M")
TABLE = "age_sex"


class PyramidParameters(WireModel):
    """Where each age group begins, in years at the index date.

    Persons whose sex is unknown are in the whole alone.
    """

    ages: AgeEdges = (0, 18, 30, 40, 50, 60, 70, 80)


FORMS: Forms = {TABLE: Form(Kind.SPLIT, mark("Âge et sexe"))}

SPEC = Spec(id="pyramid", version=1, parameters=PyramidParameters, content=TablesContent)


def write_key(sex: str, ages: str) -> str:
    """The key of a row: a sex, then an age group."""
    return f"{sex} {ages}"


def read_key(key: str) -> tuple[str, str]:
    """The sex and the age group of a row."""
    sex, _space, ages = key.partition(" ")
    return sex, ages
