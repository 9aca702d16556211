"""The result of `Hub.glm` as the risk model of `outcomes`."""

from collections.abc import Mapping
from typing import Any

from maillage.analysis import fitted_risk
from maillage.analysis.fitted_risk import FittedRiskError
from maillage.base.errors import Kind
from maillage.base.i18n import _
from maillage.client.errors import ClientError
from maillage.client.typed import Model


class RiskModelError(ClientError):
    """A model that `outcomes` cannot take as it is, or that another parameter contradicts."""

    kind = Kind.INPUT
    code = "risk_model_invalid"


def standardise(model: Model, *, given: Mapping[str, Any]) -> dict[str, Any]:
    """The parameters of `outcomes` for a model of `Hub.glm`: its outcome, its days, its coefficients.

    `given` are parameters that were said as well, and must say the same. Raises RiskModelError.
    """
    try:
        if not model.fitted:
            why = model.why or model.status
            raise fitted_risk.refuse(_("Il n’a pas été ajusté. {why}").format(why=why))
        return fitted_risk.standardise(model.parameters, model.terms, given=given)
    except FittedRiskError as error:
        raise RiskModelError(error.what, why=error.why, remedy=error.remedy) from error
