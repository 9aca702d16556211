"""Points of time that may be told apart: a day on which few leave is one patient's day (S4).

Time is halved again and again. A half is told by itself when those who leave in it are nobody, or enough,
whatever is known of them: by kind of leaving, by group, by each flag and pair of flags. Halves of halves lie
in the same places in every hospital, so what several of them can tell is what the coarsest tells, and not
much coarser.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
IsSafe = Callable[[Places], bool]
"""Whether these rows may be told as those who leave in one interval."""


def choose_ends(place: Places, *, points: int, is_safe: IsSafe) -> list[int] | None:
    """The last points of the intervals, in order; None when even all of them together are too few.

    `place` is the point of time, from 0 to `points` - 1, at which each row leaves.
    """
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(points + 1))

    def rows(first: int, after: int) -> Places:
        return order[starts[first] : starts[after]]

    if not is_safe(rows(0, points)):
        return None
    return _split(0, 1 << (points - 1).bit_length(), points, lambda one, other: is_safe(rows(one, other)))


def _split(first: int, after: int, points: int, is_safe: Callable[[int, int], bool]) -> list[int]:
    """`after` may lie past the last point: halves are those of a power of two, whatever the grid's length."""
    end = min(after, points)
    middle = (first + after) // 2
    if middle <= first:
        return [end - 1]
    if middle >= points:
        return _split(first, middle, points, is_safe)
    if not (is_safe(first, middle) and is_safe(middle, end)):
        return [end - 1]
    return _split(first, middle, points, is_safe) + _split(middle, after, points, is_safe)


def share_ends(ends: Sequence[Sequence[int]]) -> list[int]:
    """The points that all hospitals tell."""
    common = set(ends[0]).intersection(*ends[1:])
    return sorted(common)
