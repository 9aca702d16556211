"""Random draws that depend on a key alone: not on the order of the calls, nor on numpy's version.

Each thing that is drawn has a 64-bit key, derived from the key of what it belongs to (a visit from its
person, a value from its visit): a person is the same whatever the number of patients. The mixing function is
SplitMix64's (Steele, Lea and Flood, 2014); all else is integers, or sums and products of floats.
"""

import hashlib
import math
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

Keys = npt.NDArray[np.uint64]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]
Flags = npt.NDArray[np.bool_]

_GOLDEN = np.uint64(0x9E3779B97F4A7C15)
_FIRST = np.uint64(0xBF58476D1CE4E5B9)
_SECOND = np.uint64(0x94D049BB133111EB)
_NORMAL_SCALE = math.sqrt(3) / 65536


def salt(*names: object) -> int:
    """A 64-bit constant for a purpose, the same on every machine."""
    text = "/".join(map(str, names))
    return int.from_bytes(hashlib.sha256(text.encode()).digest()[:8], "little")


def derive(keys: Keys, salted: int) -> Keys:
    """One new key per key, for one purpose."""
    return _mix(keys ^ np.uint64(salted))


def number(keys: Keys, ordinals: Ints) -> Keys:
    """One new key per pair of a key and the rank of a thing among its like."""
    return _mix(keys + ordinals.astype(np.uint64) * _GOLDEN)


def _mix(keys: Keys) -> Keys:
    mixed = keys + _GOLDEN
    mixed ^= mixed >> np.uint64(30)
    mixed *= _FIRST
    mixed ^= mixed >> np.uint64(27)
    mixed *= _SECOND
    mixed ^= mixed >> np.uint64(31)
    return mixed


def uniform(keys: Keys) -> Floats:
    """In [0, 1)."""
    return (keys >> np.uint64(11)).astype(np.float64) * 2.0**-53


def normal(keys: Keys) -> Floats:
    """Mean 0, deviation 1, never beyond 3.5: the sum of four uniform draws, which needs no logarithm."""
    quarters = keys & np.uint64(0xFFFF)
    for shift in (16, 32, 48):
        quarters += (keys >> np.uint64(shift)) & np.uint64(0xFFFF)
    return (quarters.astype(np.float64) - 131070.0) * _NORMAL_SCALE


def integers(keys: Keys, low: int | Ints, high: int | Ints) -> Ints:
    """Whole numbers between two bounds, both possible; bounds may differ from key to key."""
    width = np.asarray(high - low + 1).astype(np.uint64)
    return low + (((keys >> np.uint64(32)) * width) >> np.uint64(32)).astype(np.int64)


def choose(keys: Keys, weights: Sequence[float] | Floats) -> Ints:
    """An index among the weights, each as often as its weight says."""
    edges = np.cumsum(np.asarray(weights, dtype=np.float64))
    return np.searchsorted(edges[:-1] / edges[-1], uniform(keys), side="right").astype(np.int64)
