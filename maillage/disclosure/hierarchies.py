"""Tables of counts with all their margins: axes that are lists or trees, and the sums that everyone knows."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
from numpy.typing import NDArray


@dataclass(frozen=True)
class Axis:
    """The categories of one dimension as a tree: node 0 is the total, `parents[i]` the node above node i + 1.

    The leaves are the finest categories, each person in exactly one; a node is the sum of those under it.
    """

    parents: tuple[int, ...]

    def __post_init__(self) -> None:
        if not self.parents or any(not 0 <= parent <= node for node, parent in enumerate(self.parents)):
            raise ValueError("an axis has categories, and each comes after the node above it")

    @classmethod
    def flat(cls, categories: int) -> "Axis":
        """A total and its categories."""
        return cls((0,) * categories)

    @property
    def size(self) -> int:
        """Nodes, the total included."""
        return len(self.parents) + 1

    @property
    def leaves(self) -> tuple[int, ...]:
        """The nodes that nothing is under, in order."""
        return tuple(sorted(set(range(self.size)) - set(self.parents)))

    def children(self, node: int) -> tuple[int, ...]:
        """The nodes right under one."""
        return tuple(child for child, parent in enumerate(self.parents, start=1) if parent == node)

    def add_up(self) -> NDArray[np.int64]:
        """Nodes × leaves: 1 where the leaf is under the node or is it."""
        under = np.eye(self.size, dtype=np.int64)
        for node in range(self.size - 1, 0, -1):
            under[self.parents[node - 1]] += under[node]
        return under[:, self.leaves]


@dataclass(frozen=True)
class Table:
    """Distinct persons in every cell, margins included, in row order; and the sums that bind them.

    `values` has one number a cell. `sums` has a row an equation, 1 for its parts and -1 for their total,
    so that `sums @ values` is zero.
    """

    shape: tuple[int, ...]
    values: NDArray[np.int64]
    sums: NDArray[np.int64]

    def __post_init__(self) -> None:
        if (self.values < 0).any() or (self.sums @ self.values).any():
            raise ValueError("a table holds numbers of persons, and its parts add up to its totals")


def build_table(counts: NDArray[np.integer], axes: Sequence[Axis]) -> Table:
    """The whole table from distinct persons by finest category: an array with one dimension an axis.

    A person is in one category of each axis. Conditions or drugs, of which a person has several, are no
    axis: their margins are no sums.
    """
    if counts.shape != tuple(len(axis.leaves) for axis in axes):
        raise ValueError("counts have one dimension an axis, as long as it has finest categories")
    values = counts.astype(np.int64)
    for dimension, axis in enumerate(axes):
        values = np.moveaxis(np.tensordot(axis.add_up(), values, axes=(1, dimension)), 0, dimension)
    return Table(values.shape, values.ravel(), _sums(axes))


def _sums(axes: Sequence[Axis]) -> NDArray[np.int64]:
    """For each axis, each node that has children, and each choice on the other axes: an equation."""
    cells = np.arange(np.prod([axis.size for axis in axes])).reshape([axis.size for axis in axes])
    equations: list[NDArray[np.int64]] = []
    for dimension, axis in enumerate(axes):
        lines = np.moveaxis(cells, dimension, -1).reshape(-1, axis.size)
        for line, node in product(lines, sorted(set(axis.parents))):
            equation = np.zeros(cells.size, dtype=np.int64)
            equation[line[list(axis.children(node))]] = 1
            equation[line[node]] = -1
            equations.append(equation)
    return np.array(equations)
