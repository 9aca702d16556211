"""Sets of persons as compressed bitmaps: what the differencing guard compares and a node keeps."""

import array
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

import numpy as np
from numpy.typing import NDArray
from pyroaring import FrozenBitMap

BUCKETS = 64
"""How many parts a sketch has."""

_SPREAD = np.uint32(2654435769)
"""Knuth's multiplier, 2^32 over the golden ratio: neighbouring ranks fall into different buckets."""


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
