"""Suppression in tables with margins: what is hidden cannot be bounded from what is shown (S4).

A *small* cell counts fewer persons than the floor, zero included. Hiding it is not enough: the sums of the
table bound it. The promise of `hide`: for each small cell, as far as the shown cells and the sums tell, it
may be any number from 0 to the floor. To keep it, other cells are hidden too, at the least loss that a
heuristic finds; the loss of a cell is the square root of its persons, between counting cells and counting
persons.

The promise is certified, not estimated. For each small cell `hide` returns two *witnesses*: tables without
negative numbers that agree with every shown cell and every sum, in which the cell is 0 and in which it is
at least the floor. Since possible tables form a convex set, every value between is possible too; whoever
doubts adds the witnesses up, without any solver (`certifies`).

The construction follows what official statistics do (Kelly, Golden and Assad 1992; Fischetti and Salazar
2000): a linear programme finds the cheapest cells through which a small cell may move, then cells that
turn out not to be needed are shown again. Not covered: witnesses are not always whole numbers, and in three
dimensions an attacker who uses that persons are whole may know more; nor is one who reasons on what this
very algorithm would have hidden; nor several tables that share cells without being one table.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import Bounds, LinearConstraint, milp

from maillage.disclosure.hierarchies import Table
from maillage.disclosure.rules import DisclosureRules
from maillage.disclosure.values import Cell, Count, Suppressed, Suppression

_Flags = NDArray[np.bool_]
_Numbers = NDArray[np.float64]

_TOLERANCE = 1e-6
"""In persons: how far the solver's tables may miss a sum."""


@dataclass(frozen=True)
class Hidden:
    """Which cells of a table are hidden, and the witnesses, one row each, that they are hidden well."""

    table: Table
    floor: int
    cells: _Flags
    witnesses: _Numbers

    @property
    def small(self) -> _Flags:
        """The cells that the floor itself hides."""
        return self.table.values < self.floor

    @property
    def loss(self) -> float:
        """What is hidden beyond the small cells, each cell as the square root of its persons."""
        return float(_weights(self.table)[self.cells & ~self.small].sum())

    def show(self) -> dict[tuple[int, ...], Cell]:
        """The cells by their node on each axis. A hidden cell does not say whether it is small."""
        indices = np.ndindex(*self.table.shape)
        return {
            index: Suppressed(Suppression.PROTECTED) if hidden else Count(int(value))
            for index, hidden, value in zip(indices, self.cells, self.table.values, strict=True)
        }


@dataclass(frozen=True)
class _Reach:
    """What a witness must show of a small cell: that it may be the floor (up), or that it may be 0."""

    cell: int
    up: bool


def hide(table: Table, *, rules: DisclosureRules, told: Sequence[int] = ()) -> Hidden:
    """Hide the small cells, and others until the promise holds. The result is certified.

    `told` are cells at the floor that people know whatever happens here, such as the whole: they shield none.

    The heuristic takes one cell after another and does not come back on its choices: it runs a second time
    around the dearest of them, and the lesser loss stands.
    """
    weights = _weights(table)
    first = _hide(table, floor=rules.floor, prices=weights, told=told)
    shields = np.where(first.cells & ~first.small, weights, 0)
    if not shields.any():
        return first
    around = np.where(shields == shields.max(), weights.sum(), weights)
    second = _hide(table, floor=rules.floor, prices=around, told=told)
    return min(first, second, key=lambda hidden: hidden.loss)


def _hide(table: Table, *, floor: int, prices: _Numbers, told: Sequence[int]) -> Hidden:
    hidden = Hidden(table, floor, table.values < floor, table.values[None, :].astype(float))
    hidden, exposed = _find_witnesses(hidden)
    while exposed:
        hidden, exposed = _find_witnesses(_widen(hidden, exposed, prices=prices, told=told))
    return _show_again(hidden, prices=prices)


def certifies(hidden: Hidden) -> bool:
    """Whether the witnesses prove the promise, by additions and comparisons alone."""
    table, witnesses = hidden.table, hidden.witnesses
    adds_up = np.abs(table.sums @ witnesses.T).max(initial=0) <= _TOLERANCE * max(table.values.sum(), 1)
    agrees = (witnesses[:, ~hidden.cells] == table.values[~hidden.cells]).all()
    possible = adds_up and agrees and (witnesses >= 0).all()
    return bool(possible) and not any(_unproved(hidden, up=up).any() for up in (False, True))


def _unproved(hidden: Hidden, *, up: bool) -> _Flags:
    """The small cells that no witness brings to the floor (up), or to 0."""
    return hidden.small & ~_reaches(hidden.witnesses, floor=hidden.floor, up=up).any(axis=0)


def _reaches(values: _Numbers, *, floor: int, up: bool) -> _Flags:
    return values >= floor - _TOLERANCE if up else values <= _TOLERANCE


def _find_witnesses(hidden: Hidden) -> tuple[Hidden, _Reach | None]:
    """Add witnesses until the promise is proved, or name a cell for which there is none."""
    for up in (False, True):
        together = True
        while (unproved := np.flatnonzero(_unproved(hidden, up=up))).size:
            # One programme for all cells proves many at once; when it proves none, one cell at a time.
            wanted = unproved if together else unproved[:1]
            witness = _most_extreme(hidden, wanted, up=up)
            if _reaches(witness[wanted], floor=hidden.floor, up=up).any():
                hidden = replace(hidden, witnesses=np.vstack([hidden.witnesses, witness]))
            elif len(wanted) == 1:
                return hidden, _Reach(int(wanted[0]), up)
            else:
                together = False
    return hidden, None


def _most_extreme(hidden: Hidden, wanted: NDArray[np.intp], *, up: bool) -> _Numbers:
    """The possible table with the least sum of these cells, or the greatest when none exceeds the floor."""
    table, free = hidden.table, np.flatnonzero(hidden.cells)
    sums = table.sums[:, free]
    prices = np.zeros(len(table.values))
    prices[wanted] = -1.0 if up else 1.0
    room = np.full(len(table.values), float(table.values.max() + hidden.floor))
    room[wanted] = hidden.floor
    known = sums @ table.values[free]
    found = milp(prices[free], constraints=LinearConstraint(sums, known, known), bounds=Bounds(0, room[free]))
    witness = table.values.astype(float)
    witness[free] = _solution(found.x)
    return witness


def _widen(hidden: Hidden, exposed: _Reach, *, prices: _Numbers, told: Sequence[int]) -> Hidden:
    """Hide the cells through which one small cell can move as far as promised at the least loss."""
    table, cells = hidden.table, len(hidden.cells)
    move = (hidden.floor if exposed.up else 0) - table.values[exposed.cell]
    prices = np.where(hidden.cells, 0.0, prices)
    # Moves up, then moves down; a cell moves down by what it counts at most.
    most = np.concatenate([np.full(cells, float(hidden.floor)), table.values.astype(float)])
    most[[*told, *(cell + cells for cell in told)]] = 0
    least = np.zeros(2 * cells)
    fixed = [exposed.cell, exposed.cell + cells]
    least[fixed] = most[fixed] = (move, 0) if exposed.up else (0, -move)
    found = milp(
        np.tile(prices, 2),
        constraints=LinearConstraint(np.hstack([table.sums, -table.sums]), 0, 0),
        bounds=Bounds(least, most),
    )
    moves = _solution(found.x)
    moved = moves[:cells] - moves[cells:]
    return replace(
        hidden,
        cells=hidden.cells | (np.abs(moved) > _TOLERANCE),
        witnesses=np.vstack(
            [hidden.witnesses, table.values + np.where(np.abs(moved) > _TOLERANCE, moved, 0)]
        ),
    )


def _show_again(hidden: Hidden, *, prices: _Numbers) -> Hidden:
    """Show what need not be hidden, the dearest first."""
    spare = np.flatnonzero(hidden.cells & ~hidden.small)
    for cell in spare[np.argsort(-prices[spare], kind="stable")]:
        value = hidden.table.values[cell]
        cells = hidden.cells.copy()
        cells[cell] = False
        agreeing = hidden.witnesses[hidden.witnesses[:, cell] == value]
        less = replace(hidden, cells=cells, witnesses=agreeing)
        if _each_sum_leaves_room(less):
            less, exposed = _find_witnesses(less)
            hidden = hidden if exposed else less
    return hidden


def _each_sum_leaves_room(hidden: Hidden) -> bool:
    """Whether no single sum bounds a small cell: a quick way to say no, without a programme."""
    parts = (hidden.table.sums > 0) & hidden.cells
    total_shown = ~((hidden.table.sums < 0) & hidden.cells).any(axis=1)
    binds = total_shown & (parts & hidden.small).any(axis=1)
    return bool((parts[binds] @ hidden.table.values >= hidden.floor).all())


def _solution(found: _Numbers | None) -> _Numbers:
    """What the solver found, without its rounding under zero. There is always a table: the true one."""
    if found is None:
        raise ArithmeticError("a linear programme that has a solution was not solved")
    return np.maximum(found, 0)


def _weights(table: Table) -> _Numbers:
    return np.sqrt(table.values)
