"""Kaplan–Meier curves, life tables and the log-rank test, from who leaves in each interval of time.

Kaplan and Meier (*JASA* 1958; 53: 457–481); Greenwood's variance; intervals on the scale of log(-log S)
(Kalbfleisch and Prentice, *The Statistical Analysis of Failure Time Data*, 2002, §1.4); the log-rank test of
Mantel (1966) with the hypergeometric variance.

In an interval of several days, who is censored is not at risk to its end. The number at risk is then that of
the actuarial life table (Cutler and Ederer, *J. Chronic Dis.* 1958; 8: 699–712), n' = n - c/2, here by the
day: of w days, who is censored on day j is at risk on j, the day itself included, as Kaplan and Meier have
it. Were the c censored spread evenly over the days, each would miss (w - j)/w of the interval, (w - 1)/(2w)
in the mean. So n' = n - c (w - 1)/(2w): Kaplan and Meier's n for one day, Cutler and Ederer's for many.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from scipy import stats

from maillage.analysis.glm.families import Floats

LEVEL = 0.95


@dataclass(frozen=True)
class Curve:
    """By interval: who is at risk at its start, who leaves with the event, and how many persons less than
    those at its start were at risk in the mean.
    """

    at_risk: Floats
    events: Floats
    missed: Floats | float = 0.0

    @property
    def exposed(self) -> Floats:
        """n': the effective number at risk."""
        return self.at_risk - self.missed


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
    """At risk at the start of each interval: all who have not left."""
    return persons - np.r_[0.0, np.cumsum(events + censored)[:-1]]


def find_missed(days: Sequence[int], *, around: Sequence[int], until: int) -> Floats:
    """Of the interval of `around` that holds each interval of `days`, the share that who is censored misses.

    Both are the last days of intervals from day 1 on. Those of `around` are among `days`, so that a hospital
    whose own intervals are finer tells more of when they left. Who leaves the day after `until` misses none.
    """
    own, shared = np.minimum(days, until), np.minimum(around, until)
    place = np.searchsorted(around, days)
    start, end = np.r_[0, shared[:-1]][place], shared[place]
    missed = end - own + (own - np.r_[0, own[:-1]] - 1) / 2
    return np.maximum(missed, 0.0) / np.maximum(end - start, 1)


def guess_withdrawn(days: Sequence[int], curve: Curve, censored: Floats, *, until: int) -> float:
    """How many of the last interval's censored withdrew in it, where it is told with those still followed.

    As many as at the rate of the intervals before it, by persons and days; none where there are none: then
    the curve is rather too high.
    """
    widths = np.diff([0, *np.minimum(days, until)])
    time = widths * (curve.at_risk - (curve.events + censored) / 2)
    if len(days) == 1 or not time[:-1].sum():
        return 0.0
    expected = float(censored[:-1].sum() / time[:-1].sum() * widths[-1])
    at_risk = float(curve.at_risk[-1] - curve.events[-1] / 2)
    return min(float(censored[-1]), expected * at_risk / (1 + expected / 2))


def estimate(curve: Curve, *, level: float = LEVEL) -> Estimate:
    """The curve at the ends. Of two events in one interval the order is unknown: all are at risk together."""
    exposed = curve.exposed
    known = exposed > 0
    share = np.divide(curve.events, exposed, out=np.zeros(len(known)), where=known)
    survival = np.cumprod(1.0 - share, dtype=np.float64)
    left = exposed - curve.events
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
    """The first day on which half or fewer are left, on the straight line between two ends."""
    below = np.flatnonzero(survival <= 0.5 + 1e-12)
    if not below.size:
        return None
    place = int(below[0])
    start, before = (days[place - 1], float(survival[place - 1])) if place else (0, 1.0)
    share = (before - 0.5) / (before - float(survival[place]))
    return start + max(1, int(np.ceil(share * (days[place] - start) - 1e-9)))


def compare(curves: Mapping[str, Curve]) -> LogRank | None:
    """The log-rank test; None for fewer than two groups that somebody is in, or without any event."""
    used = [curve for curve in curves.values() if curve.at_risk[0] > 0]
    if len(used) < 2:
        return None
    at_risk = np.array([curve.exposed for curve in used])
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
