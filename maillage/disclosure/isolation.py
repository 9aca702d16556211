"""Which hospitals' numbers follow from totals of the same persons over several groups of hospitals.

Each hospital has one number; a total is the sum of a group's. Totals told are rows of a matrix of zeros and
ones, and whoever adds and subtracts them learns every combination in its row space. A hospital is given away
when its unit vector lies there, two hospitals when a vector does that is zero for all others: their sum, or
their difference, which each of the two turns into the other's number.

Both are read off a basis of the null space: a vector that is zero outside some hospitals lies in the row
space exactly when the basis rows of these hospitals are linearly dependent. So one hospital is given away
when its row is zero, two when their rows are parallel. In rational numbers, without rounding: thirty
hospitals in thirty groups take some 20 ms.

Not answered here: combinations of three hospitals and more; and what follows from knowing that numbers are
whole, that none is negative, or about how large one is.
"""

from collections.abc import Collection, Iterable, Sequence
from fractions import Fraction

Row = list[Fraction]


def find_isolated(groups: Iterable[Collection[str]]) -> list[frozenset[str]]:
    """The single hospitals and the pairs whose combined number follows from the totals of these groups.

    A pair is named only when neither of the two is given away alone; of several parallel hospitals, all
    together are one set. Empty when no total says anything of fewer than three.
    """
    distinct = {frozenset(group) for group in groups}
    sites = sorted(frozenset[str]().union(*distinct))
    basis = _reduce([[Fraction(site in group) for site in sites] for group in sorted(map(sorted, distinct))])
    directions: dict[tuple[Fraction, ...], set[str]] = {}
    for site, row in zip(sites, _null_space(basis, columns=len(sites)), strict=True):
        directions.setdefault(_direction(row), set()).add(site)
    alone = [frozenset({site}) for way, found in directions.items() if not any(way) for site in found]
    pairs = [frozenset(found) for way, found in directions.items() if any(way) and len(found) > 1]
    return sorted([*alone, *pairs], key=sorted)


def _reduce(rows: Iterable[Row]) -> dict[int, Row]:
    """The reduced row echelon form: each row by its leading column, which is 0 in all others."""
    basis: dict[int, Row] = {}
    for row in rows:
        left = row
        for column, kept in basis.items():
            left = _subtract(left, kept, times=left[column])
        lead = next((column for column, value in enumerate(left) if value), None)
        if lead is None:
            continue
        new = [value / left[lead] for value in left]
        basis = {column: _subtract(kept, new, times=kept[lead]) for column, kept in basis.items()}
        basis[lead] = new
    return basis


def _subtract(row: Row, other: Row, *, times: Fraction) -> Row:
    return [one - times * two for one, two in zip(row, other, strict=True)] if times else row


def _null_space(basis: dict[int, Row], *, columns: int) -> list[Row]:
    """A row for each column: its entries in the vectors that every row of the basis is orthogonal to."""
    free = [column for column in range(columns) if column not in basis]
    return [
        [-basis[column][other] for other in free]
        if column in basis
        else [Fraction(column == other) for other in free]
        for column in range(columns)
    ]


def _direction(row: Sequence[Fraction]) -> tuple[Fraction, ...]:
    """The same for parallel rows."""
    first = next((value for value in row if value), Fraction(1))
    return tuple(value / first for value in row)
