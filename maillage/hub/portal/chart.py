"""Bars, placed by arithmetic; the template draws them as SVG, and a table next to them says the same."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

WIDTH, HEIGHT = 720.0, 220.0
_TOP, _BOTTOM = 24.0, 26.0
_GAP = 0.25
_MASKED_HEIGHT = 14.0
_MOST_LABELS = 12


def estimate(cell: Mapping[str, Any] | None) -> int:
    """The number to draw a cell by: its own, exact or not, a band's least; 0 for one that is masked."""
    cell = cell or {}
    low, _high = cell.get("band", (0, 0))
    return cell.get("count") or cell.get("noisy") or cell.get("private") or low


def is_exact(cell: Mapping[str, Any] | None) -> bool:
    """Whether a drawn number may stand without its ≈."""
    return "count" in (cell or {})


@dataclass(frozen=True)
class Bar:
    """One year's bar in SVG units. A masked year has a hatched stub, whose height means nothing."""

    year: int
    x: float
    y: float
    width: float
    height: float
    count: int | None
    exact: bool
    labelled: bool

    @property
    def middle(self) -> float:
        """Where its labels stand."""
        return round(self.x + self.width / 2, 2)


def place_bars(years: Sequence[Mapping[str, Any]]) -> list[Bar]:
    """A bar a year, the highest as tall as the drawing allows; years without a row keep their place empty."""
    if not years:
        return []
    first, last = years[0]["year"], years[-1]["year"]
    slot = WIDTH / (last - first + 1)
    most = max((estimate(row["persons"]) for row in years), default=0)
    step = -(-(last - first + 1) // _MOST_LABELS)
    return [
        _place(row, slot=slot, first=first, most=most, labelled=(row["year"] - first) % step == 0)
        for row in years
    ]


def _place(row: Mapping[str, Any], *, slot: float, first: int, most: int, labelled: bool) -> Bar:
    count = estimate(row["persons"]) or None
    room = HEIGHT - _TOP - _BOTTOM
    height = _MASKED_HEIGHT if count is None else max(1.0, room * count / most)
    x = (row["year"] - first) * slot + slot * _GAP / 2
    return Bar(
        row["year"],
        round(x, 2),
        round(HEIGHT - _BOTTOM - height, 2),
        round(slot * (1 - _GAP), 2),
        round(height, 2),
        count,
        is_exact(row["persons"]),
        labelled,
    )
