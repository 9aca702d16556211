"""Days around the index event, as the windows of the language."""

from collections.abc import Iterable, Mapping

from maillage.base.i18n import _
from maillage.cohort.dsl.checks import check_days, check_order
from maillage.cohort.errors import StudyError
from maillage.cohort.expression import Endpoint, Window

Day = int | Endpoint | None
"""Days from the index event, negative before it; None is open; `days_before(0)` is a zero with a side."""

Days = tuple[Day, Day]

_OPEN_BEFORE, _OPEN_AFTER = Endpoint(None, -1), Endpoint(None, 1)
ANY_TIME = Window(_OPEN_BEFORE, _OPEN_AFTER, use_index_end=False, use_event_end=False)


def days_before(days: int | None) -> Endpoint:
    """So many days before the index event; None is as far as can be."""
    return Endpoint(None if days is None else check_days(days), -1)


def days_after(days: int | None) -> Endpoint:
    """So many days after the index event; None is as far as can be."""
    return Endpoint(None if days is None else check_days(days), 1)


def check_words(given: Mapping[str, object], *, known: Iterable[str]) -> None:
    """Every word is known, and no two say the same thing twice. Raises StudyError."""
    if unknown := given.keys() - set(known):
        raise StudyError(
            _("Mots inconnus : {words}.").format(words=", ".join(sorted(unknown))),
            remedy=_("Les mots sont : {words}.").format(words=", ".join(known)),
        )
    said = [word for word in ("within_days", "before", "after") if given.get(word)]
    if len(said) > 1:
        raise StudyError(
            _("{words} disent la fenêtre de deux façons.").format(words=" et ".join(said)),
            why=_("Une seule fenêtre porte sur le début de l’événement."),
            remedy=_("Gardez l’un des deux ; within_days=(None, -1) veut dire « avant »."),
        )
    if given.get("ends_from_index_end") and given.get("ends_within_days") is None:
        raise StudyError(
            _("ends_from_index_end est donné sans ends_within_days."),
            remedy=_("Ajoutez ends_within_days=(…, …)."),
        )


def start_window(
    *, within_days: Days | None, before: bool, after: bool, from_index_end: bool, event_end: bool
) -> Window:
    """Where the start of the event lies (its end when `event_end`)."""
    if before:
        within_days = (None, -1)
    elif after:
        within_days = (1, None)
    start, end = _sides(within_days or (None, None))
    return Window(start, end, use_index_end=from_index_end, use_event_end=event_end)


def end_window(within_days: Days | None, *, from_index_end: bool) -> Window | None:
    """Where the end of the event lies."""
    if within_days is None:
        return None
    start, end = _sides(within_days)
    return Window(start, end, use_index_end=from_index_end, use_event_end=True)


def describe_windows(start: Window, end: Window | None) -> str:
    """In a few French words, J0 being the index event."""
    begins = _describe(start, "fin" if start.use_event_end else "")
    ends = _describe(end, "" if end.use_event_end is False else "fin") if end else ""
    return ", ".join(part for part in (begins, ends) if part)


def _describe(window: Window, subject: str) -> str:
    low, high = _offset(window.start), _offset(window.end)
    if low is None and high is None:
        return ""
    origin = " après la fin" if window.use_index_end else ""
    words = (
        f"jusqu’à J{high:+d}"
        if low is None
        else f"dès J{low:+d}"
        if high is None
        else f"J{low:+d} à J{high:+d}"
    )
    return " ".join(part for part in (subject, words) if part).replace("J+0", "J0") + origin


def _offset(endpoint: Endpoint) -> int | None:
    return None if endpoint.days is None else endpoint.days * endpoint.direction


def _sides(days: Days) -> tuple[Endpoint, Endpoint]:
    if not isinstance(days, tuple) or len(days) != 2:  # pyright: ignore[reportUnnecessaryIsInstance, reportUnnecessaryComparison]
        raise StudyError(
            _("{days!r} n’est pas une fenêtre.").format(days=days),
            remedy=_("Donnez deux nombres de jours, par exemple (-30, 0) ; None laisse un côté ouvert."),
        )
    start, end = (
        _side(days[0], zero=-1, open_side=_OPEN_BEFORE),
        _side(days[1], zero=1, open_side=_OPEN_AFTER),
    )
    low, high = _offset(start), _offset(end)
    if low is not None and high is not None:
        check_order(low, high)
    return start, end


def _side(day: Day, *, zero: int, open_side: Endpoint) -> Endpoint:
    if day is None:
        return open_side
    if isinstance(day, Endpoint):
        return day
    check_days(day)
    return Endpoint(abs(day), zero if day == 0 else 1 if day > 0 else -1)
