"""The published model of `medpar`, from its stays: coefficients, deviances, AIC, outliers, as printed.

The 1,495 stays are `medpar.csv` of the R package COUNT (Hilbe 2014), which is not ours to keep:
`MAILLAGE_MEDPAR` names the file. `test_funnel` has what follows from two numbers a hospital.
"""

import csv
import os
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pytest
from numpy.typing import NDArray
from scipy.special import gammaln

from maillage.analysis.glm.fitting import fit_parts
from maillage.analysis.glm.newton import Fit
from maillage.analysis.glm.sums import Data
from maillage.analysis.outcomes.funnel import draw_funnel

COVARIATES = ("hmo", "died", "age80", "type2", "type3")
PUBLISHED = (2.26875, -0.07637, -0.24574, -0.02141, 0.24921, 0.74869)
ERRORS = (0.01246, 0.02393, 0.01826, 0.02050, 0.02099, 0.02627)


@dataclass(frozen=True)
class Stays:
    """A row a stay: the design matrix, its days, the rank of its hospital."""

    matrix: NDArray[np.float64]
    days: NDArray[np.float64]
    hospital: NDArray[np.int64]

    def split(self, nodes: int) -> Sequence[Data]:
        """The stays by node, each with every so many hospitals."""
        owner = self.hospital % nodes
        return [Data.of(self.matrix[owner == one], self.days[owner == one]) for one in range(nodes)]


@pytest.fixture(scope="module")
def stays() -> Stays:
    path = os.environ.get("MAILLAGE_MEDPAR")
    if not path:
        pytest.skip("MAILLAGE_MEDPAR does not name medpar.csv of the R package COUNT")
    with Path(path).open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    columns = [[float(row[name]) for row in rows] for name in COVARIATES]
    matrix = np.column_stack([np.ones(len(rows)), *columns])
    _names, hospital = np.unique([row["provnum"] for row in rows], return_inverse=True)
    return Stays(matrix, np.array([float(row["los"]) for row in rows]), hospital)


@pytest.fixture(scope="module", params=[1, 4], ids=["pooled", "four nodes"])
def fit(stays: Stays, request: pytest.FixtureRequest) -> Fit:
    return fit_parts(stays.split(request.param), family="poisson")


def test_the_published_coefficients(fit: Fit) -> None:
    np.testing.assert_array_equal(np.round(fit.beta, 5), PUBLISHED)
    np.testing.assert_allclose(np.sqrt(np.diag(fit.covariance)), ERRORS, atol=5e-6)


def test_the_published_deviances_and_criterion(stays: Stays, fit: Fit) -> None:
    null = fit_parts([Data.of(stays.matrix[:, :1], stays.days)], family="poisson")
    assert (round(null.deviance, 1), round(fit.deviance, 1)) == (8901.1, 7977.7)
    mean = np.exp(stays.matrix @ fit.beta)
    likelihood = (stays.days * np.log(mean) - mean - gammaln(stays.days + 1)).sum()
    assert round(2 * len(fit.beta) - 2 * likelihood) == 13705


def test_the_published_outliers(stays: Stays, fit: Fit) -> None:
    observed = np.bincount(stays.hospital, stays.days)
    expected = np.bincount(stays.hospital, np.exp(stays.matrix @ fit.beta))
    funnel = draw_funnel(observed.tolist(), expected.tolist(), tails="truncate")
    assert len(funnel.points) == 54
    assert sum(point.outlier for point in funnel.points) == 25
    assert sum(point.adjusted_outlier for point in funnel.points) == 9


def test_four_nodes_give_what_one_table_gives(stays: Stays) -> None:
    pooled, federated = (fit_parts(stays.split(nodes), family="poisson") for nodes in (1, 4))
    np.testing.assert_allclose(federated.beta, pooled.beta, rtol=1e-9)
    assert federated.deviance == pytest.approx(pooled.deviance, rel=1e-9)
