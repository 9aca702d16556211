"""Numbers that secure aggregation can add: whole, modulo 2^64, with a declared precision.

Cells go in after the gate: a suppressed one adds nothing and says so, so that the sum tells how many
hospitals are in it.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.disclosure.masking import LEAST_SURVIVORS, Numbers
from maillage.disclosure.values import Count, Suppressed, Suppression


@dataclass(frozen=True)
class FixedPoint:
    """Real numbers as multiples of 2^-bits, for sums of at most `terms` hospitals."""

    bits: int
    terms: int

    @property
    def largest(self) -> float:
        """The largest absolute value of a term: sums stay exact multiples in a float64."""
        return 2.0 ** (53 - self.bits) / self.terms

    @property
    def precision(self) -> float:
        """How far a decoded sum may be from the sum of what was encoded."""
        return self.terms * 2.0 ** -(self.bits + 1)

    def encode(self, values: NDArray[np.float64]) -> Numbers:
        """Each value rounded to the nearest multiple. Raises ValueError for one too large or not a number."""
        if not (np.abs(values) <= self.largest).all():
            raise ValueError(f"a number to mask is at most {self.largest:g}")
        return np.rint(values * 2.0**self.bits).astype(np.int64).view(np.uint64)

    def decode(self, total: Numbers) -> NDArray[np.float64]:
        """The sum; a number above 2^63 stands for a negative one."""
        return total.view(np.int64) / 2.0**self.bits


@dataclass(frozen=True)
class SummedCell:
    """A cell of the sum, and how many hospitals showed theirs; None when too few did to say."""

    cell: Count | Suppressed
    contributing: int | None


def encode_cells(cells: Sequence[Count | Suppressed]) -> Numbers:
    """Persons of each cell, then whether each is shown: twice as many numbers as cells."""
    persons = [cell.value if isinstance(cell, Count) else 0 for cell in cells]
    shown = [isinstance(cell, Count) for cell in cells]
    return np.array(persons + shown, dtype=np.uint64)


def decode_cells(total: Numbers, *, least: int = LEAST_SURVIVORS) -> list[SummedCell]:
    """The cells of the sum. One that fewer than `least` hospitals show is suppressed."""
    persons, shown = np.split(total, 2)
    return [
        SummedCell(Count(int(sum_)), int(count))
        if count >= least
        else SummedCell(Suppressed(Suppression.TOO_FEW_SITES), None)
        for sum_, count in zip(persons, shown, strict=True)
    ]
