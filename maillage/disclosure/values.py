"""A cell is exact, approximate or suppressed; these are three types, and none of them is zero.

The same types go from the engine's gate to the page, so that no step can mistake "masked" for "none", or a
number with noise for an exact one.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
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
class Suppressed:
    """A number that exists and is not shown. It has no value, not even an approximate one."""

    reason: Suppression


Cell = Count | Noisy | Band | Suppressed
Shown = Count | Noisy | Band


def bounds(cell: Shown) -> tuple[int, int]:
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
    if any(isinstance(cell, Band) for cell in cells):
        lows, highs = zip(*(bounds(cell) for cell in cells), strict=True)
        return Band(sum(lows), sum(highs))
    value = sum(cell.value for cell in cells if not isinstance(cell, Band))
    deviation = sum(cell.deviation for cell in cells if isinstance(cell, Noisy))
    return Noisy(value, deviation) if deviation else Count(value)


def cell_to_json(cell: Cell) -> dict[str, Any]:
    """One key says the kind: `count`, `noisy` (with its `deviation`), `band` (low, high), `suppressed`."""
    match cell:
        case Count(value):
            return {"count": value}
        case Noisy(value, deviation):
            return {"noisy": value, "deviation": deviation}
        case Band(low, high):
            return {"band": [low, high]}
        case Suppressed(reason):
            return {"suppressed": reason.value}


def cell_from_json(document: object) -> Cell:
    """The reverse of `cell_to_json`. Raises ValueError for anything else, a count of zero included."""
    if isinstance(document, Count | Noisy | Band | Suppressed):
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
                _closed_object(suppressed={"enum": [reason.value for reason in Suppression]}),
            ]
        }
    ),
]
"""A cell as a field of a model that crosses the wire."""
