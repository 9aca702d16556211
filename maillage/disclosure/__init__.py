"""What may leave a hospital: typed cells, the rules they obey, and the gates that make them."""

from maillage.disclosure.rules import NETWORK_FLOOR, DisclosureRules, FloorError
from maillage.disclosure.values import (
    Cell,
    CellJson,
    Count,
    Suppressed,
    Suppression,
    cell_from_json,
    cell_to_json,
)

__all__ = [
    "NETWORK_FLOOR",
    "Cell",
    "CellJson",
    "Count",
    "DisclosureRules",
    "FloorError",
    "Suppressed",
    "Suppression",
    "cell_from_json",
    "cell_to_json",
]
