"""Numbers that secure aggregation can add: whole, modulo 2^64, with a declared precision.

Cells and amounts go in after the gate. A suppressed one makes its sum unreadable, and says so: a number of
the sum is known when all hospitals show theirs, or not at all.
"""

from collections.abc import Sequence
from secrets import token_bytes

import numpy as np
from numpy.typing import NDArray

from maillage.base.i18n import _
from maillage.disclosure.masking import MaskingError, Numbers
from maillage.disclosure.summands import Summands
from maillage.disclosure.values import Cell, Count, Noisy, Suppressed, Suppression

Summable = Count | Noisy | Suppressed
"""What a cell of a masked sum is. No band is: its two ends are not one number with a deviation."""

PARTS = 3
"""Numbers modulo 2^64 that each cell, or each amount, takes."""

_MOST_PERSONS = 2**40
"""Far more than there are; chance modulo 2^64 is under it once in sixteen million."""

_FRACTION_BITS = 32
LARGEST = 2.0**55
"""The largest absolute value of an amount; one beyond it is not shown. A sum of 200 is under 2^63."""
_CARRIED_BITS = 23


def precision(hospitals: int) -> float:
    """How far a sum of amounts may be from the sum of what went in, beside the rounding of a float64.

    Each is rounded to the nearest multiple of 2^-32.
    """
    return hospitals * 2.0 ** -(_FRACTION_BITS + 1)


def encode_summands(summands: Summands) -> Numbers:
    """Those of the cells, then those of the amounts. Raises ValueError as `encode_cells` does."""
    return np.concatenate([encode_cells(summands.cells), encode_amounts(summands.amounts)])


def decode_summands(total: Numbers, *, amounts: int, hospitals: int) -> Summands:
    """The cells and the so many amounts of a sum of so many hospitals. Raises MaskingError."""
    cells = len(total) - PARTS * amounts
    if cells < 0 or cells % PARTS:
        raise MaskingError(_("Les hôpitaux n’ont pas masqué les cases de la question."))
    return Summands(
        decode_cells(total[:cells], hospitals=hospitals),
        decode_amounts(total[cells:], hospitals=hospitals),
    )


def encode_amounts(amounts: Sequence[float | None]) -> Numbers:
    """Three numbers an amount: the whole part, 32 bits of the fraction, whether it is shown; all of the first
    come first.

    A whole part of chance is carried from the first to the second, so that the two sums tell no more than the
    sum: how often fractions make a whole is said of no hospital's amounts. In place of one that is not shown,
    or beyond `LARGEST`, stands chance.
    """
    values = np.array([np.nan if amount is None else amount for amount in amounts], dtype=np.float64)
    shown = np.abs(values) <= LARGEST
    values = np.where(shown, values, 0.0)
    whole = np.floor(values)
    carried = _draw(len(values)) >> np.uint64(64 - _CARRIED_BITS)
    fraction = np.rint((values - whole) * 2.0**_FRACTION_BITS).astype(np.uint64)
    return np.concatenate(
        [
            _hide(whole.astype(np.int64).view(np.uint64) - carried, shown=shown),
            _hide(fraction + (carried << np.uint64(_FRACTION_BITS)), shown=shown),
            shown.astype(np.uint64),
        ]
    )


def decode_amounts(total: Numbers, *, hospitals: int) -> list[float | None]:
    """The amounts of a sum; None for one that is not shown by all. Raises MaskingError."""
    whole, fraction, shown = np.split(total, PARTS)
    return [
        _decode_amount(high, low, shown=count, hospitals=hospitals)
        for high, low, count in zip(
            whole.view(np.int64).tolist(), fraction.tolist(), shown.tolist(), strict=True
        )
    ]


def _decode_amount(whole: int, fraction: int, *, shown: int, hospitals: int) -> float | None:
    if shown < hospitals:
        return None
    # Each hospital's fraction is at most one, with what was carried to it.
    largest = hospitals * (2**_CARRIED_BITS) << _FRACTION_BITS
    if shown > hospitals or fraction > largest or abs(whole) > hospitals * (LARGEST + 2**_CARRIED_BITS):
        raise MaskingError(
            _("La somme masquée n’est pas celle de nombres d’hôpitaux."),
            why=_("Un hôpital au moins n’a pas masqué ce qui était demandé."),
        )
    return ((whole << _FRACTION_BITS) + fraction) / 2**_FRACTION_BITS


def encode_cells(cells: Sequence[Cell]) -> Numbers:
    """Three numbers a cell: persons, largest deviation, whether it is shown; all of the first come first.

    In place of a suppressed cell stand two numbers drawn by chance, which nobody keeps: the sum of that cell
    is chance too, whoever else adds to it. A zero would leave a sum of the others, which may be one hospital.
    Raises ValueError for a band, and for a number of differential privacy.
    """
    persons, deviations = (
        np.fromiter(map(number_of, cells), dtype=np.uint64, count=len(cells))
        for number_of in (_persons, _deviation)
    )
    shown = persons > 0
    return np.concatenate(
        [_hide(persons, shown=shown), _hide(deviations, shown=shown), shown.astype(np.uint64)]
    )


def decode_cells(total: Numbers, *, hospitals: int) -> list[Summable]:
    """The cells of a sum of so many hospitals; one that is not shown by all of them is suppressed.

    Raises MaskingError for what no honest hospitals add up to.
    """
    values, deviations, shown = (part.tolist() for part in np.split(total, PARTS))
    return [
        _decode(value, deviation, shown=count, hospitals=hospitals)
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


def _hide(numbers: Numbers, *, shown: NDArray[np.bool_]) -> Numbers:
    return np.where(shown, numbers, _draw(len(numbers)))


def _draw(numbers: int) -> Numbers:
    """Chance, which nobody keeps."""
    return np.frombuffer(token_bytes(8 * numbers), dtype="<u8")


def _persons(cell: Cell) -> int:
    """The number of a shown cell, which is no zero; 0 of a suppressed one."""
    # Not as a union, which is looked at three times as long: a sum may have many thousand cells.
    if isinstance(cell, (Count, Noisy)):
        return cell.value
    if isinstance(cell, Suppressed):
        return 0
    raise ValueError("neither a band nor a private number is a number with a largest deviation")


def _deviation(cell: Cell) -> int:
    return cell.deviation if isinstance(cell, Noisy) else 0
