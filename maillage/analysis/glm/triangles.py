"""Symmetric matrices as their upper triangles, row by row: half the numbers, and no two that could differ."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

Floats = NDArray[np.float64]


def fold(matrix: Floats) -> tuple[float, ...]:
    """The upper triangle."""
    return tuple(matrix[np.triu_indices(len(matrix))].tolist())


def unfold(triangle: Sequence[float], *, size: int) -> Floats:
    """The whole matrix. Raises ValueError for another number of numbers."""
    matrix = np.zeros((size, size))
    matrix[np.triu_indices(size)] = triangle
    return matrix + np.triu(matrix, 1).T


def fold_all(matrices: Floats) -> Floats:
    """The upper triangles of m matrices, a row each."""
    rows, columns = np.triu_indices(matrices.shape[-1])
    return matrices[:, rows, columns]


def unfold_all(triangles: Sequence[float], *, count: int, size: int) -> Floats:
    """The reverse, from one list. Raises ValueError for another number of numbers."""
    rows, columns = np.triu_indices(size)
    matrices = np.zeros((count, size, size))
    matrices[:, rows, columns] = np.array(triangles).reshape(count, len(rows))
    matrices[:, columns, rows] = matrices[:, rows, columns]
    return matrices
