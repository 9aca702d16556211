"""Points of time that may be told apart: a day on which few leave is one patient's day (S4).

Time is cut again and again, at the roundest place first: at a multiple of the greatest power of two. A cut is
made when those who leave before it, and those who leave after it, are nobody, or enough, whatever is known of
them: by kind of leaving, by group, by each flag and pair of flags. Where few are left on one side, a rounder
place is passed over for the next, and these few are told with their neighbours. Round places are the same in
every hospital, so what several of them can tell is what the coarsest tells, and not much coarser.

Where no cut is made tells something too: somebody leaves on either side of it, and they are few. So an
interval is tried at few places, no closer to each other than a quarter of its length. Whoever tried every day
would learn the very day on which the first of eleven patients leaves.
"""

from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.int64]
IsSafe = Callable[[Places], bool]
"""Whether these rows may be told as those who leave in one interval."""
_Told = Callable[[int, int], bool]


def choose_ends(place: Places, *, points: int, is_safe: IsSafe) -> list[int] | None:
    """The last points of the intervals, in order; None when even all of them together are too few.

    `place` is the point of time, from 0 to `points` - 1, at which each row leaves. The last point is that of
    those who have not left by then. It is cut off first: they are many, and not among those before.
    """
    order = np.argsort(place, kind="stable")
    starts = np.searchsorted(place[order], np.arange(points + 1))

    def is_told(first: int, after: int) -> bool:
        return is_safe(order[starts[first] : starts[after]])

    last = points - 1
    if not is_told(0, points):
        return None
    if last and is_told(0, last) and is_told(last, points):
        return [*_split(0, last, is_told), last]
    return _split(0, points, is_told)


def _split(first: int, after: int, is_told: _Told) -> list[int]:
    for cut in _list_cuts(first, after):
        if is_told(first, cut) and is_told(cut, after):
            return _split(first, cut, is_told) + _split(cut, after, is_told)
    return [after - 1]


def _list_cuts(first: int, after: int) -> list[int]:
    """Where an interval is tried, the roundest first: four points at most, a quarter of it apart or more."""
    step = _find_step(after - first)
    cuts = range(first - first % step + step, after, step)
    return sorted(cuts, key=lambda cut: (-(cut & -cut), cut))


def _find_step(length: int) -> int:
    """The least power of two that is a quarter of the length, or more."""
    return 1 << max(0, (length - 1).bit_length() - 2)


def share_ends(ends: Sequence[Sequence[int]]) -> list[int]:
    """The points that all hospitals tell."""
    common = set(ends[0]).intersection(*ends[1:])
    return sorted(common)
