"""S4 in tables with margins: whoever solves the sums of a table finds no small cell.

The attacker has her own solver and is told nothing of how cells were hidden. A hundred random tables here; a
thousand and the optimum's comparison by `python -m tests.support.tables`.
"""

from dataclasses import replace
from typing import Any

import numpy as np
import pytest

from maillage.disclosure import Count, DisclosureRules, Suppressed, Suppression
from maillage.disclosure.groups import hide_margins
from maillage.disclosure.hierarchies import Axis, build_table
from maillage.disclosure.secondary import certifies, hide
from tests.support.tables import RULES, attack, draw_axes, draw_table, least_loss

FLAT = [Axis.flat(3), Axis.flat(3)]
COUNTS = np.array([[3, 40, 55], [60, 14, 20], [35, 70, 90]])


@pytest.mark.parametrize("seed", range(10))
def test_no_small_cell_is_bounded_inside_zero_to_the_floor(seed: int) -> None:
    source = np.random.default_rng(seed)
    for _table in range(10):
        hidden = hide(draw_table(source, draw_axes(source, largest=4)), rules=RULES)
        assert certifies(hidden)
        for least, most in attack(hidden):
            assert least < 1e-6
            assert most > RULES.floor - 1e-6


def test_hiding_the_small_cell_alone_gives_it_away() -> None:
    table = build_table(COUNTS, FLAT)
    well = hide(table, rules=RULES)
    naive = replace(well, cells=well.small)
    assert list(attack(naive)) == [pytest.approx((3, 3))]
    assert not certifies(naive)


def test_a_hidden_cell_does_not_say_whether_it_is_small() -> None:
    hidden = hide(build_table(COUNTS, FLAT), rules=RULES)
    shown = hidden.show()
    assert shown[0, 0] == Count(387)
    assert shown[1, 1] == Suppressed(Suppression.PROTECTED)
    masked = [cell for cell in shown.values() if isinstance(cell, Suppressed)]
    assert len(masked) == hidden.cells.sum() == 4
    assert {cell.reason for cell in masked} == {Suppression.PROTECTED}


def test_a_table_without_a_small_cell_is_shown_whole() -> None:
    hidden = hide(build_table(COUNTS + 11, FLAT), rules=RULES)
    assert not hidden.cells.any()
    assert hidden.loss == 0


@pytest.mark.parametrize("persons", [0, 1])
def test_of_a_nearly_empty_table_nothing_is_shown(persons: int) -> None:
    hidden = hide(build_table(np.array([[persons, 0], [0, 0]]), [Axis.flat(2)] * 2), rules=RULES)
    assert hidden.cells.all()
    assert certifies(hidden)


@pytest.mark.parametrize(
    "tampered",
    [
        lambda hidden: replace(hidden, witnesses=hidden.witnesses[:-1]),
        lambda hidden: replace(hidden, witnesses=hidden.witnesses + 1),
        lambda hidden: replace(hidden, cells=hidden.small),
        lambda hidden: replace(hidden, floor=30),
    ],
)
def test_a_certificate_that_proves_less_does_not_certify(tampered) -> None:
    hidden = hide(build_table(COUNTS, FLAT), rules=RULES)
    assert certifies(hidden)
    assert not certifies(tampered(hidden))


@pytest.mark.parametrize("seed", [5, 26, 35])
def test_no_cell_is_hidden_without_need(seed: int) -> None:
    hidden = hide(draw_table(np.random.default_rng(seed), [Axis.flat(3), Axis.flat(4)]), rules=RULES)
    shields = np.flatnonzero(hidden.cells & ~hidden.small)
    assert shields.size
    for shield in shields:
        cells = hidden.cells.copy()
        cells[shield] = False
        found = attack(replace(hidden, cells=cells))
        assert any(least > 1e-6 or most < RULES.floor - 1e-6 for least, most in found)


def test_a_higher_floor_hides_more() -> None:
    table = build_table(COUNTS, FLAT)
    strict = hide(table, rules=DisclosureRules(floor=20))
    assert strict.cells.sum() > hide(table, rules=RULES).cells.sum()
    assert all(most >= 20 - 1e-6 for _least, most in attack(strict))


@pytest.mark.parametrize("axes", [[Axis.flat(3), Axis.flat(4)], [Axis.flat(2)] * 3])
def test_the_loss_is_at_most_half_again_the_least(axes: list[Axis]) -> None:
    source = np.random.default_rng(7)
    for _table in range(4):
        table = draw_table(source, axes)
        assert hide(table, rules=RULES).loss <= 1.5 * least_loss(table, floor=RULES.floor) + 1e-6


@pytest.mark.parametrize("counts", [((1, 4, 0, 0), (5, 8, 0, 0)), ((2, 1, 1, 3), (1, 0, 2, 8))])
def test_the_whole_which_is_told_beside_a_table_shields_nothing_of_it(counts: Any) -> None:
    """18 persons, told. A column of 12 of them, shown, would leave six in the others."""
    cells = {(row, column): counts[row][column] for row in range(2) for column in range(4)}
    shown = {
        place: cell.value
        for place, cell in hide_margins(cells, (2, 4), RULES).items()
        if isinstance(cell, Count)
    }
    assert shown[0, 0] == 18
    for totals in ([(0, column) for column in range(1, 5)], [(row, 0) for row in (1, 2)]):
        left = 18 - sum(shown.get(place, 0) for place in totals)
        assert left == 0 or left >= RULES.floor
