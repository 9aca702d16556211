"""The three families, each with its canonical link (McCullagh and Nelder, *Generalized Linear Models*, 1989).

With a canonical link the weight of an observation is its variance function at the mean, and the score is the
residual: Newton's method and iteratively reweighted least squares are the same iteration.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from types import MappingProxyType

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


@dataclass(frozen=True)
class Family:
    """What is known of the outcome.

    `mean` gives μ of the linear predictor, `variance` V(μ), `deviance` that of each observation, `saturated`
    the log-likelihood of each where μ = y. `reach` is the largest absolute linear predictor that may be asked
    for; `start` is the predictor that fits the overall mean. `has_scale`: the dispersion is estimated.
    """

    name: str
    mean: Callable[[Floats], Floats]
    variance: Callable[[Floats], Floats]
    deviance: Callable[[Floats, Floats], Floats]
    saturated: Callable[[Floats], Floats]
    start: Callable[[float], float]
    accepts: Callable[[Floats], bool]
    reach: float
    has_scale: bool = False


def _ones(values: Floats) -> Floats:
    return np.ones_like(values)


def _zeros(values: Floats) -> Floats:
    return np.zeros_like(values)


def _logit(mean: float) -> float:
    return float(np.log(mean / (1 - mean))) if 0 < mean < 1 else 0.0


def _log(mean: float) -> float:
    return float(np.log(mean)) if mean > 0 else 0.0


def _binomial_deviance(outcome: Floats, mean: Floats) -> Floats:
    # The outcome is 0 or 1, as `accepts` says: a logarithm of what was likely of it, and no other.
    with np.errstate(divide="ignore"):
        return -2 * np.log(np.where(outcome > 0, mean, 1 - mean))


def _expit(predictor: Floats) -> Floats:
    return 1.0 / (1.0 + np.exp(-np.clip(predictor, -700.0, 700.0)))


def _times_log(outcome: Floats, of: Floats) -> Floats:
    """y log x, which is 0 where y is, whatever x is."""
    return np.where(outcome > 0, outcome * np.log(np.where(outcome > 0, of, 1.0)), 0.0)


def _poisson_deviance(outcome: Floats, mean: Floats) -> Floats:
    return 2 * (_times_log(outcome, outcome) - _times_log(outcome, mean) - outcome + mean)


def _poisson_saturated(outcome: Floats) -> Floats:
    # Loaded here: a worker that is asked for no such model starts sooner without it.
    from scipy.special import gammaln

    found: Floats = _times_log(outcome, outcome) - outcome - gammaln(outcome + 1)
    return found


FAMILIES: Mapping[str, Family] = MappingProxyType(
    {
        family.name: family
        for family in (
            Family(
                name="gaussian",
                mean=lambda predictor: predictor,
                variance=_ones,
                deviance=lambda outcome, mean: (outcome - mean) ** 2,
                saturated=_zeros,
                start=lambda mean: mean,
                accepts=lambda outcome: bool(np.isfinite(outcome).all()),
                reach=1e9,
                has_scale=True,
            ),
            Family(
                name="binomial",
                mean=_expit,
                variance=lambda mean: mean * (1 - mean),
                deviance=_binomial_deviance,
                saturated=_zeros,
                start=_logit,
                accepts=lambda outcome: bool(np.isin(outcome, (0.0, 1.0)).all()),
                reach=30.0,
            ),
            Family(
                name="poisson",
                mean=np.exp,
                variance=lambda mean: mean,
                deviance=_poisson_deviance,
                saturated=_poisson_saturated,
                start=_log,
                accepts=lambda outcome: bool((outcome >= 0).all() and (outcome == np.rint(outcome)).all()),
                reach=30.0,
            ),
        )
    }
)


def expose(offset: Floats, *, family: str) -> Floats:
    """By what the mean is multiplied when the predictor is shifted by its offset, under the log link."""
    return np.exp(offset) if family == "poisson" else np.ones_like(offset)
