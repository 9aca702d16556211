"""Sets of persons as compressed bitmaps: what the differencing guard compares and a node keeps."""

import array
from bisect import bisect_left, bisect_right
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Generic, TypeVar

import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

BUCKETS = 64
"""How many parts a sketch has."""

_SPREAD = np.uint32(2654435769)
"""Knuth's multiplier, 2^32 over the golden ratio: neighbouring ranks fall into different buckets."""

Ids = NDArray[np.int64]
"""The ids of distinct persons of a warehouse."""

Asked = TypeVar("Asked")
Found = TypeVar("Found")


@dataclass(frozen=True, eq=False)
class Part:
    """Some of the persons of an array, by their places in it, each once.

    Of many parts of one array, such as those with each drug, the ranks are looked up once.
    """

    whole: Ids
    places: NDArray[np.integer]

    def __len__(self) -> int:
        return len(self.places)


@dataclass(frozen=True)
class PersonSet:
    """Distinct persons of one warehouse, each by its rank: a whole number under 2^32, the same for ever.

    A rank that is given to another person, or a person who changes rank, makes comparisons with earlier
    sets wrong. Dense ranks (0, 1, 2 …) keep sets small: a million persons are at most 131 kB.
    """

    bits: FrozenBitMap

    @classmethod
    def of(cls, ranks: NDArray[np.integer]) -> "PersonSet":
        """From ranks in any order; one given twice counts once. Raises ValueError for no rank at all."""
        if ranks.size and (ranks.min() < 0 or ranks.max() > np.iinfo(np.uint32).max):
            raise ValueError("a rank is a whole number from 0 to 2^32 - 1")
        # An array of the standard library is read in one go; a numpy array would be walked one by one.
        return cls(FrozenBitMap(array.array("I", ranks.astype(np.uint32).tobytes())))

    @classmethod
    def join(cls, sets: Sequence["PersonSet"]) -> "PersonSet":
        """The persons of any of them."""
        return cls(FrozenBitMap.union(*(one.bits for one in sets)) if sets else FrozenBitMap())

    @classmethod
    def from_bytes(cls, stored: bytes) -> "PersonSet":
        """The reverse of `to_bytes`. Raises ValueError for bytes that are no set."""
        try:
            return cls(FrozenBitMap.deserialize(stored))
        except IndexError as error:
            raise ValueError("no bytes at all are no set of persons") from error

    def to_bytes(self) -> bytes:
        """The portable Roaring format. It names persons: whoever stores it encrypts it."""
        return self.bits.serialize()

    def __len__(self) -> int:
        return len(self.bits)

    @cached_property
    def sketch(self) -> NDArray[np.int32]:
        """Persons in each of 64 fixed parts of all ranks: a sum of sets is a sum of their sketches."""
        ranks = np.frombuffer(self.bits.to_array(), dtype=np.uint32)
        buckets = (ranks * _SPREAD) >> np.uint32(26)
        return np.bincount(buckets, minlength=BUCKETS).astype(np.int32)


class BySize(Generic[Found]):
    """What is held of sets, by the numbers of their persons: few have about as many as a new one."""

    def __init__(self) -> None:
        self._sizes: list[int] = []
        self._held: list[Found] = []

    def add(self, persons: int, held: Found) -> None:
        """One more; of as many persons, those come first that were added first."""
        place = bisect_right(self._sizes, persons)
        self._sizes.insert(place, persons)
        self._held.insert(place, held)

    def about(self, persons: int, *, within: int) -> Sequence[Found]:
        """Those whose number differs from this one by less than `within`."""
        start = bisect_right(self._sizes, persons - within)
        return self._held[start : bisect_left(self._sizes, persons + within, lo=start)]


class Ranks:
    """Which person has which rank: an id's position among all ids ever met, in the order of meeting."""

    def __init__(self, met: Ids | None = None) -> None:
        ids = _NOBODY if met is None else met
        self._order = np.argsort(ids, kind="stable")
        self._sorted = ids[self._order]
        self._unwritten = _NOBODY

    @property
    def unwritten(self) -> Ids:
        """Those met since `note_written`, in order."""
        return self._unwritten

    def note_written(self) -> None:
        """All of them are kept elsewhere."""
        self._unwritten = _NOBODY

    def rank(self, persons: Ids) -> PersonSet:
        """The set of these persons, in any order; who was never met before gets the next rank."""
        is_sorted = np.all(persons[1:] >= persons[:-1])
        # In order, a million ids are looked up in a fifth of the time.
        return PersonSet.of(self.find(persons if is_sorted else np.sort(persons)))

    def find(self, persons: Ids) -> Ids:
        """Each one's rank, in the same order."""
        places = np.searchsorted(self._sorted, persons)
        known = self._is_at(places, persons)
        if not known.all():
            self._add(np.unique(persons[~known]))
            places = np.searchsorted(self._sorted, persons)
        return self._order[places]

    def _is_at(self, places: NDArray[np.intp], persons: Ids) -> NDArray[np.bool_]:
        if not self._sorted.size:
            return np.zeros(len(persons), dtype=np.bool_)
        return self._sorted[places.clip(max=self._sorted.size - 1)] == persons

    def _add(self, unknown: Ids) -> None:
        # Put where they belong among the others: sorting all of them anew would take longer for new persons
        # than for known ones, by what the attacker can measure.
        places = np.searchsorted(self._sorted, unknown)
        ranks = np.arange(self._order.size, self._order.size + unknown.size)
        self._sorted = np.insert(self._sorted, places, unknown)
        self._order = np.insert(self._order, places, ranks)
        self._unwritten = np.concatenate([self._unwritten, unknown])


class Known(Generic[Asked, Found]):
    """What was found for arrays of ids, each looked up once.

    An array is known by itself, not by what is in it, and is kept: no other takes its place in memory.
    """

    def __init__(self, look: Callable[[Asked], Found]) -> None:
        self._look = look
        self._known: dict[int, tuple[Asked, Found]] = {}

    def find(self, persons: Asked) -> Found:
        """What is found for these persons."""
        if id(persons) not in self._known:
            self._known[id(persons)] = (persons, self._look(persons))
        return self._known[id(persons)][1]


class Ranked:
    """The sets of arrays of persons, and of parts of them, and their ranks: each array looked up once."""

    def __init__(self, *, rank: Callable[[Ids], PersonSet], find: Callable[[Ids], Ids]) -> None:
        """`rank` and `find` as of `Ranks`."""
        self._ranks = Known(find)
        self._wholes = Known(rank)
        self._parts = Known(self._rank_part)

    def rank(self, persons: Ids | Part) -> PersonSet:
        """The set of these persons."""
        return self._parts.find(persons) if isinstance(persons, Part) else self._wholes.find(persons)

    def find(self, persons: Ids) -> Ids:
        """Each one's rank, in the same order."""
        return self._ranks.find(persons)

    def _rank_part(self, part: Part) -> PersonSet:
        return PersonSet.of(self.find(part.whole).take(part.places))


_NOBODY: Ids = np.array([], dtype=np.int64)
