"""When an event must lie around another, as « débutant entre 30 jours avant et 7 jours après … »."""

from maillage.base.i18n import _
from maillage.cohort.explain.anchors import Anchor
from maillage.cohort.explain.grammar import days
from maillage.cohort.expression import DOMAINS, Correlated, Endpoint, Window
from maillage.cohort.expression.domains import EndRule


def window_phrases(correlated: Correlated, anchor: Anchor) -> list[str]:
    """The windows of a correlated criterion; bounds are included."""
    phrases = (start_phrase(correlated, anchor), end_phrase(correlated, anchor))
    return [phrase for phrase in phrases if phrase]


def start_phrase(correlated: Correlated, anchor: Anchor) -> str:
    """The first window; empty where « in the same stay » says it all."""
    window = correlated.start_window
    starting = "" if window.use_event_end else _starting(correlated)
    if starting and correlated.restrict_visit and _is_any_time(correlated):
        return ""
    return _window_phrase(window, anchor, starting, inside=not correlated.ignore_observation_period)


def end_phrase(correlated: Correlated, anchor: Anchor) -> str:
    """The second window; empty where there is none."""
    window = correlated.end_window
    if window is None:
        return ""
    verb = _starting(correlated) if window.use_event_end is False else ""
    return _window_phrase(window, anchor, verb, inside=not correlated.ignore_observation_period)


def _is_any_time(correlated: Correlated) -> bool:
    start, end = correlated.start_window.start, correlated.start_window.end
    sides = (start.days, end.days, start.direction, end.direction)
    return sides == (None, None, -1, 1) and not correlated.ignore_observation_period


def _starting(correlated: Correlated) -> str:
    # What has one date only is « entre … et … »: a test does not start.
    if DOMAINS[correlated.criterion.domain].end_rule is EndRule.NEXT_DAY:
        return "{when}"
    return _("débutant {when}")


def _window_phrase(window: Window, anchor: Anchor, starting: str, *, inside: bool) -> str:
    """`starting` words a window on the event's start; empty, the window is on its end."""
    base = anchor.end if window.use_index_end else anchor.start
    when = _when(window.start, window.end, base, inside=inside)
    return (starting or _("finissant {when}")).format(when=when)


def signed_days(endpoint: Endpoint) -> int | None:
    """Days after the index date, negative before it; None is unbounded."""
    return None if endpoint.days is None else endpoint.days * endpoint.direction


def _when(start: Endpoint, end: Endpoint, base: str, *, inside: bool) -> str:
    low, high = signed_days(start), signed_days(end)
    if low is not None and high is not None:
        return _between(low, high, base)
    if inside:
        return _observed(start, end, base)
    if low is None and high is None:
        return _("à toute date")
    if low is None:
        return _("au plus tard {limit}, sans limite dans le passé").format(limit=_at(high or 0, base))
    return _("au plus tôt {limit}, sans limite dans l’avenir").format(limit=_at(low, base))


def _observed(start: Endpoint, end: Endpoint, base: str) -> str:
    """Where unbounded means as far as the observation period goes."""
    if start.days is None and end.days is None and (start.direction, end.direction) == (-1, 1):
        return _("à tout moment de la période d’observation")
    return _("entre {low} et {high}").format(low=_side(start, base), high=_side(end, base))


def _side(endpoint: Endpoint, base: str) -> str:
    offset = signed_days(endpoint)
    if offset is not None:
        return point(offset, base)
    if endpoint.direction < 0:
        return _("le début de la période d’observation")
    return _("la fin de la période d’observation")


def _between(low: int, high: int, base: str) -> str:
    if low > high:
        return _("entre {low} et {high}, ce qui est impossible : aucun événement n’y répond").format(
            low=point(low, base), high=point(high, base)
        )
    if low == high:
        return _exactly(low, base)
    if low == 0:
        return _("entre {date} et {high} après").format(date=base, high=days(high))
    if high == 0:
        return _("entre {low} et ce jour").format(low=point(low, base))
    return _around(low, high, base)


def _around(low: int, high: int, base: str) -> str:
    """Neither bound is the day itself."""
    if high < 0:
        return _("entre {low} et {high} avant {date}").format(low=days(-low), high=days(-high), date=base)
    if low > 0:
        return _("entre {low} et {high} après {date}").format(low=days(low), high=days(high), date=base)
    if (low, high) == (-1, 1):
        return _("entre la veille et le lendemain de {date}").format(date=base)
    return _("entre {low} avant et {high} après {date}").format(low=days(-low), high=days(high), date=base)


def _exactly(offset: int, base: str) -> str:
    if abs(offset) < 2:
        return _("le jour même de {date}").format(date=base) if offset == 0 else point(offset, base)
    return _("exactement {point}").format(point=point(offset, base))


def point(offset: int, base: str) -> str:
    """A day as a noun: the base, or so many days before or after it."""
    match offset:
        case 0:
            return base
        case -1:
            return _("la veille de {date}").format(date=base)
        case 1:
            return _("le lendemain de {date}").format(date=base)
        case _:
            return _point_at_distance(offset, base)


def _point_at_distance(offset: int, base: str) -> str:
    if offset < 0:
        return _("{days} avant {date}").format(days=days(-offset), date=base)
    return _("{days} après {date}").format(days=days(offset), date=base)


def _at(offset: int, base: str) -> str:
    return _("à {date}").format(date=base) if offset == 0 else point(offset, base)
