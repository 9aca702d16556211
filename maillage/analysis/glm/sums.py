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

_BLOCK = 2_048
"""Rows of which twenty columns and what is worked out of them stay in a processor's cache."""


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


class ReachError(ValueError):
    """Coefficients give a person a linear predictor past what was said."""


def sum_rows(
    data: Data,
    beta: Floats,
    *,
    family: Family,
    centre: Floats,
    robust: bool = False,
    reach: float = np.inf,
) -> tuple[Sums, Working]:
    """The sums of a round and what they are made of, in one reading of the matrix. Raises ReachError.

    `centre` is what each column is less; with `robust` comes the meat. Blocks of rows are centred as they are
    read: a centred copy would be as large as the matrix.
    """
    size = len(beta)
    information, score, deviance = np.zeros((size, size)), np.zeros(size), 0.0
    meat = np.zeros((size, size)) if robust else None
    working = Working(np.empty(len(data.outcome)), np.empty(len(data.outcome)))
    for start in range(0, len(data.outcome), _BLOCK):
        rows = slice(start, start + _BLOCK)
        block, outcome, prior = data.matrix[rows] - centre, data.outcome[rows], data.weights[rows]
        predictor = block @ beta + data.offset[rows]
        if not (np.abs(predictor) <= reach).all():
            raise ReachError
        mean = family.mean(predictor)
        weights, residuals = prior * family.variance(mean), prior * (outcome - mean)
        information += square(block, np.sqrt(weights))
        score += residuals @ block
        deviance += float(prior @ family.deviance(outcome, mean))
        if meat is not None:
            meat += square(block, residuals)
        working.weights[rows], working.residuals[rows] = weights, residuals
    return Sums(information, score, deviance, meat), working


def square(block: Floats, roots: Floats) -> Floats:
    """Xᵀ diag(r²) X of a block of rows."""
    scaled = block * roots[:, None]
    return scaled.T @ scaled


def sum_up(
    data: Data, beta: Floats, *, family: Family, centre: Floats | None = None, robust: bool = False
) -> Sums:
    """A round over rows that need no gate."""
    found = np.zeros(len(beta)) if centre is None else centre
    return sum_rows(data, beta, family=family, centre=found, robust=robust)[0]


def add_sums(parts: Sequence[Sums]) -> Sums:
    """The sums of several hospitals, of one at least."""
    return reduce(_add, parts)


def _add(one: Sums, other: Sums) -> Sums:
    meat = None if one.meat is None or other.meat is None else one.meat + other.meat
    return Sums(
        one.information + other.information, one.score + other.score, one.deviance + other.deviance, meat
    )
