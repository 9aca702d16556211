"""The combined document of regress: what its reader gets, in numbers and codes; `words` says them."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from maillage.analysis.glm.meta import pool
from maillage.analysis.glm.newton import Fit, ModelTrouble
from maillage.analysis.regress.opening import Opened
from maillage.analysis.regress.spec import INTERCEPT, RegressParameters
from maillage.disclosure.values import Suppressed, Suppression, add_up, cell_to_json

LEVEL = 0.95


def describe_who(opened: Mapping[str, Opened], *, chosen: Sequence[Opened]) -> dict[str, Any]:
    """Who is in the model."""
    left = [site for site, one in opened.items() if one not in chosen]
    persons = (
        add_up([one.content.persons for one in chosen if not isinstance(one.content.persons, Suppressed)])
        if chosen
        else Suppressed(Suppression.TOO_FEW_SITES)
    )
    return {
        "persons": cell_to_json(persons),
        "contributing": [one.site for one in chosen],
        "left_out": [{"id": site, "why": Suppression.TOO_FEW_SITES.value} for site in left],
        "repeated": [],
    }


def describe_asked(asked: RegressParameters) -> dict[str, Any]:
    """What the model is."""
    return {
        "family": asked.family,
        "errors": asked.errors,
        "hospitals": asked.hospitals,
        "confidence": LEVEL,
    }


def describe_trouble(trouble: ModelTrouble | None, *, names: Sequence[str] = ()) -> dict[str, Any]:
    """No model, and why: a code and the columns that are to blame."""
    if trouble is None:
        return _empty("too_few_sites", [])
    return _empty(trouble.kind.value, [names[place] for place in trouble.columns if place < len(names)])


def _empty(code: str, columns: list[str]) -> dict[str, Any]:
    return {"fitted": False, "trouble": {"code": code, "columns": columns}, "terms": []}


def describe_fits(
    asked: RegressParameters, *, fits: Sequence[Fit], members: Sequence[Opened]
) -> dict[str, Any]:
    """One model: its terms, and how well it fits. Intercepts of hospitals in a total are not named."""
    (fit,) = fits
    persons = sum(one.persons for one in members)
    degrees = persons - len(fit.beta)
    reference = degrees if asked.family == "gaussian" and asked.errors == "model" else None
    size, errors = len(asked.columns), np.sqrt(np.diag(fit.covariance))
    terms = [
        _term(column.name, fit.beta[place], errors[place], degrees=reference)
        for place, column in enumerate(asked.columns)
    ]
    alone = members[0].shown_alone
    own = [
        _term(one.site, fit.beta[size + place], errors[size + place], degrees=reference)
        for place, one in enumerate(members[1:] if len(fit.beta) > size else [])
        if one.shown_alone and alone
    ]
    saturated = sum(one.content.saturated for one in members)
    return {
        "fitted": True,
        "trouble": None,
        "terms": terms,
        "hospital_terms": own,
        "reference_hospital": members[0].site if len(fit.beta) > size and alone else None,
        "covariance": fit.covariance[:size, :size].tolist(),
        "events": _count_events(asked, members),
        "log_likelihood": _log_likelihood(fit, persons=persons, saturated=saturated, family=asked.family),
        "deviance": fit.deviance,
        "scale": fit.scale,
        "degrees": degrees,
        "rounds": fit.rounds,
    }


def _log_likelihood(fit: Fit, *, persons: int, saturated: float, family: str) -> float:
    if family != "gaussian":
        return saturated - fit.deviance / 2
    return saturated - persons / 2 * (float(np.log(2 * np.pi * fit.deviance / persons)) + 1)


def describe_pooled(
    asked: RegressParameters, *, fits: Sequence[Fit], members: Sequence[Opened]
) -> dict[str, Any]:
    """The pooled terms; a hospital's own only where it agreed to be shown alone."""
    method = "dl" if asked.hospitals == "random_dl" else "reml"
    terms: list[dict[str, Any]] = []
    for place, column in enumerate(asked.columns):
        estimates = np.array([fit.beta[place] for fit in fits])
        variances = np.array([fit.covariance[place, place] for fit in fits])
        found = pool(estimates, variances, method=method)
        spread = {"tau_squared": found.tau_squared, "q": found.q, "i_squared": found.i_squared}
        terms.append(_term(column.name, found.estimate, found.standard_error, degrees=None) | spread)
    own = {
        one.site: describe_fits(asked, fits=[fit], members=[one])["terms"]
        for one, fit in zip(members, fits, strict=True)
        if one.shown_alone
    }
    return {
        "fitted": True,
        "trouble": None,
        "terms": terms,
        "by_hospital": own,
        "events": _count_events(asked, members),
        "rounds": max(fit.rounds for fit in fits),
    }


def _count_events(asked: RegressParameters, members: Sequence[Opened]) -> float | None:
    """Those of all hospitals together; none of a linear model, nor where persons have weights."""
    if asked.family == "gaussian" or asked.weights is not None:
        return None
    return sum(one.content.outcome for one in members)


def _term(name: str, estimate: float, error: float, *, degrees: int | None) -> dict[str, Any]:
    """A coefficient with its interval; by Student's law where the dispersion is estimated."""
    law = stats.norm() if degrees is None else stats.t(degrees)
    reach = float(law.ppf(0.5 + LEVEL / 2)) * error
    statistic = estimate / error
    return {
        "name": name,
        "estimate": float(estimate),
        "standard_error": float(error),
        "statistic": float(statistic),
        "p_value": float(2 * law.sf(abs(statistic))),
        "low": float(estimate - reach),
        "high": float(estimate + reach),
        "is_intercept": name == INTERCEPT,
    }
