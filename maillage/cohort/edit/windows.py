"""Windows by the presets that people choose, and by the JSON that says them."""

from typing import Any

from maillage.base.i18n import _
from maillage.cohort.circe.reader import MAX_DAYS
from maillage.cohort.edit.model import Edge, Place, When
from maillage.cohort.errors import EditError
from maillage.cohort.explain.grammar import number
from maillage.cohort.explain.windows import signed_days
from maillage.cohort.expression import Endpoint, Window


def at(place: Place, days: int | None = None, *, anchor: Edge = Edge.START) -> When:
    """The window of a preset; `days` is how far it goes, without a sign, None as far as can be.

    A preset that leaves no number to choose ignores it. Raises EditError for one that is out of range, and
    for a preset that cannot do without.
    """
    if days is not None:
        check_days(days, least=1)
    match place:
        case Place.ANY:
            return When()
        case Place.STAY:
            return When(same_stay=True)
        case Place.SAME_DAY:
            return When(0, 0, anchor)
        case Place.BEFORE:
            return When(None if days is None else -days, -1, anchor)
        case Place.ON_OR_BEFORE:
            return When(None if days is None else -days, 0, anchor)
        case Place.AFTER:
            return When(1, days, anchor)
        case Place.ON_OR_AFTER:
            return When(0, days, anchor)
        case Place.AROUND | Place.CUSTOM:
            return _around(place, days, anchor)


def _around(place: Place, days: int | None, anchor: Edge) -> When:
    if place is Place.CUSTOM or days is None:
        raise window_unsaid()
    return When(-days, days, anchor)


def window_unsaid() -> EditError:
    """For a window that cannot do without its days: it is not « always » for want of them."""
    return EditError(
        _("Cette fenêtre de temps n’est pas dite en entier."),
        why=_("Il manque un nombre de jours."),
        remedy=_("Donnez le nombre de jours avant et après l’événement d’entrée."),
    )


def check_days(days: int, *, least: int = -MAX_DAYS) -> int:
    """A number of days that an engine's dates can bear. Raises EditError."""
    if not least <= days <= MAX_DAYS:
        raise EditError(
            _("{days} jours : c’est hors limites.").format(days=number(days)),
            why=_("Il faut un nombre de jours entre {least} et {most}.").format(
                least=number(least), most=number(MAX_DAYS)
            ),
            remedy=_("Corrigez ce nombre de jours."),
        )
    return days


def read_when(window: Window, *, same_stay: bool, words: str, event: str) -> When:
    """The window of a node around `event`, which is the index event in words."""
    return When(
        signed_days(window.start),
        signed_days(window.end),
        Edge.END if window.use_index_end else Edge.START,
        Edge.END if window.use_event_end else Edge.START,
        same_stay=same_stay,
        words=words,
        exact=_looks(window.start, -1) and _looks(window.end, 1),
        event=event,
    )


def _looks(side: Endpoint, direction: int) -> bool:
    """An open side usually looks away from the event; ATLAS lets it look the other way."""
    return side.days is not None or side.direction == direction


def write_window(when: When) -> dict[str, Any]:
    """The JSON of `StartWindow`. Raises EditError."""
    low, high = when.from_days, when.to_days
    for days in (low, high):
        if days is not None:
            check_days(days)
    if low is not None and high is not None and low > high:
        raise EditError(
            _("La fenêtre de temps finit avant de commencer."),
            why=_("Elle va de {low} à {high} jours.").format(low=low, high=high),
            remedy=_("Donnez le plus petit nombre d’abord ; avant l’événement, il est négatif."),
        )
    return {
        "Start": _write_side(low, zero=-1),
        "End": _write_side(high, zero=1),
        "UseIndexEnd": when.anchor is Edge.END,
        "UseEventEnd": when.event_edge is Edge.END,
    }


def _write_side(days: int | None, *, zero: int) -> dict[str, Any]:
    if days is None:
        return {"Coeff": zero}
    return {"Days": abs(days), "Coeff": zero if days == 0 else 1 if days > 0 else -1}
