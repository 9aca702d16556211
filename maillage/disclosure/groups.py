"""Groups of one set of persons, overlapping or crossed: which of them may be shown together (S4, S5).

**Groups that may share persons.** Of two groups G and H of one whole W the sizes tell |GΔH| as soon as one
lies in the other, and who knows W's size has what each leaves of it too. So a group is shown only beside
others that are the same persons or differ by at least the floor, and so with W less each of them: |GΔH| and
|W| - |GΔH| are zero or at least the floor. That is `differencing`'s rule of two sets, within one answer. Not
covered: three groups at once, such as a class of drugs less two members that make almost all of it.

**Two ways at once.** A table with its margins is `secondary`'s.
"""

from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from maillage.disclosure.hierarchies import Axis, build_table
from maillage.disclosure.persons import BySize, PersonSet
from maillage.disclosure.rules import DisclosureRules
from maillage.disclosure.values import Cell

Margins = Mapping[tuple[int, int], Cell]
"""The cells of a table by row and column, from 1; 0 stands for the sum over all rows or columns."""

_Persons = NDArray[np.int64]


def choose_groups(
    groups: Mapping[str, PersonSet], *, size: int, beside: Sequence[PersonSet], rules: DisclosureRules
) -> frozenset[str]:
    """The groups, by name, that may be shown of a whole of `size` persons; the largest are preferred.

    `beside` are sets of the same whole that are shown already.
    """
    chosen = _Chosen(beside, size=size, floor=rules.floor)
    ranked = sorted(groups, key=lambda name: (-len(groups[name]), name))
    return frozenset(name for name in ranked if chosen.take(groups[name]))


class _Chosen:
    """Sets that are shown together, in the order in which they were taken."""

    def __init__(self, sets: Sequence[PersonSet], *, size: int, floor: int) -> None:
        self._size = size
        self._floor = floor
        self._sets = BySize[PersonSet]()
        for one in sets:
            self._sets.add(len(one), one)

    def take(self, new: PersonSet) -> bool:
        """Whether it may be shown beside the others; it then is."""
        persons = len(new)
        fits = self._is_fit(persons) and self._is_fit(self._size - persons, empty=True)
        # Their size alone allows a small difference, with them or with what they leave.
        near = self._sets.about(persons, within=self._floor)
        across = self._sets.about(self._size - persons, within=self._floor)
        if not fits or any(self._is_close(new, other) for other in (*near, *across)):
            return False
        self._sets.add(persons, new)
        return True

    def _is_fit(self, persons: int, *, empty: bool = False) -> bool:
        return persons >= self._floor or (empty and persons == 0)

    def _is_close(self, new: PersonSet, other: PersonSet) -> bool:
        apart = new.bits.symmetric_difference_cardinality(other.bits)
        return not (self._is_fit(apart, empty=True) and self._is_fit(self._size - apart, empty=True))


def hide_margins(
    counts: Mapping[tuple[int, int], int], shape: tuple[int, int], rules: DisclosureRules
) -> Margins:
    """A table and its margins, from distinct persons by row and column counted from 0.

    The whole, which an answer tells beside its tables, shields nothing.
    """
    table = np.zeros(shape, dtype=np.int64)
    for place, persons in counts.items():
        table[place] = persons
    axes = [Axis.flat(length) for length in shape]
    # scipy comes with it, which few questions need.
    from maillage.disclosure.secondary import hide

    told = (0,) if table.sum() >= rules.floor else ()
    shown = hide(build_table(table, axes), rules=rules, told=told).show()
    return {(row, column): cell for (row, column), cell in shown.items()}


def join_margins(
    cells: Mapping[tuple[int, int], _Persons], *, shape: tuple[int, int]
) -> Mapping[tuple[int, int], _Persons]:
    """The persons behind each cell and margin, under the places of `Margins`."""
    rows, columns = shape
    return {
        (row, column): _join(
            persons
            for (at_row, at_column), persons in cells.items()
            if row in (0, at_row + 1) and column in (0, at_column + 1)
        )
        for row in range(rows + 1)
        for column in range(columns + 1)
    }


def _join(parts: Iterable[_Persons]) -> _Persons:
    found = list(parts)
    return np.concatenate(found) if found else np.array([], dtype=np.int64)
