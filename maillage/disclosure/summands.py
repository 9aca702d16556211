"""What one hospital adds to a masked sum, and what a sum says: cells, and amounts that are real numbers.

`fixed_point` makes numbers of them; this module is light, for who only says which they are.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from maillage.disclosure.values import Cell


@dataclass(frozen=True)
class Summands:
    """Cells that passed the gate, and amounts that did; None in the place of one that is not shown.

    Both in an order that all hospitals of the sum share. An amount may be zero, which is shown.
    """

    cells: Sequence[Cell]
    amounts: Sequence[float | None] = ()
