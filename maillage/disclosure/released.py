"""Sets that were released, beside their sketches: what a new set may be near to, without a look at the rest.

A sketch counts the persons of a set in 64 fixed parts of all ranks (`PersonSet.sketch`). Two sets share at
most what the smaller of both counts adds up to over the parts, and differ by at least the sum of the counts'
differences. Both are of a whole table at once, and a thousand times cheaper than the sets themselves; nearly
all sets are ruled out by them, and those that are left are compared person by person. So nothing near is
missed, and what is found is exact.
"""

from collections.abc import Generator, Iterable, Sequence
from contextlib import contextmanager
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.disclosure.persons import BUCKETS, PersonSet


class Released:
    """Sets in the order of their release; more can be added."""

    def __init__(self, sets: Iterable[PersonSet] = ()) -> None:
        self.sets: list[PersonSet] = []
        # Longer than what is in them, so that one more set is not a copy of all others.
        self._sizes = np.empty(0, dtype=np.int64)
        self._sketches = np.empty((0, BUCKETS), dtype=np.int32)
        self.add(sets)

    @property
    def sizes(self) -> NDArray[np.int64]:
        """How many persons each has."""
        return self._sizes[: len(self.sets)]

    @property
    def sketches(self) -> NDArray[np.int32]:
        """One row a set."""
        return self._sketches[: len(self.sets)]

    def add(self, sets: Iterable[PersonSet]) -> None:
        """These were released too."""
        new = list(sets)
        first, end = len(self.sets), len(self.sets) + len(new)
        if end > len(self._sizes):
            self._sizes = _lengthen(self._sizes, to=2 * end)
            self._sketches = _lengthen(self._sketches, to=2 * end)
        for place, one in enumerate(new, start=first):
            self._sizes[place], self._sketches[place] = len(one), one.sketch
        self.sets += new

    @contextmanager
    def with_more(self, sets: Iterable[PersonSet]) -> Generator["Released"]:
        """As if these had been released too, for the body of a `with`."""
        before = len(self.sets)
        self.add(sets)
        try:
            yield self
        finally:
            del self.sets[before:]

    def __len__(self) -> int:
        return len(self.sets)

    def share_at_most(self, new: PersonSet) -> NDArray[np.int32]:
        """By set, a number of persons that it and `new` do not exceed together."""
        return np.minimum(self.sketches, new.sketch).sum(axis=1, dtype=np.int32)

    def find_near(self, new: PersonSet, *, floor: int) -> list[tuple[int, int]]:
        """Of those that differ by fewer than `floor` persons: by how many, and the place; nearest first."""
        close = np.flatnonzero(np.abs(self.sizes - len(new)) < floor)
        likely: list[int] = close[np.abs(self.sketches[close] - new.sketch).sum(axis=1) < floor].tolist()
        found = [(differ_by(new, self.sets[place]), place) for place in likely]
        return sorted(one for one in found if one[0] < floor)

    def find_inside(self, whole: PersonSet, *, floor: int) -> list[int]:
        """The places of those of which fewer than `floor` persons are not in `whole`."""
        likely = np.flatnonzero(self.sizes - self.share_at_most(whole) < floor)
        return [place for place in likely.tolist() if count_outside(self.sets[place], whole) < floor]


class Tables:
    """The cells of tables that were released; the cells of one table share nobody."""

    def __init__(self, tables: Iterable[Sequence[PersonSet]] = ()) -> None:
        self._tables: list[Sequence[PersonSet]] = []
        self._known: set[frozenset[PersonSet]] = set()
        self._cells = Released()
        self._owners = np.array([], dtype=np.int64)
        self.add(tables)

    def add(self, tables: Iterable[Sequence[PersonSet]]) -> None:
        """These were released too."""
        new = [largest_first(cells) for cells in tables]
        first = len(self._tables)
        self._tables += new
        self._known |= {frozenset(cells) for cells in new}
        self._cells.add(cell for cells in new for cell in cells)
        owners = np.repeat(np.arange(first, len(self._tables)), [len(cells) for cells in new])
        self._owners = np.concatenate([self._owners, owners])

    def has(self, cells: Iterable[PersonSet]) -> bool:
        """Whether one of them has these very cells."""
        return frozenset(cells) in self._known

    def is_near_some(self, new: PersonSet, *, floor: int) -> bool:
        """`is_near_union` of one of them at least.

        Only a cell with fewer than `floor` persons outside can be among those that add up to nearly the set,
        and all such cells of a table must be large enough together.
        """
        sizes = self._cells.sizes
        likely = sizes - self._cells.share_at_most(new) < floor
        together = np.bincount(self._owners[likely], weights=sizes[likely], minlength=len(self._tables))
        places = np.flatnonzero(together > len(new) - floor)
        # All of them are looked at, whatever the first says: the time must not tell.
        near = [is_near_union(new, self._tables[place], floor=floor) for place in places.tolist()]
        return any(near)


def is_near_union(new: PersonSet, cells: Sequence[PersonSet], *, floor: int) -> bool:
    """Whether the set differs from some of the cells together by 1 to floor - 1 persons; they share nobody.

    The cells come largest first, and are looked at until the difference is enough: a set cuts most tables in
    two at once.
    """
    within, apart = 0, 0
    for cell in cells:
        shared = new.bits.intersection_cardinality(cell.bits)
        within += shared
        apart += min(shared, len(cell) - shared)
        if apart >= floor:
            return False
    return 0 < apart + len(new) - within < floor


def largest_first(cells: Iterable[PersonSet]) -> list[PersonSet]:
    """The same, in the order that `is_near_union` wants."""
    return sorted(cells, key=len, reverse=True)


def differ_by(one: PersonSet, other: PersonSet) -> int:
    """How many persons are in one of them alone."""
    return one.bits.symmetric_difference_cardinality(other.bits)


def count_outside(one: PersonSet, whole: PersonSet) -> int:
    """How many persons of one are not in the other."""
    return len(one) - one.bits.intersection_cardinality(whole.bits)


def _lengthen(array: NDArray[Any], *, to: int) -> NDArray[Any]:
    longer = np.empty((to, *array.shape[1:]), dtype=array.dtype)
    longer[: len(array)] = array
    return longer
