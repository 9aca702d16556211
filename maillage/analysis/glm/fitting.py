"""A federated fit in one process: the same generator, the same sums, no wire."""

from collections.abc import Sequence

import numpy as np

from maillage.analysis.glm.families import FAMILIES, Family, Floats, expose
from maillage.analysis.glm.newton import MAX_ROUNDS, Fit, Steps, iterate
from maillage.analysis.glm.sums import Data, Sums, add_sums, sum_up


def fit_parts(parts: Sequence[Data], *, family: str, robust: str = "none", most: int = MAX_ROUNDS) -> Fit:
    """One model over the rows of all parts, in the columns' own units. Raises ModelTrouble.

    `family` is a name of FAMILIES. Every matrix has the same columns, the first of them the intercept.
    """
    kind = FAMILIES[family]
    centre = find_centre([part.matrix.sum(axis=0) for part in parts], persons=count_rows(parts))
    start = find_start(parts, family=family)
    steps = iterate(
        start=start, persons=count_rows(parts), has_scale=kind.has_scale, robust=robust, most=most
    )
    return uncentre(_run(steps, parts, family=kind, centre=centre, robust=robust != "none"), centre)


def _run(steps: Steps, parts: Sequence[Data], *, family: Family, centre: Floats, robust: bool) -> Fit:
    request = next(steps)
    while True:
        told: list[Sums] = [
            sum_up(part, request.beta, family=family, centre=centre, robust=robust and request.final)
            for part in parts
        ]
        try:
            request = steps.send(add_sums(told))
        except StopIteration as end:
            return end.value


def count_rows(parts: Sequence[Data]) -> int:
    """The rows of all parts."""
    return sum(len(part.outcome) for part in parts)


def find_centre(totals: Sequence[Floats], *, persons: int) -> Floats:
    """The mean of each column over all hospitals, of which each gave its sum; the intercept stays."""
    centre = np.sum(totals, axis=0) / persons
    centre[0] = 0.0
    return centre


def find_start(parts: Sequence[Data], *, family: str) -> Floats:
    """The overall mean as intercept, and nothing else."""
    outcome = sum(float(part.weights @ part.outcome) for part in parts)
    exposure = sum(float(part.weights @ expose(part.offset, family=family)) for part in parts)
    start = np.zeros(parts[0].matrix.shape[1])
    start[0] = FAMILIES[family].start(outcome / exposure)
    return start


def uncentre(fit: Fit, centre: Floats) -> Fit:
    """The same model for the columns as they are: only the intercept changes, and what varies with it."""
    change = np.eye(len(centre))
    change[0, 1:] = -centre[1:]
    back = np.linalg.inv(change)
    return Fit(
        change @ fit.beta,
        change @ fit.covariance @ change.T,
        back.T @ fit.information @ back,
        fit.deviance,
        fit.scale,
        fit.rounds,
    )
