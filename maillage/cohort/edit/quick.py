"""What may be typed in the search field besides a term: `HbA1c > 8 %`, `créatinine entre 100 et 200 µmol/L`."""

from dataclasses import dataclass

from maillage.cohort.edit.model import Times, Value


@dataclass(frozen=True)
class Quick:
    """The text to search for, and what was said besides."""

    text: str
    value: Value | None = None
    times: Times | None = None
    count: int | None = None


def read_quick(text: str) -> Quick:
    """Never fails: what is not understood stays in `text`."""
    raise NotImplementedError
