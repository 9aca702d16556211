"""Standardised differences between two Table 1: how far apart two groups are, whatever their sizes.

For a share, d = (p₁ - p₂) / √((p₁(1-p₁) + p₂(1-p₂)) / 2); for a mean, d = (m₁ - m₂) / √((s₁² + s₂²) / 2).
From 0.1 on a difference is usually called one (Austin, *Communications in Statistics* 2009, 38:1228-1234).
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from math import sqrt
from typing import Any

from maillage.analysis.tabular.adding import count_of, find_table


@dataclass(frozen=True)
class Difference:
    """One row of two tables: its share or mean in each, and their standardised difference."""

    table: str
    key: str
    one: float
    other: float
    standardised: float


def compare(one: Mapping[str, Any], other: Mapping[str, Any]) -> list[Difference]:
    """Rows that both combined documents show, the furthest apart first."""
    found = [
        difference
        for table in one["tables"]
        for difference in _compare_rows(table["id"], table["rows"], find_table(other, table["id"]))
    ]
    return sorted(found, key=lambda difference: -abs(difference.standardised))


def _compare_rows(table: str, ours: Any, theirs: Any) -> Iterator[Difference]:
    by_key = {row["key"]: row for row in theirs}
    for row in ours:
        one, other = _center_and_spread(row), _center_and_spread(by_key.get(row["key"]))
        if one is None or other is None:
            continue
        spread = sqrt((one[1] + other[1]) / 2)
        if spread > 0:
            yield Difference(table, row["key"], one[0], other[0], (one[0] - other[0]) / spread)


def _center_and_spread(row: Mapping[str, Any] | None) -> tuple[float, float] | None:
    """A row's mean or share, and its variance; None where it is hidden."""
    if row is None:
        return None
    if "mean" in row:
        return None if row["mean"] is None else (row["mean"], row["sd"] ** 2)
    persons, of = count_of(row["persons"]), count_of(row["of"])
    if persons is None or not of:
        return None
    return persons / of, persons / of * (1 - persons / of)
