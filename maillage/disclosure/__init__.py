"""What may leave a hospital: typed cells, the rules they obey, and the gates that make them."""

from maillage.disclosure.rules import NETWORK_FLOOR, DisclosureRules, FloorError
from maillage.disclosure.values import (
    Band,
    Cell,
    CellJson,
    Count,
    Noisy,
    Private,
    Suppressed,
    Suppression,
    cell_from_json,
    cell_to_json,
)

__all__ = [
    "NETWORK_FLOOR",
    "Band",
    "Cell",
    "CellJson",
    "Count",
    "DisclosureRules",
    "FloorError",
    "Noisy",
    "Private",
    "Suppressed",
    "Suppression",
    "cell_from_json",
    "cell_to_json",
]
