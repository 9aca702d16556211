"""Numbers that secure aggregation can add: whole, modulo 2^64, with a declared precision.

Cells go in after the gate. A suppressed one makes its sum unreadable, and says so: a cell of the sum is known
when all hospitals show theirs, or not at all.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from secrets import randbits

import numpy as np
from numpy.typing import NDArray

from maillage.base.i18n import _
from maillage.disclosure.masking import MaskingError, Numbers
from maillage.disclosure.values import Band, Cell, Count, Noisy, Suppressed, Suppression

Summable = Count | Noisy | Suppressed
"""What a cell of a masked sum is. No band is: its two ends are not one number with a deviation."""

_MOST_PERSONS = 2**40
"""Far more than there are; chance modulo 2^64 is under it once in sixteen million."""


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


def encode_cells(cells: Sequence[Cell]) -> Numbers:
    """Three numbers a cell: persons, largest deviation, whether it is shown; all of the first come first.

    In place of a suppressed cell stand two numbers drawn by chance, which nobody keeps: the sum of that cell
    is chance too, whoever else adds to it. A zero would leave a sum of the others, which may be one hospital.
    Raises ValueError for a band.
    """
    if any(isinstance(cell, Band) for cell in cells):
        raise ValueError("the two ends of a band are not a number with a deviation")
    shown = np.array([not isinstance(cell, Suppressed) for cell in cells], dtype=np.uint64)
    return np.concatenate([_encode(cells, _persons), _encode(cells, _deviation), shown])


def decode_cells(total: Numbers, *, hospitals: int) -> list[Summable]:
    """The cells of a sum of so many hospitals; one that is not shown by all of them is suppressed.

    Raises MaskingError for what no honest hospitals add up to.
    """
    values, deviations, shown = np.split(total, 3)
    return [
        _decode(int(value), int(deviation), shown=int(count), hospitals=hospitals)
        for value, deviation, count in zip(values, deviations, shown, strict=True)
    ]


def _decode(value: int, deviation: int, *, shown: int, hospitals: int) -> Summable:
    if shown < hospitals:
        return Suppressed(Suppression.PROTECTED)
    if shown > hospitals or not hospitals <= value <= _MOST_PERSONS or deviation > _MOST_PERSONS:
        raise MaskingError(
            _("La somme masquée n’est pas un nombre de personnes."),
            why=_("Un hôpital au moins n’a pas masqué ce qui était demandé."),
        )
    return Noisy(value, deviation) if deviation else Count(value)


def _encode(cells: Sequence[Cell], number_of: Callable[[Cell], int]) -> Numbers:
    return np.array(
        [randbits(64) if isinstance(cell, Suppressed) else number_of(cell) for cell in cells],
        dtype=np.uint64,
    )


def _persons(cell: Cell) -> int:
    return cell.value if isinstance(cell, Count | Noisy) else 0


def _deviation(cell: Cell) -> int:
    return cell.deviation if isinstance(cell, Noisy) else 0
