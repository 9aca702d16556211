"""From rounds of sums to a fit: Newton's iteration with halved steps, and what stops it in words.

A generator yields the coefficients of the next round and receives its sums, so that it serves rounds over a
network and a loop in one process alike.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray
from scipy.linalg import cho_factor, cho_solve

from maillage.analysis.glm.families import Floats
from maillage.analysis.glm.sums import Sums

MAX_ROUNDS = 25
TOLERANCE = 1e-9
"""A Newton step whose squared length in standard errors is so small is the last: the next would be its
square.
"""
SETTLED = 1e-22
"""A step so small changes nothing that a float64 holds: the sums at hand are those of the solution."""
COLLINEAR = 1e-9
"""A column of which so small a share of its own variance is left by the columns before it is none of its own.
"""
_SEPARATED = 12.0
"""A coefficient times the standard deviation of its column: odds of e^12 for one of them are no estimate."""
_FADED = 0.01
"""A coefficient that runs away leaves so small a share of its information, or less, where rounds end."""
_LEAST_STEP = 2.0**-10


class Trouble(StrEnum):
    """Why there is no fit."""

    COLLINEAR = "collinear"
    SEPARATED = "separated"
    NOT_CONVERGED = "not_converged"
    NO_VARIANCE = "no_variance"


class ModelTrouble(Exception):  # noqa: N818 - an outcome of a fit, caught where it becomes a sentence
    """There is no fit. `columns` are the positions of those that are to blame."""

    def __init__(self, kind: Trouble, columns: Sequence[int] = ()) -> None:
        super().__init__(kind.value)
        self.kind = kind
        self.columns = tuple(columns)


@dataclass(frozen=True)
class Request:
    """A round: sums at these coefficients. The final one brings the meat of robust errors, where
    it is asked.
    """

    beta: Floats
    final: bool = False


@dataclass(frozen=True)
class Fit:
    """Coefficients and what belongs to them, for columns less their centre.

    `covariance` is that of `beta`, the inverse information times `scale`, or the sandwich.
    """

    beta: Floats
    covariance: Floats
    information: Floats
    deviance: float
    scale: float
    rounds: int


Steps = Generator[Request, Sums, Fit]


def iterate(
    *,
    start: Floats,
    persons: int,
    has_scale: bool = False,
    has_intercept: bool = True,
    robust: str = "none",
    most: int = MAX_ROUNDS,
    converge_by: float = TOLERANCE,
) -> Steps:
    """Yield rounds, return the fit. Raises ModelTrouble.

    `robust` is `none`, `hc0` or `hc1` (White 1980; MacKinnon and White 1985). The last round is at the
    solution itself, so that deviance and information are its own; it brings the meat. A model whose
    dispersion is estimated (`has_scale`) cannot be separated.
    """
    beta, told, rounds = start, (yield Request(start)), 1
    sizes = _sizes(told.information, persons=persons, has_intercept=has_intercept)
    first, step = np.diag(told.information), np.zeros(len(start))
    while True:
        former, step = step, solve(told.information, told.score)
        left = float(step @ told.information @ step)
        if left < SETTLED and robust == "none":
            return _conclude(beta, told, persons=persons, has_scale=has_scale, robust=robust, rounds=rounds)
        if left < converge_by:
            break
        if not has_scale:
            runs = _find_running(step, former) * (beta + step - start)
            _check_separation(runs, sizes)
            if rounds >= most:
                _check_fading(runs * sizes, np.diag(told.information) < _FADED * first)
        beta, told, used = yield from _descend(beta, step, told, most=most - rounds)
        rounds += used
        if not has_scale:
            _check_separation(beta - start, sizes)
    if rounds >= most:
        raise ModelTrouble(Trouble.NOT_CONVERGED)
    beta = beta + step
    last = yield Request(beta, final=True)
    return _conclude(beta, last, persons=persons, has_scale=has_scale, robust=robust, rounds=rounds + 1)


def _descend(
    beta: Floats, step: Floats, told: Sums, *, most: int
) -> Generator[Request, Sums, tuple[Floats, Sums, int]]:
    """The next coefficients: a whole step, halved as long as the deviance grows."""
    share, used = 1.0, 0
    while share >= _LEAST_STEP and used < most:
        candidate = beta + share * step
        found = yield Request(candidate)
        used += 1
        if found.deviance <= told.deviance * (1 + 1e-12) + 1e-12:
            return candidate, found, used
        share /= 2
    raise ModelTrouble(Trouble.NOT_CONVERGED)


def solve(information: Floats, right: Floats) -> Floats:
    """The step, by Cholesky of the matrix scaled to a unit diagonal. Raises ModelTrouble when it has no
    inverse.
    """
    scale = _scale(information)
    factor = _factor(information, scale)
    return scale * cho_solve(factor, scale * right)


def invert(information: Floats) -> Floats:
    """The inverse, in the same way."""
    scale = _scale(information)
    inverse = cho_solve(_factor(information, scale), np.eye(len(scale)))
    return inverse * np.outer(scale, scale)


def _scale(information: Floats) -> Floats:
    diagonal = np.diag(information)
    empty = np.flatnonzero(~(diagonal > 0))
    if empty.size:
        raise ModelTrouble(Trouble.NO_VARIANCE, empty.tolist())
    return 1 / np.sqrt(diagonal)


def _factor(information: Floats, scale: Floats) -> tuple[Floats, bool]:
    scaled = information * np.outer(scale, scale)
    dependent = find_dependent(scaled)
    if dependent:
        raise ModelTrouble(Trouble.COLLINEAR, dependent)
    try:
        return cho_factor(scaled)
    except np.linalg.LinAlgError as error:
        raise ModelTrouble(Trouble.COLLINEAR) from error


def find_dependent(scaled: Floats) -> list[int]:
    """The columns that those before them give: what is left of their unit of variance is nothing."""
    left, found = scaled.copy(), list[int]()
    for column in range(len(left)):
        pivot = left[column, column]
        if pivot < COLLINEAR:
            found.append(column)
            continue
        row = left[column] / pivot
        left = left - np.outer(left[:, column], row)
    return found


def _sizes(information: Floats, *, persons: int, has_intercept: bool) -> Floats:
    """About each column's standard deviation, with the weights of the first round; nothing of the
    intercept.
    """
    diagonal = np.diag(information).copy()
    whole = diagonal[0] if has_intercept else float(persons)
    diagonal[0] *= not has_intercept
    return np.sqrt(diagonal / max(whole, 1e-300))


def _find_running(step: Floats, former: Floats) -> NDArray[np.bool_]:
    """Newton's steps shrink towards a solution; towards infinity they stay as they are."""
    return (step * former > 0) & (np.abs(step) > np.abs(former) / 2)


def _check_separation(moved: Floats, sizes: Floats) -> None:
    _blame(np.abs(moved * sizes) > _SEPARATED)


def _check_fading(run: Floats, faded: NDArray[np.bool_]) -> None:
    """Those that have run the furthest, where their information is gone as well; others only drift behind."""
    far = np.abs(run)
    _blame(faded & (far > 0) & (far >= far.max() / 2))


def _blame(endless: NDArray[np.bool_]) -> None:
    if endless.any():
        raise ModelTrouble(Trouble.SEPARATED, np.flatnonzero(endless).tolist())


def _conclude(beta: Floats, last: Sums, *, persons: int, has_scale: bool, robust: str, rounds: int) -> Fit:
    degrees = persons - len(beta)
    scale = last.deviance / degrees if has_scale else 1.0
    bread = invert(last.information)
    covariance = bread * scale
    if last.meat is not None:
        covariance = bread @ last.meat @ bread
        covariance *= persons / degrees if robust == "hc1" else 1.0
    return Fit(beta, covariance, last.information, last.deviance, scale, rounds)
