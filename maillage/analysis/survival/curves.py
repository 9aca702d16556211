"""Kaplan–Meier curves and the log-rank test, from who leaves at each point of time.

Kaplan and Meier (*JASA* 1958; 53: 457–481); Greenwood's variance; intervals on the scale of log(-log S)
(Kalbfleisch and Prentice, *The Statistical Analysis of Failure Time Data*, 2002, §1.4); the log-rank test of
Mantel (1966) with the hypergeometric variance.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from maillage.analysis.glm.families import Floats

LEVEL = 0.95


@dataclass(frozen=True)
class Curve:
    """By point of time: who is at risk before it, and who leaves with the event."""

    at_risk: Floats
    events: Floats


@dataclass(frozen=True)
class Estimate:
    """S(t) with its standard error and interval; the limits are NaN where S is 0 and there is none."""

    survival: Floats
    standard_error: Floats
    low: Floats
    high: Floats


@dataclass(frozen=True)
class LogRank:
    """The statistic, its degrees of freedom, its p value; events observed and expected by group."""

    statistic: float
    degrees: int
    p_value: float
    observed: tuple[float, ...]
    expected: tuple[float, ...]


def count_at_risk(persons: int, events: Floats, censored: Floats) -> Floats:
    """At risk before each point: all who have not left."""
    return persons - np.r_[0.0, np.cumsum(events + censored)[:-1]]


def estimate(curve: Curve, *, level: float = LEVEL) -> Estimate:
    """The curve. Of two events on one point the order is unknown: they are at risk together."""
    known = curve.at_risk > 0
    share = np.divide(curve.events, curve.at_risk, out=np.zeros(len(known)), where=known)
    survival = np.cumprod(1.0 - share, dtype=np.float64)
    left = curve.at_risk - curve.events
    terms = np.divide(share, left, out=np.zeros(len(known)), where=left > 0)
    spread = np.cumsum(terms)
    error = survival * np.sqrt(spread)
    low, high = _limit(survival, spread, level=level)
    return Estimate(survival, error, low, high)


def _limit(survival: Floats, spread: Floats, *, level: float) -> tuple[Floats, Floats]:
    reach = float(stats.norm.ppf(0.5 + level / 2))
    inside = (survival > 0) & (survival < 1)
    log = np.log(np.where(inside, survival, 0.5))
    width = reach * np.sqrt(spread) / log
    low, high = np.exp(log * np.exp(-width)), np.exp(log * np.exp(width))
    untouched = np.where(survival >= 1, 1.0, np.nan)
    return np.where(inside, low, untouched), np.where(inside, high, untouched)


def find_median(days: Sequence[int], survival: Floats) -> int | None:
    """The first point where half or fewer are left."""
    below = np.flatnonzero(survival <= 0.5 + 1e-12)
    return days[int(below[0])] if below.size else None


def compare(curves: Mapping[str, Curve]) -> LogRank | None:
    """The log-rank test; None for fewer than two groups that somebody is in, or without any event."""
    used = [curve for curve in curves.values() if curve.at_risk[0] > 0]
    if len(used) < 2:
        return None
    at_risk = np.array([curve.at_risk for curve in used])
    events = np.array([curve.events for curve in used])
    total, deaths = at_risk.sum(axis=0), events.sum(axis=0)
    if not deaths.any():
        return None
    expected = (at_risk * np.divide(deaths, total, out=np.zeros_like(total), where=total > 0)).sum(axis=1)
    apart = (events.sum(axis=1) - expected)[:-1]
    variance = _find_variance(at_risk, total, deaths)[:-1, :-1]
    statistic = float(apart @ np.linalg.pinv(variance) @ apart)
    degrees = len(used) - 1
    observed = tuple(events.sum(axis=1).tolist())
    return LogRank(
        statistic, degrees, float(stats.chi2.sf(statistic, degrees)), observed, tuple(expected.tolist())
    )


def _find_variance(at_risk: Floats, total: Floats, deaths: Floats) -> Floats:
    several = total > 1
    at_risk, total, deaths = at_risk[:, several], total[several], deaths[several]
    factor = deaths * (total - deaths) / (total - 1)
    share = at_risk / total
    return np.diag((share * factor).sum(axis=1)) - (share * factor) @ share.T
