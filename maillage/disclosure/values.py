"""A cell is exact, approximate or suppressed; these are three types, and none of them is zero.

The same types go from the engine's gate to the page, so that no step can mistake "masked" for "none", or a
number with noise for an exact one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from math import ceil, isfinite, sqrt
from typing import Annotated, Any

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema


class Suppression(StrEnum):
    """Why a cell is not shown.

    A table says `protected` both of a small cell and of one that shields it: telling them apart would
    bound the small one. `withheld` is said in the same way of what a person masked before the release.
    """

    BELOW_FLOOR = "below_floor"
    PROTECTED = "protected"
    TOO_FEW_SITES = "too_few_sites"
    WITHHELD = "withheld"


def _is_positive(number: int) -> bool:
    return not isinstance(number, bool) and number >= 1


@dataclass(frozen=True)
class Count:
    """A number of distinct persons that passed a gate; at least one, never zero."""

    value: int

    def __post_init__(self) -> None:
        if not _is_positive(self.value):
            raise ValueError("a released count is a whole number of at least one person")


@dataclass(frozen=True)
class Noisy:
    """A number of distinct persons with noise: the exact one is at most `deviation` away."""

    value: int
    deviation: int

    def __post_init__(self) -> None:
        if not (_is_positive(self.value) and _is_positive(self.deviation)):
            raise ValueError("a noisy count and its largest deviation are whole numbers of at least one")


@dataclass(frozen=True)
class Band:
    """A number of distinct persons somewhere between `low` and `high`, both included."""

    low: int
    high: int

    def __post_init__(self) -> None:
        if not (_is_positive(self.low) and _is_positive(self.high) and self.low < self.high):
            raise ValueError("a band goes from a whole number of at least one to a greater one")


@dataclass(frozen=True)
class Private:
    """A number of distinct persons with noise that no number bounds, of a known standard deviation."""

    value: int
    standard_deviation: float

    def __post_init__(self) -> None:
        if not (
            _is_positive(self.value) and isfinite(self.standard_deviation) and self.standard_deviation > 0
        ):
            raise ValueError("a private count is at least one, and its noise has a standard deviation")

    @property
    def margin(self) -> int:
        """In 95 cases of 100 the exact number lies at most so far away.

        ln 20 / √2 deviations for one Laplace law, of which sums of several need fewer, down to 1.96.
        """
        return ceil(2.12 * self.standard_deviation)


@dataclass(frozen=True)
class Suppressed:
    """A number that exists and is not shown. It has no value, not even an approximate one."""

    reason: Suppression


Bounded = Count | Noisy | Band
Shown = Bounded | Private
Cell = Shown | Suppressed


def bounds(cell: Bounded) -> tuple[int, int]:
    """The fewest and the most persons that a shown cell allows."""
    match cell:
        case Count(value):
            return value, value
        case Noisy(value, deviation):
            return max(value - deviation, 1), value + deviation
        case Band(low, high):
            return low, high


def add_up(cells: Iterable[Shown]) -> Shown:
    """The sum of cells that share no person: as exact as the least exact one. Raises ValueError for none."""
    cells = tuple(cells)
    bounded = [cell for cell in cells if not isinstance(cell, Private)]
    if len(bounded) < len(cells):
        return _add_up_private([cell for cell in cells if isinstance(cell, Private)], bounded)
    if any(isinstance(cell, Band) for cell in bounded):
        lows, highs = zip(*(bounds(cell) for cell in bounded), strict=True)
        return Band(sum(lows), sum(highs))
    value = sum(cell.value for cell in bounded if not isinstance(cell, Band))
    deviation = sum(cell.deviation for cell in cells if isinstance(cell, Noisy))
    return Noisy(value, deviation) if deviation else Count(value)


def _add_up_private(cells: list[Private], others: list[Bounded]) -> Private:
    """Independent noises: their variances add up. Of a bounded number, the half of its width is the most."""
    limits = [bounds(cell) for cell in others]
    value = sum(cell.value for cell in cells) + sum((low + high) // 2 for low, high in limits)
    spreads = [cell.standard_deviation for cell in cells] + [(high - low) / 2 for low, high in limits]
    return Private(value, round(sqrt(sum(spread**2 for spread in spreads)), 3))


def cell_to_json(cell: Cell) -> dict[str, Any]:
    """One key says the kind: `count`, `noisy` (with its `deviation`), `band`, `private`, `suppressed`."""
    match cell:
        case Count(value):
            return {"count": value}
        case Noisy(value, deviation):
            return {"noisy": value, "deviation": deviation}
        case Band(low, high):
            return {"band": [low, high]}
        case Private(value, standard_deviation):
            return {"private": value, "standard_deviation": standard_deviation}
        case Suppressed(reason):
            return {"suppressed": reason.value}


def cell_from_json(document: object) -> Cell:
    """The reverse of `cell_to_json`. Raises ValueError for anything else, a count of zero included."""
    if isinstance(document, Count | Noisy | Band | Private | Suppressed):
        return document
    cell = _read(document)
    if cell_to_json(cell) != document:
        raise ValueError("a cell holds nothing beside its kind")
    return cell


def _read(document: object) -> Cell:
    match document:
        case {"count": int(value)}:
            return Count(value)
        case {"noisy": int(value), "deviation": int(deviation)}:
            return Noisy(value, deviation)
        case {"band": [int(low), int(high)]}:
            return Band(low, high)
        case {"private": int(value), "standard_deviation": float() | int() as spread}:
            return Private(value, float(spread))
        case {"suppressed": str(reason)}:
            return Suppressed(Suppression(reason))
        case _:
            raise ValueError("a cell is a count, exact or not, or a suppression")


_AT_LEAST_ONE = {"type": "integer", "minimum": 1}


def _closed_object(**properties: object) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


CellJson = Annotated[
    Cell,
    BeforeValidator(cell_from_json),
    PlainSerializer(cell_to_json, return_type=dict[str, Any]),
    WithJsonSchema(
        {
            "oneOf": [
                _closed_object(count=_AT_LEAST_ONE),
                _closed_object(noisy=_AT_LEAST_ONE, deviation=_AT_LEAST_ONE),
                _closed_object(band={"type": "array", "items": _AT_LEAST_ONE, "minItems": 2, "maxItems": 2}),
                _closed_object(private=_AT_LEAST_ONE, standard_deviation={"type": "number"}),
                _closed_object(suppressed={"enum": [reason.value for reason in Suppression]}),
            ]
        }
    ),
]
"""A cell as a field of a model that crosses the wire."""
