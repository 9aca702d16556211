"""Fits of several hospitals as one: two-stage random effects, one coefficient at a time.

DerSimonian and Laird (*Controlled Clinical Trials* 1986; 7: 177–188) by moments; restricted maximum
likelihood as Viechtbauer (*Journal of Educational and Behavioral Statistics* 2005; 30: 261–293) gives its
Fisher scoring.
"""

from dataclasses import dataclass

from maillage.analysis.glm.families import Floats

_ROUNDS = 200
_CLOSE = 1e-12


@dataclass(frozen=True)
class Pooled:
    """The mean effect with its standard error, the variance between hospitals, Cochran's Q and I²
    in percent.
    """

    estimate: float
    standard_error: float
    tau_squared: float
    q: float
    i_squared: float
    hospitals: int


def pool(estimates: Floats, variances: Floats, *, method: str) -> Pooled:
    """One coefficient over hospitals, two at least. `method` is `dl` or `reml`. Raises ValueError."""
    if len(estimates) < 2:
        raise ValueError("random effects need two hospitals at least")
    tau_squared = _by_moments(estimates, variances)
    if method == "reml":
        tau_squared = _by_likelihood(estimates, variances, start=tau_squared)
    weights = 1 / (variances + tau_squared)
    mean = float(weights @ estimates / weights.sum())
    q = _heterogeneity(estimates, variances)
    degrees = len(estimates) - 1
    share = max(0.0, (q - degrees) / q) * 100 if q > 0 else 0.0
    return Pooled(mean, float(weights.sum() ** -0.5), tau_squared, q, share, len(estimates))


def _heterogeneity(estimates: Floats, variances: Floats) -> float:
    weights = 1 / variances
    return float(weights @ (estimates - weights @ estimates / weights.sum()) ** 2)


def _by_moments(estimates: Floats, variances: Floats) -> float:
    weights = 1 / variances
    spread = weights.sum() - (weights**2).sum() / weights.sum()
    return max(0.0, float((_heterogeneity(estimates, variances) - (len(estimates) - 1)) / spread))


def _by_likelihood(estimates: Floats, variances: Floats, *, start: float) -> float:
    """Fisher scoring from the moments' value; a step below nothing is nothing."""
    tau_squared = start
    for _round in range(_ROUNDS):
        weights = 1 / (variances + tau_squared)
        total = weights.sum()
        apart = estimates - weights @ estimates / total
        squares = (weights**2).sum()
        # The score and the information of the restricted likelihood, both twice themselves.
        score = float(weights**2 @ apart**2 - total + squares / total)
        information = float(squares - 2 * (weights**3).sum() / total + (squares / total) ** 2)
        following = max(0.0, tau_squared + score / information)
        if abs(following - tau_squared) <= _CLOSE * (1 + tau_squared):
            return following
        tau_squared = following
    return tau_squared
