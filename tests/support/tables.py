"""Random tables, the attacker who bounds their cells, the least loss there is: what `hide` is held against.

`python -m tests.support.tables --tables 1000 --seed 1` attacks that many tables and prints what it found.
"""

import argparse
import time
from collections.abc import Iterator

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, linprog, milp
from scipy.sparse import block_array, block_diag, csr_array, eye_array

from maillage.disclosure import DisclosureRules
from maillage.disclosure.hierarchies import Axis, Table, build_table
from maillage.disclosure.secondary import Hidden, certifies, hide

RULES = DisclosureRules()
TREE = Axis((0, 0, 1, 1, 2, 2))
"""Two groups of two, such as ages in two halves."""


def draw_table(source: np.random.Generator, axes: list[Axis]) -> Table:
    """Skewed counts as tables of patients have: a few cells hold most persons, many are small or empty."""
    shape = [len(axis.leaves) for axis in axes]
    mean, spread = source.uniform(8, 60), source.uniform(0.4, 1.5)
    return build_table(source.negative_binomial(spread, spread / (spread + mean), shape), axes)


def draw_axes(source: np.random.Generator, *, largest: int = 6) -> list[Axis]:
    """Two axes of 2 to `largest` categories or three of two less at most; the first is sometimes a tree."""
    dimensions = int(source.integers(2, 4))
    sizes = source.integers(2, largest + 1 if dimensions == 2 else max(largest - 1, 3), dimensions)
    flat = [Axis.flat(int(size)) for size in sizes]
    return [TREE, *flat[1:]] if source.random() < 0.25 else flat


def attack(hidden: Hidden) -> Iterator[tuple[float, float]]:
    """Small cell by small cell, the least and the most that linear programming cannot exclude.

    Both are exact unless an earlier solution already goes from 0 to the floor.
    """
    table, free = hidden.table, np.flatnonzero(hidden.cells)
    known = -table.sums @ np.where(hidden.cells, 0, table.values)
    possible = [table.values[free].astype(float)]
    for place in np.flatnonzero(hidden.small[free]):
        for sign in (1, -1):
            seen = [solution[place] for solution in possible]
            if (min(seen) > 0) if sign > 0 else (max(seen) < hidden.floor):
                objective = sign * np.eye(len(free))[place]
                ceiling = 10.0 * table.values.sum() + hidden.floor
                found = linprog(objective, A_eq=table.sums[:, free], b_eq=known, bounds=(0, ceiling))
                assert found.x is not None, found.message
                possible.append(found.x)
        seen = [solution[place] for solution in possible]
        yield min(seen), max(seen)


def least_loss(table: Table, *, floor: int) -> float:
    """The optimum, by the mixed integer programme of Fischetti and Salazar: for small tables only."""
    values, cells = table.values, len(table.values)
    small = np.flatnonzero(values < floor)
    moves = [(cell, floor - int(values[cell])) for cell in small]
    moves += [(cell, -int(values[cell])) for cell in small if values[cell]]
    if not moves:
        return 0.0
    # For each move a table of moves up and one of moves down, allowed only where a cell is hidden.
    most = np.concatenate([np.full(cells, 3.0 * floor), values.astype(float)])
    gates = csr_array(np.concatenate([-3.0 * floor * np.eye(cells), -np.diag(values.astype(float))]))
    sums = csr_array(np.hstack([table.sums, -table.sums]))
    count = len(moves)
    matrix = block_array(
        [
            [csr_array((sums.shape[0] * count, cells)), block_diag([sums] * count)],
            [block_array([[gates]] * count), eye_array(2 * cells * count)],
        ],
        format="csr",
    )
    least_moves, most_moves = np.zeros(2 * cells * count), np.tile(most, count)
    for block, (cell, move) in enumerate(moves):
        up, down = 2 * cells * block + cell, 2 * cells * block + cells + cell
        least_moves[up] = most_moves[up] = max(move, 0)
        least_moves[down] = most_moves[down] = max(-move, 0)
    must = values < floor
    found = milp(
        np.concatenate([np.where(must, 0, np.sqrt(values)), np.zeros(2 * cells * count)]),
        integrality=np.repeat([1, 0], [cells, 2 * cells * count]),
        constraints=LinearConstraint(
            matrix, np.repeat([0, -np.inf], [sums.shape[0] * count, 2 * cells * count]), 0
        ),
        bounds=Bounds(
            np.concatenate([must.astype(float), least_moves]), np.concatenate([np.ones(cells), most_moves])
        ),
    )
    assert found.status == 0, found.message
    return float(found.fun)


def _main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--tables", type=int, default=1000)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--optimum", type=int, default=0, help="small tables to solve to the optimum")
    arguments = parser.parse_args()
    source = np.random.default_rng(arguments.seed)
    attacked = bounded = uncertified = cells = secondary = 0
    seconds = 0.0
    for _ in range(arguments.tables):
        table = draw_table(source, draw_axes(source))
        started = time.process_time()
        hidden = hide(table, rules=RULES)
        seconds += time.process_time() - started
        uncertified += not certifies(hidden)
        found = list(attack(hidden))
        attacked += len(found)
        bounded += sum(least > 1e-6 or most < RULES.floor - 1e-6 for least, most in found)
        cells += len(table.values)
        secondary += int((hidden.cells & ~hidden.small).sum())
    print(f"{arguments.tables} tables, {cells} cells, {attacked} small, {secondary} hidden beside them")
    print(f"{bounded} small cells bounded inside 0…{RULES.floor}; {uncertified} tables without a certificate")
    print(f"{1000 * seconds / max(arguments.tables, 1):.0f} ms of processor a table")
    _compare(source, tables=arguments.optimum)


def _compare(source: np.random.Generator, *, tables: int) -> None:
    ratios: list[float] = []
    total = [0.0, 0.0]
    while len(ratios) < tables:
        table = draw_table(source, [Axis.flat(3), Axis.flat(4)] if len(ratios) % 2 else [Axis.flat(2)] * 3)
        best = least_loss(table, floor=RULES.floor)
        if best:
            loss = hide(table, rules=RULES).loss
            ratios.append(loss / best)
            total = [total[0] + loss, total[1] + best]
    if ratios:
        print(f"loss over the optimum, {tables} tables: median {np.median(ratios):.2f}, ", end="")
        print(f"greatest {max(ratios):.3f}, together {total[0] / total[1]:.2f}")


if __name__ == "__main__":
    _main()
