"""The public table that turns a cell's key into noise, for `perturbation.py`; and whether OpenDP is there.

Plain Python: the node's agent reads tables in permits, and must not carry numpy.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from importlib.util import find_spec
from itertools import pairwise
from typing import Any

from maillage.disclosure.rules import NETWORK_FLOOR

KEYS = 1 << 32
"""Record keys, their sums and cell keys are whole numbers under this."""


@dataclass(frozen=True)
class NoiseRules:
    """What is public of the noise: its largest deviation in persons, its variance, the floor it respects."""

    floor: int = NETWORK_FLOOR
    deviation: int = 5
    variance: float = 2.0

    def __post_init__(self) -> None:
        if self.floor < 1 or self.deviation < 1:
            raise ValueError("a floor and a largest deviation are at least one person")
        if not 0.1 <= self.variance <= self.deviation / 2:
            raise ValueError("the variance is from 0.1 to half of the largest deviation")


@dataclass(frozen=True)
class NoiseTable:
    """What a cell key does to a count: row i for floor + i persons, the last row for all larger counts.

    A row cuts the cell keys, 0 to 2^32 - 1, into consecutive ranges: suppress, then the noises -deviation
    to deviation. It holds where each range ends. The table is public; built once, it is kept as it is, so
    that another version of a library changes no noise.
    """

    rules: NoiseRules
    rows: tuple[tuple[int, ...], ...]

    def __post_init__(self) -> None:
        outcomes = 2 * self.rules.deviation + 2
        if len(self.rows) != self.rules.deviation + 1 or any(len(row) != outcomes for row in self.rows):
            raise ValueError("a table of noise has a row a count and an end for each outcome")
        for count, row in enumerate(self.rows, start=self.rules.floor):
            self._check(count, [end - begin for begin, end in pairwise((0, *row))])
            if row[-1] != KEYS:
                raise ValueError("the ranges of a row cover all cell keys")

    def _check(self, count: int, widths: Sequence[int]) -> None:
        noises = range(-self.rules.deviation, self.rules.deviation + 1)
        drawn = [*zip(noises, widths[1:], strict=True)]
        if min(widths) < 0 or any(width for noise, width in drawn if count + noise < self.rules.floor):
            raise ValueError("noise brings no count under the floor")
        if abs(sum(noise * width for noise, width in drawn)) > 1e-6 * KEYS:
            raise ValueError("noise is zero on average")

    def draw(self, persons: int, *, cell_key: int) -> int | None:
        """The noise for a count at the floor or above; None means suppress."""
        row = self.rows[min(persons - self.rules.floor, self.rules.deviation)]
        outcome = bisect_right(row, cell_key)
        return outcome - 1 - self.rules.deviation if outcome else None

    def to_json(self) -> dict[str, Any]:
        """The public document: rules and rows."""
        rules = self.rules
        return {
            "floor": rules.floor,
            "deviation": rules.deviation,
            "variance": rules.variance,
            "rows": [list(row) for row in self.rows],
        }

    @classmethod
    def from_json(cls, document: Mapping[str, Any]) -> "NoiseTable":
        """The reverse of `to_json`. Raises ValueError for a table that breaks its own rules."""
        try:
            rules = NoiseRules(document["floor"], document["deviation"], document["variance"])
            return cls(rules, tuple(tuple(int(end) for end in row) for row in document["rows"]))
        except (KeyError, TypeError) as error:
            raise ValueError("this is no table of noise") from error


def has_opendp() -> bool:
    """Whether the library of `private.py` is installed; it is not imported."""
    return find_spec("opendp") is not None
