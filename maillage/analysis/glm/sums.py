"""What one hospital adds to one round: the information matrix, the score, the deviance, at given
coefficients.

With X the design matrix, W the working weights, r the residuals y - μ and v the prior weights: information =
XᵀWX, score = Xᵀ(v r), deviance = Σ v d(y, μ), meat = Xᵀ diag((v r)²) X. The score stands in the place of
XᵀWz, which is XᵀWXβ more: it is zero at the solution, so that rounding there is not multiplied by the
condition of the matrix.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import reduce

import numpy as np

from maillage.analysis.glm.families import Family, Floats

_BLOCK = 4_096


@dataclass(frozen=True)
class Data:
    """One hospital's rows: `matrix` n × p, first column the intercept; the rest n long each."""

    matrix: Floats
    outcome: Floats
    offset: Floats
    weights: Floats

    @classmethod
    def of(
        cls, matrix: Floats, outcome: Floats, *, offset: Floats | None = None, weights: Floats | None = None
    ) -> "Data":
        """Without offset it is 0, without weights they are 1."""
        rows = len(outcome)
        return cls(
            np.asarray(matrix, dtype=np.float64),
            np.asarray(outcome, dtype=np.float64),
            np.zeros(rows) if offset is None else np.asarray(offset, dtype=np.float64),
            np.ones(rows) if weights is None else np.asarray(weights, dtype=np.float64),
        )


@dataclass(frozen=True)
class Sums:
    """p × p, p, a number, p × p or None; in the columns' own units, each less its centre."""

    information: Floats
    score: Floats
    deviance: float
    meat: Floats | None = None


@dataclass(frozen=True)
class Working:
    """By row: what each person weighs in the information matrix, and in the score. They stay here."""

    weights: Floats
    residuals: Floats
    predictor: Floats
    mean: Floats


def center(matrix: Floats, centre: Floats) -> Floats:
    """The matrix with each column less its centre; the intercept's is 0."""
    return matrix - centre if centre.any() else matrix


def work_out(data: Data, matrix: Floats, beta: Floats, *, family: Family) -> Working:
    """Weights and residuals at these coefficients; `matrix` is the centred one."""
    predictor = matrix @ beta + data.offset
    mean = family.mean(predictor)
    residuals = data.weights * (data.outcome - mean)
    return Working(data.weights * family.variance(mean), residuals, predictor, mean)


def add_rows(data: Data, matrix: Floats, working: Working, *, family: Family, robust: bool) -> Sums:
    """The sums of a round; the meat of robust errors where it is asked."""
    return Sums(
        square(matrix, np.sqrt(working.weights)),
        matrix.T @ working.residuals,
        float(data.weights @ family.deviance(data.outcome, working.mean)),
        square(matrix, np.abs(working.residuals)) if robust else None,
    )


def square(matrix: Floats, roots: Floats) -> Floats:
    """Xᵀ diag(r²) X, in blocks of rows that a processor's cache holds."""
    size = matrix.shape[1]
    total = np.zeros((size, size))
    for start in range(0, len(matrix), _BLOCK):
        rows = slice(start, start + _BLOCK)
        scaled = matrix[rows] * roots[rows, None]
        total += scaled.T @ scaled
    return total


def sum_up(
    data: Data, beta: Floats, *, family: Family, centre: Floats | None = None, robust: bool = False
) -> Sums:
    """A round over rows that need no gate: both steps at once."""
    matrix = center(data.matrix, np.zeros(data.matrix.shape[1]) if centre is None else centre)
    working = work_out(data, matrix, beta, family=family)
    return add_rows(data, matrix, working, family=family, robust=robust)


def add_sums(parts: Sequence[Sums]) -> Sums:
    """The sums of several hospitals, of one at least."""
    return reduce(_add, parts)


def _add(one: Sums, other: Sums) -> Sums:
    meat = None if one.meat is None or other.meat is None else one.meat + other.meat
    return Sums(
        one.information + other.information, one.score + other.score, one.deviance + other.deviance, meat
    )
