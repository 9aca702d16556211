"""Bins and what they say: keys, quantiles and how much of them is not known, medians side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import inf, isinf

LEVELS = (0.05, 0.25, 0.5, 0.75, 0.95)

SHIFTED = 1.25
"""A median so many times the others', or so many times less, is pointed out."""

_UNIT_FACTORS = (10.0, 100.0, 1000.0, 18.016, 38.67, 88.57, 88.42)
"""Powers of ten; mg/dL for mmol/L of glucose, cholesterol, triglycerides; µmol/L for mg/dL of creatinine."""
_NEAR_A_FACTOR = 0.07


def name_bins(edges: Sequence[float]) -> list[str]:
    """`<2.5`, `2.5`, `3.0`, `6.5+`: under the first edge, from each edge to the next, from the last on."""
    return [f"<{edges[0]}", *(str(edge) for edge in edges[:-1]), f"{edges[-1]}+"]


@dataclass(frozen=True)
class Bin:
    """From `low` to under `high`: the persons in it, None where that is hidden."""

    low: float
    high: float
    persons: int | None


@dataclass(frozen=True)
class Quantile:
    """A value between `low` and `high`, which the bins do not tell apart; interpolated inside them."""

    level: float
    value: float | None
    low: float
    high: float


def read_bins(persons: Mapping[str, int | None]) -> list[Bin]:
    """Bins by their keys, in order of their values."""
    starts = sorted((_read_start(key), number) for key, number in persons.items())
    ends = [*(start for start, _number in starts[1:]), inf][: len(starts)]
    return [Bin(start, end, number) for (start, number), end in zip(starts, ends, strict=True)]


def _read_start(key: str) -> float:
    return -inf if key.startswith("<") else float(key.removesuffix("+"))


def find_quantile(bins: Sequence[Bin], level: float, *, whole: int) -> Quantile:
    """The level's quantile of `whole` persons, some of whom may be in hidden bins.

    The error is stated, not estimated: `low` and `high` hold wherever the persons of a shown bin lie inside
    it, and the others in the hidden bins. For `value`, persons are taken to lie evenly inside a bin.
    """
    hidden = whole - sum(one.persons or 0 for one in bins)
    first = _locate(bins, level * whole, hidden_first=hidden)
    last = _locate(bins, level * whole, hidden_last=hidden)
    if first is last and first.persons and not (isinf(first.low) or isinf(first.high)):
        below = sum(one.persons or 0 for one in bins if one.high <= first.low)
        hidden_below = hidden if any(one.persons is None and one.low < first.low for one in bins) else 0
        inside = min(1.0, max(0.0, (level * whole - below - hidden_below) / first.persons))
        return Quantile(level, first.low + inside * (first.high - first.low), first.low, first.high)
    return Quantile(level, None, first.low, last.high)


def _locate(bins: Sequence[Bin], rank: float, *, hidden_first: int = 0, hidden_last: int = 0) -> Bin:
    """The bin of a rank when all hidden persons are in the first hidden bin, or in the last."""
    places = [place for place, one in enumerate(bins) if one.persons is None]
    reached = 0.0
    for place, one in enumerate(bins):
        reached += one.persons or 0
        reached += hidden_first if places and place == places[0] else 0
        reached += hidden_last if places and place == places[-1] else 0
        if reached >= rank and reached > 0:
            return one
    return bins[-1]


def guess_unit(ratio: float) -> float | None:
    """The factor between two usual units that a ratio of medians comes close to, or one over it; or None."""
    for factor in _UNIT_FACTORS:
        for candidate in (factor, 1 / factor):
            if abs(ratio / candidate - 1) < _NEAR_A_FACTOR:
                return candidate
    return None


def is_shifted(ratio: float) -> bool:
    """Whether a ratio of medians is pointed out."""
    return not 1 / SHIFTED < ratio < SHIFTED
