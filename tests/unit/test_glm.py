"""Fits from sums: what stops one in words, and what hospitals' fits give together."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from maillage.analysis.glm.fitting import fit_parts
from maillage.analysis.glm.meta import pool
from maillage.analysis.glm.newton import ModelTrouble, Trouble
from maillage.analysis.glm.sums import Data


def halves(matrix: np.ndarray, outcome: np.ndarray) -> list[Data]:
    rows = np.arange(len(outcome)) % 2 == 0
    return [Data.of(matrix[part], outcome[part]) for part in (rows, ~rows)]


def trouble_of(
    matrix: np.ndarray, outcome: np.ndarray, *, family: str = "binomial", most: int = 25
) -> ModelTrouble:
    with pytest.raises(ModelTrouble) as caught:
        fit_parts(halves(matrix, outcome), family="binomial", most=most)
    return caught.value


def design(count: int = 200) -> tuple[np.ndarray, np.ndarray]:
    rng = np.random.default_rng(4)
    covariate = rng.normal(size=count)
    outcome = (rng.random(count) < 1 / (1 + np.exp(-covariate))).astype(float)
    return np.column_stack([np.ones(count), covariate]), outcome


def test_perfect_separation_names_the_covariate() -> None:
    matrix, _outcome = design()
    found = trouble_of(matrix, (matrix[:, 1] > 0).astype(float))
    assert (found.kind, found.columns) == (Trouble.SEPARATED, (1,))


def test_a_column_that_others_give_is_named() -> None:
    matrix, outcome = design()
    twice = np.column_stack([matrix, 3 * matrix[:, 1] - 2])
    found = trouble_of(twice, outcome)
    assert (found.kind, found.columns) == (Trouble.COLLINEAR, (2,))


def test_a_constant_column_has_no_coefficient() -> None:
    matrix, outcome = design()
    found = trouble_of(np.column_stack([matrix, np.full(len(outcome), 7.0)]), outcome)
    assert (found.kind, found.columns) == (Trouble.NO_VARIANCE, (2,))


def test_rounds_that_are_not_enough_are_told_so() -> None:
    assert trouble_of(*design(), most=3).kind is Trouble.NOT_CONVERGED


def test_the_split_changes_nothing() -> None:
    matrix, outcome = design()
    whole = fit_parts([Data.of(matrix, outcome)], family="binomial")
    halved = fit_parts(halves(matrix, outcome), family="binomial")
    np.testing.assert_allclose(halved.beta, whole.beta, rtol=1e-12)


def test_columns_far_from_zero_keep_their_digits() -> None:
    """A calendar year or an identifier-like number, whose square hides its spread."""
    matrix, outcome = design()
    near = fit_parts(halves(matrix, outcome), family="binomial")
    far = fit_parts(halves(matrix + np.array([0.0, 1e6]), outcome), family="binomial")
    assert far.beta[1] == pytest.approx(near.beta[1], rel=1e-9)


def test_restricted_likelihood_is_at_its_maximum() -> None:
    estimates = np.array([-0.89, -1.58, -0.3, -0.4, -0.9, 0.1])
    variances = np.array([0.3, 0.2, 0.02, 0.05, 0.1, 0.03])

    def loss(spread: float) -> float:
        weights = 1 / (variances + spread)
        mean = weights @ estimates / weights.sum()
        return float(
            np.log(variances + spread).sum() + np.log(weights.sum()) + weights @ (estimates - mean) ** 2
        )

    best = minimize_scalar(loss, bounds=(0, 5), method="bounded", options={"xatol": 1e-10}).x
    assert pool(estimates, variances, method="reml").tau_squared == pytest.approx(best, rel=1e-5)


def test_hospitals_that_agree_have_no_spread() -> None:
    for method in ("dl", "reml"):
        found = pool(np.array([1.0, 1.0, 1.0]), np.array([0.1, 0.2, 0.3]), method=method)
        assert (found.tau_squared, found.estimate) == (0.0, pytest.approx(1.0))
