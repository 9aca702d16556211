"""What both frameworks compute: a hospital's sums of a logistic model, and the coefficients that follow."""

import json
import os
import time
from functools import cache
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]
ROUNDS = int(os.environ.get("PEERS_ROUNDS", "20"))
HOSPITALS = 4


@cache
def read_table(number: int) -> tuple[Floats, Floats]:
    """A hospital's design matrix and outcome: kept between rounds, which is to the frameworks' advantage."""
    with np.load(Path(os.environ["PEERS_FOLDER"]) / f"{number}.npz") as found:
        return found["matrix"], found["outcome"]


def add_up(number: int, beta: Floats) -> tuple[Floats, Floats]:
    """XᵀWX and XᵀWz at these coefficients."""
    matrix, outcome = read_table(number)
    predictor = matrix @ beta
    mean = 1 / (1 + np.exp(-predictor))
    weights = mean * (1 - mean)
    return (matrix * weights[:, None]).T @ matrix, matrix.T @ (weights * predictor + outcome - mean)


class Fit:
    """The coefficients round after round, and when each round ended."""

    def __init__(self) -> None:
        size = read_table(0)[0].shape[1]
        self.beta = np.zeros(size)
        self._ended = [time.perf_counter()]

    def step(self, parts: list[tuple[Floats, Floats]]) -> None:
        """The next coefficients, of every hospital's sums."""
        if len(parts) != HOSPITALS:
            raise RuntimeError(f"{len(parts)} hospitals answered")
        self.beta = np.linalg.solve(sum(part[0] for part in parts), sum(part[1] for part in parts))
        self._ended.append(time.perf_counter())

    def write(self) -> None:
        """The coefficients and the milliseconds of each round, for the bench to read."""
        found = {"beta": self.beta.tolist(), "rounds_ms": (np.diff(self._ended) * 1000).tolist()}
        # Whole at once: the bench looks for it while it is written.
        path = Path(os.environ["PEERS_FOLDER"]) / f"{os.environ['PEERS_RUN']}.json"
        path.with_suffix(".part").write_text(json.dumps(found))
        path.with_suffix(".part").rename(path)
