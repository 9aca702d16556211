"""Fits from sums: what stops one in words, and what hospitals' fits give together."""

import numpy as np
import pytest
from scipy.optimize import minimize_scalar

from maillage.analysis.glm.families import FAMILIES
from maillage.analysis.glm.fitting import fit_parts
from maillage.analysis.glm.meta import pool
from maillage.analysis.glm.newton import ModelTrouble, Trouble
from maillage.analysis.glm.sums import Data, ReachError, sum_rows
from maillage.disclosure.models import find_leverage


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


def test_separation_is_told_where_rounds_end_before_it_shows() -> None:
    matrix, _outcome = design()
    outcome = (matrix[:, 1] > 0).astype(float)
    flag = np.column_stack([matrix, np.random.default_rng(5).normal(size=len(outcome))])
    flag[:, 1] = outcome
    found = trouble_of(flag, outcome, most=8)
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


def test_a_round_in_blocks_is_the_round_of_all_rows() -> None:
    rng = np.random.default_rng(8)
    rows, centre = 5_001, np.array([0.0, 60.0])
    matrix = np.column_stack([np.ones(rows), rng.normal(60, 15, rows)])
    data = Data.of(np.asfortranarray(matrix), (rng.random(rows) < 0.3).astype(float))
    beta, binomial = np.array([-1.0, 0.02]), FAMILIES["binomial"]
    sums, working = sum_rows(data, beta, family=binomial, centre=centre, robust=True)
    whole = matrix - centre
    mean = 1 / (1 + np.exp(-whole @ beta))
    residuals, weights = data.outcome - mean, mean * (1 - mean)
    np.testing.assert_allclose(working.weights, weights, rtol=1e-12)
    np.testing.assert_allclose(working.residuals, residuals, rtol=1e-12)
    np.testing.assert_allclose(sums.information, whole.T @ (whole * weights[:, None]), rtol=1e-11)
    np.testing.assert_allclose(sums.score, whole.T @ residuals, rtol=1e-9)
    meat = whole.T @ (whole * residuals[:, None] ** 2)
    assert sums.meat is not None
    np.testing.assert_allclose(sums.meat, meat, rtol=1e-11)
    assert sums.deviance == pytest.approx(-2 * np.log(np.where(data.outcome > 0, mean, 1 - mean)).sum())


def test_coefficients_past_the_reach_are_no_round() -> None:
    matrix, outcome = design()
    with pytest.raises(ReachError):
        sum_rows(
            Data.of(matrix, outcome),
            np.array([0.0, 1e6]),
            family=FAMILIES["poisson"],
            centre=np.zeros(2),
            reach=30.0,
        )


@pytest.mark.parametrize("far", [0.0, 3.0, 300.0, 1e6])
def test_what_bounds_a_leverage_is_never_under_it(far: float) -> None:
    rng = np.random.default_rng(9)
    matrix = np.column_stack([np.ones(3_000), rng.normal(size=(3_000, 3))])
    matrix[7, 2] += far
    weights, centre = rng.random(3_000), np.array([0.0, 0.1, -0.2, 0.3])
    whole = matrix - centre
    information = whole.T @ (whole * weights[:, None])
    exact = float((np.einsum("ij,jk,ik->i", whole, np.linalg.inv(information), whole) * weights).max())
    found = find_leverage(matrix, weights, information, centre=centre, furthest=np.abs(whole).max(axis=0))
    assert found >= exact * (1 - 1e-9)
    assert (found > 0.5) == (exact > 0.5)
