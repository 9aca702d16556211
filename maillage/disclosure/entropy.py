"""Builds the table of noise: the laws of greatest entropy under the public rules.

It is a module of its own because it alone needs scipy, which a node that only draws need not load.
"""

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import minimize
from scipy.special import logsumexp, softmax

from maillage.disclosure.noise import KEYS, NoiseRules, NoiseTable


def build_table(rules: NoiseRules) -> NoiseTable:
    """The table of greatest entropy: the least that can be known of the noise beyond the public rules."""
    noises = np.arange(-rules.deviation, rules.deviation + 1)
    full = _most_uncertain(noises, variance=rules.variance)
    return NoiseTable(
        rules, tuple(_row(full, rules=rules, above=above) for above in range(rules.deviation + 1))
    )


def _row(full: NDArray[np.float64], *, rules: NoiseRules, above: int) -> tuple[int, ...]:
    """The ends of a row for `above` persons more than the floor."""
    cut = rules.deviation - above
    suppressed = float(full[:cut].sum())
    allowed = np.arange(-above, rules.deviation + 1)
    # At the floor itself the only noise that is never negative and zero on average is none.
    noise = _most_uncertain(allowed, variance=rules.variance) if above else np.eye(1, len(allowed))[0]
    shares = np.concatenate([[suppressed], np.zeros(cut), noise * (1 - suppressed)])
    ends = np.rint(np.cumsum(shares) * KEYS).astype(np.int64)
    ends[-1] = KEYS
    return tuple(ends.tolist())


def _most_uncertain(values: NDArray[np.int64], *, variance: float) -> NDArray[np.float64]:
    """The law of greatest entropy on `values` with mean 0 and that variance: exp(a·v + b·v²), normalised.

    a and b minimise the convex dual, whose gradient is what the moments miss.
    """
    moments = np.stack([values, values**2 - variance])

    def dual(weights: NDArray[np.float64]) -> tuple[float, NDArray[np.float64]]:
        exponents = weights @ moments
        return float(logsumexp(exponents)), moments @ softmax(exponents)

    def curvature(weights: NDArray[np.float64]) -> NDArray[np.float64]:
        shares = softmax(weights @ moments)
        return (moments * shares) @ moments.T - np.outer(moments @ shares, moments @ shares)

    found = minimize(
        dual, np.zeros(2), jac=True, hess=curvature, method="trust-exact", options={"gtol": 1e-11}
    )
    return softmax(found.x @ moments)
