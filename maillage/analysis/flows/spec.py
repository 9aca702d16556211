"""flows: where the patients of a cohort live, and where they are treated."""

from maillage.analysis.base import Spec, WireModel
from maillage.analysis.tabular.forms import Form, Forms, Kind, TablesContent
from maillage.base.i18n import mark


class FlowsParameters(WireModel):
    """Nothing to choose: the cohort is the activity, each of its entries a stay."""


FORMS: Forms = {
    "residence": Form(Kind.SPLIT, mark("Département de résidence"), amounts={"stays": mark("séjours")}),
}

SPEC = Spec(id="flows", version=1, parameters=FlowsParameters, content=TablesContent, exact=True)
