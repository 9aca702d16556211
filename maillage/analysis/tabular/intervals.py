"""Exact 95 % intervals of a rate and of a share."""

from scipy.special import betaincinv, gammaincinv

LEVEL = 0.95
_TAIL = (1 - LEVEL) / 2


def poisson_interval(cases: int) -> tuple[float, float]:
    """The expected numbers that a count does not contradict (Garwood, *Biometrika* 1936, 28:437-442).

    Halves of quantiles of χ² with 2n and 2n + 2 degrees of freedom, taken as quantiles of a gamma law.
    """
    low = float(gammaincinv(cases, _TAIL)) if cases else 0.0
    return low, float(gammaincinv(cases + 1, 1 - _TAIL))


def binomial_interval(cases: int, *, of: int) -> tuple[float, float]:
    """The shares that a count does not contradict (Clopper and Pearson, *Biometrika* 1934, 26:404-413)."""
    low = float(betaincinv(cases, of - cases + 1, _TAIL)) if cases else 0.0
    high = float(betaincinv(cases + 1, of - cases, 1 - _TAIL)) if cases < of else 1.0
    return low, high
