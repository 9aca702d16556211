"""Axes, trees and the sums that everyone knows of a table."""

import numpy as np
import pytest

from maillage.disclosure.hierarchies import Axis, Table, build_table

TREE = Axis((0, 0, 1, 1))
"""Node 1 has the leaves 3 and 4; node 2 is a leaf."""


def test_a_table_has_its_margins_and_the_nodes_of_its_trees() -> None:
    table = build_table(np.array([[0, 1, 2], [3, 4, 5]]), [Axis.flat(2), TREE])
    assert table.values.reshape(table.shape).tolist() == [
        [15, 12, 3, 5, 7],
        [3, 3, 0, 1, 2],
        [12, 9, 3, 4, 5],
    ]


def test_the_sums_are_those_of_each_node_along_each_axis() -> None:
    sums = build_table(np.zeros((2, 3), dtype=int), [Axis.flat(2), TREE]).sums
    # Five columns add up over the rows, three rows add up over the tree's two inner nodes.
    assert sums.shape == (5 + 3 * 2, 15)
    assert set(sums.ravel().tolist()) == {-1, 0, 1}


def test_three_axes_add_up_in_every_direction() -> None:
    counts = np.arange(24).reshape(2, 3, 4)
    table = build_table(counts, [Axis.flat(2), Axis.flat(3), Axis.flat(4)])
    whole = table.values.reshape(table.shape)
    assert whole[0, 0, 0] == counts.sum()
    assert whole[1, 0, 0] == counts[0].sum()
    assert whole[0, 2, 3] == counts[:, 1, 2].sum()
    assert np.array_equal(whole[1:, 1:, 1:], counts)


@pytest.mark.parametrize("parents", [(), (1, 0), (0, 3), (-1,)])
def test_a_tree_whose_nodes_come_before_their_parents_is_refused(parents: tuple[int, ...]) -> None:
    with pytest.raises(ValueError, match="axis"):
        Axis(parents)


def test_counts_of_another_shape_are_refused() -> None:
    with pytest.raises(ValueError, match="dimension"):
        build_table(np.zeros((2, 2), dtype=int), [Axis.flat(2), TREE])


def test_a_table_that_does_not_add_up_cannot_exist() -> None:
    right = build_table(np.array([1, 2]), [Axis.flat(2)])
    with pytest.raises(ValueError, match="add up"):
        Table(right.shape, right.values + np.array([1, 0, 0]), right.sums)
