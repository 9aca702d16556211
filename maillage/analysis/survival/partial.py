"""Cox's partial likelihood from sums over those who leave at each point of time.

Cox (*J. R. Stat. Soc. B* 1972; 34: 187–220); ties as Breslow (discussion of it, 216–217) or Efron (*JASA*
1977; 72: 557–565). With θ = exp(xᵀβ), who is at risk at a time is who leaves then or later: sums over risk
sets are sums over leavers, added up from the end. So hospitals' leavers add up, and then the risk sets of all
of them.

Over an interval of several days, who is censored in it counts in its risk sets for the share of it that they
were at risk, as their number does in the life table (`maillage.analysis.survival.curves`). Its events are not
tied, but in an order that is not told: over all orders Efron's sums are the mean, so they stand there,
whatever the ties of one day are. Breslow's would draw coefficients towards 0, the more the longer it is.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.analysis.glm.families import Floats
from maillage.analysis.glm.sums import Sums

Places = NDArray[np.int64]


@dataclass(frozen=True)
class Leavers:
    """One stratum, m points of time: Σθ (m), Σθx (m × p), Σθxxᵀ (m × p × p), of all and of those with events.

    `deaths` counts events at each point; `event_total` is Σx over all events.
    """

    all0: Floats
    all1: Floats
    all2: Floats
    event0: Floats
    event1: Floats
    event2: Floats
    deaths: Floats
    event_total: Floats

    def __add__(self, other: "Leavers") -> "Leavers":
        names = self.__dataclass_fields__
        return Leavers(*(getattr(self, name) + getattr(other, name) for name in names))


def sum_leavers(
    matrix: Floats, theta: Floats, event: NDArray[np.bool_], place: Places, *, points: int
) -> Leavers:
    """The sums of one stratum; `place` is each row's point of time, from 0, or below for who
    leaves before.
    """
    known = place >= 0
    every = _by_place(matrix[known], theta[known], place[known], points=points)
    own = known & event
    dying = _by_place(matrix[own], theta[own], place[own], points=points)
    deaths = np.bincount(place[own], minlength=points).astype(float)
    return Leavers(*every, *dying, deaths, matrix[own].sum(axis=0))


def _by_place(matrix: Floats, theta: Floats, place: Places, *, points: int) -> tuple[Floats, Floats, Floats]:
    size = matrix.shape[1]
    order = np.argsort(place, kind="stable")
    matrix, theta, place = matrix[order], theta[order], place[order]
    zeroth = np.bincount(place, weights=theta, minlength=points).astype(np.float64)
    first, second = np.zeros((points, size)), np.zeros((points, size, size))
    ends = np.flatnonzero(np.r_[place[1:] != place[:-1], True]) + 1 if len(place) else []
    start = 0
    for end in ends:
        rows, weights = matrix[start:end], theta[start:end, None]
        point, start = place[start], end
        first[point] = (rows * weights).sum(axis=0)
        second[point] = rows.T @ (rows * weights)
    return zeroth, first, second


@dataclass(frozen=True)
class Spans:
    """Of each interval: the share of it that who is censored in it was not at risk, 0 where it is one day;
    and whether its events are averaged over their orders, as Efron does.
    """

    missed: Floats
    averaged: NDArray[np.bool_]


def find_spans(days: Sequence[int], *, missed: Floats, ties: str) -> Spans:
    """Of the intervals that end on `days`."""
    return Spans(missed, (np.diff([0, *days]) > 1) | (ties == "efron"))


def add_up(strata: Sequence[Leavers], beta: Floats, *, spans: Spans) -> Sums:
    """The partial likelihood of all strata: information, score, and -2 log-likelihood as the deviance."""
    size = len(beta)
    information, score, log_likelihood = np.zeros((size, size)), np.zeros(size), 0.0
    for leavers in strata:
        log_likelihood += float(leavers.event_total @ beta)
        score += leavers.event_total
        part, gradient, loss = _sum_stratum(leavers, spans)
        information += part
        score -= gradient
        log_likelihood -= loss
    return Sums(information, score, -2 * log_likelihood)


def _sum_stratum(leavers: Leavers, spans: Spans) -> tuple[Floats, Floats, float]:
    """Over the points with events: Σ of the variance of x, of its mean, and of the logarithm of
    Σθ at risk.
    """
    risk0 = _sum_risk(leavers.all0, leavers.event0, spans.missed)
    risk1 = _sum_risk(leavers.all1, leavers.event1, spans.missed)
    risk2 = _sum_risk(leavers.all2, leavers.event2, spans.missed)
    size = leavers.all1.shape[1]
    information, gradient, loss = np.zeros((size, size)), np.zeros(size), 0.0
    for point in np.flatnonzero(leavers.deaths):
        deaths = int(leavers.deaths[point])
        share = spans.averaged[point] * np.arange(deaths) / deaths
        left = risk0[point] - share * leavers.event0[point]
        first, second = 1 / left, 1 / left**2
        at_risk, dying = risk1[point], leavers.event1[point]
        information += risk2[point] * first.sum() - leavers.event2[point] * (share * first).sum()
        cross = np.outer(at_risk, dying)
        information -= np.outer(at_risk, at_risk) * second.sum()
        information += (cross + cross.T) * (share * second).sum()
        information -= np.outer(dying, dying) * (share**2 * second).sum()
        gradient += at_risk * first.sum() - dying * (share * first).sum()
        loss += float(np.log(left).sum())
    return information, gradient, loss


def _sum_risk(every: Floats, dying: Floats, missed: Floats) -> Floats:
    """Over who is at risk in each interval; the censored of the interval for a part of it."""
    at_risk = np.cumsum(every[::-1], axis=0)[::-1]
    return at_risk - missed.reshape(-1, *(1 for _axis in every.shape[1:])) * (every - dying)


def find_hazard(leavers: Leavers, *, missed: Floats) -> Floats:
    """Breslow's cumulative baseline hazard at each point: what a row has gone through that leaves there."""
    risk0 = _sum_risk(leavers.all0, leavers.event0, missed)
    return np.cumsum(np.divide(leavers.deaths, risk0, out=np.zeros_like(risk0), where=risk0 > 0))
