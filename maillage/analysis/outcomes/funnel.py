"""Funnel plots of standardised ratios, with over-dispersion (Spiegelhalter, *Statistics in Medicine* 2005).

The ratio O/E of a hospital is compared on the logarithmic scale, where its standard error is 1/√E, as the
English mortality indicator (SHMI) does: z = √E log(O/E). Hospitals differ by more than chance, for reasons
that no model holds. φ = Σz²/n measures by how much; the tails of z are winsorised (drawn in to their 10 %
quantiles) or truncated (left out), so that outliers do not excuse themselves. The variance between hospitals
is that of DerSimonian and Laird: τ² = (nφ - (n - 1)) / (Σw - Σw²/Σw), w = E. Limits are exp(±z √(1/E + τ²)).
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

TRIM = 0.1
LIMITS = (1.959964, 3.090232)
"""Normal quantiles of 95 % and 99.8 %, two and three standard errors as these plots have them."""

_FEWEST = 3
_CONTINUITY = 0.5

_Numbers = NDArray[np.float64]


@dataclass(frozen=True)
class Point:
    """One hospital: its ratio, z without over-dispersion and with it, whether it is outside 99.8 % limits."""

    ratio: float
    z: float
    adjusted: float
    outlier: bool
    adjusted_outlier: bool


@dataclass(frozen=True)
class Funnel:
    """The points in their order; `phi` and `tau2` are 1 and 0 where there are too few to measure them."""

    points: tuple[Point, ...]
    phi: float
    tau2: float


def draw_funnel(
    observed: Sequence[float],
    expected: Sequence[float],
    *,
    trim: float = TRIM,
    tails: Literal["winsorise", "truncate"] = "winsorise",
) -> Funnel:
    """The funnel of hospitals with these numbers. Raises ValueError where a hospital expects nothing."""
    o, e = np.asarray(observed, dtype=np.float64), np.asarray(expected, dtype=np.float64)
    if (e <= 0).any() or (o < 0).any():
        raise ValueError("expected numbers are positive, observed ones not negative")
    # No event at all has no logarithm.
    log_ratio = np.log(np.where(o == 0, _CONTINUITY, o) / e)
    z = np.sqrt(e) * log_ratio
    phi, tau2 = _measure_dispersion(z, e, trim=trim, tails=tails)
    adjusted = log_ratio / np.sqrt(1 / e + tau2)
    points = [
        Point(float(ratio), float(plain), float(wide), abs(plain) > LIMITS[1], abs(wide) > LIMITS[1])
        for ratio, plain, wide in zip(o / e, z, adjusted, strict=True)
    ]
    return Funnel(tuple(points), phi, tau2)


def _measure_dispersion(
    z: _Numbers, weights: _Numbers, *, trim: float, tails: Literal["winsorise", "truncate"]
) -> tuple[float, float]:
    if len(z) < _FEWEST:
        return 1.0, 0.0
    low, high = np.quantile(z, [trim, 1 - trim])
    kept = (z >= low) & (z <= high)
    drawn_in = z.clip(low, high) if tails == "winsorise" else z[kept]
    w = weights if tails == "winsorise" else weights[kept]
    number = len(drawn_in)
    phi = float((drawn_in**2).sum() / number)
    spread = float(w.sum() - (w**2).sum() / w.sum())
    return phi, max(0.0, (number * phi - (number - 1)) / spread) if spread > 0 else 0.0


def find_limits(expected: float, *, tau2: float, z: float = LIMITS[1]) -> tuple[float, float]:
    """Between which ratios a hospital that expects so much is no outlier."""
    width = z * float(np.sqrt(1 / expected + tau2))
    return float(np.exp(-width)), float(np.exp(width))
