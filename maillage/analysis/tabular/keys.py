"""Rows that a question names before anybody looks at data: their keys, in order."""

from collections.abc import Sequence
from itertools import pairwise

SEXES = {8507: "M", 8532: "F"}
OTHER_SEX = "other"

YEARS = 30
"""Calendar years that are summed under masks one by one, up to the question's own; others are in the whole
alone.
"""


def band_ages(edges: Sequence[int]) -> tuple[str, ...]:
    """Names of age groups: from each edge to the year before the next, the last one open."""
    closed = [f"{low}-{high - 1}" for low, high in pairwise(edges)]
    return (*closed, f"{edges[-1]}+")


def list_sexes() -> tuple[str, ...]:
    """Each sex, and those of whom it is unknown together."""
    return (*sorted(SEXES.values()), OTHER_SEX)


def list_years(last: int) -> range:
    """The years that end with `last`."""
    return range(last - YEARS + 1, last + 1)


def cross(rows: Sequence[str], columns: Sequence[str]) -> list[str]:
    """Every cell of a crossed table and every margin, but the whole, which is no row of it."""
    keys = [f"{row}/{column}" for row in ("", *rows) for column in ("", *columns)]
    return keys[1:]
