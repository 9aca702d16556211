"""Fingerprints of numbers, one a person: whether two columns differ for few persons, and nothing else.

Sums over the same persons are subtracted too. Two windows that differ by a day, or two limits that differ by
little, give almost the same column: the difference of its sums is that of the few whose value changed. A node
cannot keep every column of every model, so it keeps of each a fixed number of marks: persons are spread over
them by rank, and each adds a hash of rank and value to its mark by exclusive or. Columns that differ for d
persons differ in at most d marks, so that a small difference never looks large; a large one may look a little
smaller, on the safe side.
"""

import zlib
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

MARKS = 1_024
"""Four kilobytes a column. Of two columns that differ for a dozen persons, one in sixteen looks nearer."""

_LENGTH_BYTES = 8


@dataclass(frozen=True)
class Column:
    """One number for each of some persons, such as what each adds to a sum; nan for none."""

    persons: NDArray[np.int64]
    values: NDArray[np.float64]


@dataclass(frozen=True, eq=False)
class Fingerprint:
    """The marks of a column of so many persons."""

    persons: int
    marks: NDArray[np.uint32]

    @classmethod
    def of(cls, ranks: NDArray[np.int64], values: NDArray[np.float64]) -> "Fingerprint":
        """Of one number for each rank, in the same order."""
        # Zero has two signs, and not-a-number many forms.
        plain = np.where(np.isnan(values), np.nan, values + 0.0)
        own = _mix(ranks.astype(np.uint64))
        mixed = _mix(own ^ plain.view(np.uint64))
        marks = np.zeros(MARKS, dtype=np.uint32)
        place = (own % np.uint64(MARKS)).astype(np.int64)
        np.bitwise_xor.at(marks, place, (mixed >> np.uint64(32)).astype(np.uint32))
        return cls(len(ranks), marks)

    @classmethod
    def from_bytes(cls, stored: bytes) -> "Fingerprint":
        """The reverse of `to_bytes`. Raises ValueError for bytes that are no fingerprint."""
        try:
            marks = np.frombuffer(zlib.decompress(stored[_LENGTH_BYTES:]), dtype="<u4").astype(np.uint32)
        except zlib.error as error:
            raise ValueError("these bytes are no fingerprint") from error
        if len(marks) != MARKS:
            raise ValueError("a fingerprint has another number of marks")
        return cls(count_persons(stored), marks)

    def to_bytes(self) -> bytes:
        """The number of persons, then the marks, compressed. Whoever stores it encrypts it."""
        return self.persons.to_bytes(_LENGTH_BYTES, "big") + zlib.compress(
            self.marks.astype("<u4").tobytes(), 1
        )


def count_persons(stored: bytes) -> int:
    """How many persons a stored fingerprint is of, without reading its marks."""
    return int.from_bytes(stored[:_LENGTH_BYTES], "big")


def are_apart(new: Fingerprint, others: Iterable[Fingerprint], *, floor: int) -> bool:
    """Whether each other column is the same, or differs for at least the floor's number of persons."""
    differing = (int((other.marks != new.marks).sum()) for other in others)
    return not any(0 < persons < floor for persons in differing)


def _mix(numbers: NDArray[np.uint64]) -> NDArray[np.uint64]:
    """Each bit of the result depends on each of the number: the finaliser of SplitMix64 (Steele, 2014)."""
    mixed = numbers + np.uint64(0x9E3779B97F4A7C15)
    mixed = (mixed ^ (mixed >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
    mixed = (mixed ^ (mixed >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    return mixed ^ (mixed >> np.uint64(31))
