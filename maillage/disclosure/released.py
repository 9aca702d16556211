"""Sets that were released, beside their sketches: what a new set may be near to, without a look at the rest.

A sketch counts the persons of a set in 64 fixed parts of all ranks (`PersonSet.sketch`). Two sets share at
most what the smaller of both counts adds up to over the parts, and differ by at least the sum of the counts'
differences. Both are of a whole table at once, and a thousand times cheaper than the sets themselves; nearly
all sets are ruled out by them, and those that are left are compared person by person. So nothing near is
missed, and what is found is exact.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.disclosure.persons import BUCKETS, PersonSet


@dataclass(frozen=True)
class Released:
    """Sets in the order of their release; `sizes` and `sketches` (one row a set) are theirs."""

    sets: tuple[PersonSet, ...]
    sizes: NDArray[np.int32]
    sketches: NDArray[np.int32]

    @classmethod
    def of(cls, sets: Iterable[PersonSet] = ()) -> "Released":
        """These sets."""
        found = tuple(sets)
        sketches = np.array([one.sketch for one in found], dtype=np.int32).reshape(-1, BUCKETS)
        return cls(found, np.array([len(one) for one in found], dtype=np.int32), sketches)

    def join(self, later: "Released") -> "Released":
        """Both, one after the other."""
        if not later.sets:
            return self
        return Released(
            self.sets + later.sets,
            np.concatenate([self.sizes, later.sizes]),
            np.concatenate([self.sketches, later.sketches]),
        )

    def __len__(self) -> int:
        return len(self.sets)

    def share_at_most(self, new: PersonSet) -> NDArray[np.int64]:
        """By set, a number of persons that it and `new` do not exceed together."""
        return np.minimum(self.sketches, new.sketch).sum(axis=1)

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
        self._cells = Released.of()
        self._owners = np.array([], dtype=np.int64)
        self.add(tables)

    def add(self, tables: Iterable[Sequence[PersonSet]]) -> None:
        """These were released too."""
        new = list(tables)
        first = len(self._tables)
        self._tables += new
        self._known |= {frozenset(cells) for cells in new}
        self._cells = self._cells.join(Released.of(cell for cells in new for cell in cells))
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

    Looked at from the largest cell on, until the difference is enough: a set cuts most tables in two at once.
    """
    within, apart = 0, 0
    for cell in sorted(cells, key=len, reverse=True):
        shared = new.bits.intersection_cardinality(cell.bits)
        within += shared
        apart += min(shared, len(cell) - shared)
        if apart >= floor:
            return False
    return 0 < apart + len(new) - within < floor


def differ_by(one: PersonSet, other: PersonSet) -> int:
    """How many persons are in one of them alone."""
    return one.bits.symmetric_difference_cardinality(other.bits)


def count_outside(one: PersonSet, whole: PersonSet) -> int:
    """How many persons of one are not in the other."""
    return len(one) - one.bits.intersection_cardinality(whole.bits)
