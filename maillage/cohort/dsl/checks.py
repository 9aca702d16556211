"""The bounds of what a study may say, told at the call that breaks them."""

import math
from datetime import date
from typing import TypeVar

from maillage.base.i18n import _
from maillage.cohort.circe.reader import MAX_DAYS
from maillage.cohort.errors import StudyError

_INT64 = 2**63

_Bound = TypeVar("_Bound", int, float, date)


def check_days(days: int, *, least: int | None = None) -> int:
    """A whole number of days. Raises StudyError."""
    if not _is_whole(days):
        raise StudyError(
            _("{days!r} n’est pas un nombre de jours.").format(days=days),
            remedy=_("Donnez un nombre entier, par exemple 180."),
        )
    if abs(days) > MAX_DAYS or (least is not None and days < least):
        raise StudyError(
            _("{days} jours : c’est hors limites.").format(days=days),
            why=_("Il faut de {least} à {most} jours.").format(
                least=-MAX_DAYS if least is None else least, most=MAX_DAYS
            ),
            remedy=_("Corrigez ce nombre de jours."),
        )
    return days


def check_count(count: int, *, least: int) -> int:
    """A number of events or of conditions. Raises StudyError."""
    if not _is_whole(count) or count < least:
        raise StudyError(
            _("{count!r} n’est pas un nombre possible ici.").format(count=count),
            why=_("Il faut un nombre entier d’au moins {least}.").format(least=least),
            remedy=_("Corrigez ce nombre ; « aucun » s’écrit without(…) ou has_no(…)."),
        )
    return count


def check_number(number: float) -> float:
    """A finite number that 64 bits hold. Raises StudyError."""
    known = isinstance(number, int | float) and not isinstance(number, bool)  # pyright: ignore[reportUnnecessaryIsInstance]
    if not known or not math.isfinite(number) or abs(number) >= _INT64:
        raise StudyError(
            _("{number!r} n’est pas un nombre que l’on peut comparer.").format(number=number),
            remedy=_("Donnez un nombre fini."),
        )
    return number


def check_order(low: _Bound, high: _Bound) -> None:
    """The lower bound comes first. Raises StudyError."""
    if low > high:
        raise StudyError(
            _("Les bornes {low} et {high} sont à l’envers.").format(low=low, high=high),
            why=_("Aucun événement ne pourrait convenir."),
            remedy=_("Donnez la plus petite d’abord."),
        )


def read_date(day: date | str) -> date:
    """A date, or its text YYYY-MM-DD. Raises StudyError."""
    if isinstance(day, date):
        return day
    try:
        return date.fromisoformat(day)
    except (ValueError, TypeError) as error:
        raise StudyError(
            _("{day!r} n’est pas une date.").format(day=day),
            remedy=_("Écrivez-la AAAA-MM-JJ, par exemple 2024-01-31."),
        ) from error


def _is_whole(number: object) -> bool:
    return isinstance(number, int) and not isinstance(number, bool) and abs(number) < _INT64
