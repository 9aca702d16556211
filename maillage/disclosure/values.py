"""A cell is a count or it is suppressed; there is no third form, and neither is zero.

The same two types go from the engine's gate to the page, so that no step can mistake "masked" for "none".
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Annotated, Any, cast

from pydantic import BeforeValidator, PlainSerializer, WithJsonSchema


class Suppression(StrEnum):
    """Why a cell is not shown.

    A table says `protected` both of a small cell and of one that shields it: telling them apart would
    bound the small one.
    """

    BELOW_FLOOR = "below_floor"
    PROTECTED = "protected"
    TOO_FEW_SITES = "too_few_sites"


@dataclass(frozen=True)
class Count:
    """A number of distinct persons that passed a gate; at least one, never zero."""

    value: int

    def __post_init__(self) -> None:
        if isinstance(self.value, bool) or self.value < 1:
            raise ValueError("a released count is a whole number of at least one person")


@dataclass(frozen=True)
class Suppressed:
    """A number that exists and is not shown. It has no value, not even an approximate one."""

    reason: Suppression


Cell = Count | Suppressed


def cell_to_json(cell: Cell) -> dict[str, int | str]:
    """`{"count": 42}` or `{"suppressed": "below_floor"}`."""
    match cell:
        case Count(value):
            return {"count": value}
        case Suppressed(reason):
            return {"suppressed": reason.value}


def cell_from_json(document: object) -> Cell:
    """The reverse of `cell_to_json`. Raises ValueError for anything else, a count of zero included."""
    match document:
        case Count() | Suppressed():
            return document
        case {"count": int(value)} if len(cast("dict[Any, Any]", document)) == 1:
            return Count(value)
        case {"suppressed": str(reason)} if len(cast("dict[Any, Any]", document)) == 1:
            return Suppressed(Suppression(reason))
        case _:
            raise ValueError("a cell is a count or a suppression")


CellJson = Annotated[
    Cell,
    BeforeValidator(cell_from_json),
    PlainSerializer(cell_to_json, return_type=dict[str, int | str]),
    WithJsonSchema(
        {
            "oneOf": [
                {
                    "type": "object",
                    "properties": {"count": {"type": "integer", "minimum": 1}},
                    "required": ["count"],
                    "additionalProperties": False,
                },
                {
                    "type": "object",
                    "properties": {"suppressed": {"enum": [reason.value for reason in Suppression]}},
                    "required": ["suppressed"],
                    "additionalProperties": False,
                },
            ]
        }
    ),
]
"""A cell as a field of a model that crosses the wire."""
