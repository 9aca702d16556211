"""A sketch of a set of persons: how many of them fall into each of 64 fixed parts of all persons.

Who is in one set and not in the other changes one part by one. So two sets that differ by d persons have
sketches that differ by d at most, all parts added up: sets whose sketches differ by the floor or more are
not near each other, for certain. Of the others most are near: two sets of a hundred persons drawn at random
have sketches that differ by about 86.

A part may count one person: a sketch leaves no hospital, and is stored encrypted.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    # The node's agent compares sketches, and must not carry numpy.
    import numpy as np
    from numpy.typing import NDArray

PARTS = 64
_BITS = 6
_SPREAD = 0x9E3779B97F4A7C15
"""2^64 over the golden ratio (Knuth). Multiplied once, ids in a row would be dealt out evenly, and any two
sets of them would look alike: so twice, with the high half folded on the low one between.
"""


def make_sketch(persons: "NDArray[np.int64]") -> tuple[int, ...]:
    """The sketch of distinct persons, by their ids in any order."""
    import numpy as np

    spread, half = np.uint64(_SPREAD), np.uint64(32)
    mixed = persons.astype(np.uint64) * spread
    mixed = (mixed ^ (mixed >> half)) * spread
    parts = (mixed >> np.uint64(64 - _BITS)).astype(np.int64)
    return tuple(np.bincount(parts, minlength=PARTS).tolist())


def may_be_near(one: Sequence[int], other: Sequence[int], *, floor: int) -> bool:
    """Whether two sets may differ by fewer persons than the floor; false only when they do not."""
    return sum(abs(left - right) for left, right in zip(one, other, strict=True)) < floor
