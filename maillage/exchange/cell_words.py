"""A cell in words, for whoever reads an answer: at a node, at a client, in a terminal."""

from collections.abc import Mapping

from maillage.base.french import format_number
from maillage.base.i18n import _, mark
from maillage.disclosure.values import Band, Cell, Count, Noisy, Private, Suppressed, Suppression

_MASKED: Mapping[Suppression, str] = {
    Suppression.BELOW_FLOOR: mark("masqué"),
    Suppression.PROTECTED: mark("masqué"),
    Suppression.TOO_FEW_SITES: mark("trop peu d’hôpitaux"),
    Suppression.WITHHELD: mark("masqué au contrôle"),
}


def describe_cell(cell: Cell | None) -> str:
    """A cell for people: a number with French thousands, or why there is none."""
    match cell:
        case Count(value):
            return format_number(value)
        case Noisy(value, deviation):
            return f"≈ {format_number(value)} (± {format_number(deviation)})"
        case Band(low, high):
            return f"{format_number(low)}–{format_number(high)}"
        case Private(value):
            return f"≈ {format_number(value)} (± {format_number(cell.margin)}, 95 %)"
        case Suppressed(reason):
            return _(_MASKED[reason])
        case None:
            return "—"
