"""How a page writes a number, a duration, a moment; a masked cell has its own partial."""

from datetime import datetime
from typing import Any

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import get_language

from maillage.base.clock import parse_instant
from maillage.base.french import NARROW_NO_BREAK_SPACE, format_milliseconds, format_number
from maillage.disclosure import Private
from maillage.hub.portal.chart import estimate, is_exact

register = template.Library()


@register.simple_tag
def icon(name: str) -> str:
    """A picture that only repeats the words beside it."""
    sheet = static("maillage/icons.svg")
    return format_html(
        '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>', sheet, name
    )


@register.filter
def number(value: int) -> str:
    """Thousands set apart, as the page's language does."""
    return format_number(value) if _is_french() else f"{value:,}"


@register.filter
def figure(cell: dict[str, Any]) -> str:
    """The number to read aloud, with ≈ unless exact; nothing for a masked one."""
    count = estimate(cell)
    return f"{'' if is_exact(cell) else '≈ '}{number(count)}" if count else ""


@register.filter
def duration(milliseconds: float | None) -> str:
    """`87 ms`, `1,4 s`; a dash when there is none."""
    if milliseconds is None:
        return "–"
    text = format_milliseconds(milliseconds)
    return text if _is_french() else text.replace(",", ".")


@register.filter
def moment(text: str | None) -> datetime | None:
    """An instant of the wire as a local time, for Django's `date` filter."""
    return None if text is None else localtime(parse_instant(text))


@register.filter
def margin(cell: dict[str, Any]) -> int:
    """How far a private count may be from the exact one, in 95 cases of 100."""
    return Private(cell["private"], cell["standard_deviation"]).margin


@register.filter
def share(cell: dict[str, Any], whole: dict[str, Any]) -> str:
    """A cell's part of another, as a whole percentage, with ≈ unless exact; nothing when either is masked."""
    if not estimate(cell) or not estimate(whole):
        return ""
    percent = round(100 * estimate(cell) / estimate(whole))
    about = "" if is_exact(cell) and is_exact(whole) else "≈ "
    return f"{about}{percent}{NARROW_NO_BREAK_SPACE}%" if _is_french() else f"{about}{percent}%"


@register.filter
def portion(cell: dict[str, Any] | None, most: int) -> int:
    """The length of a bar out of 100; at least 1 so that a small hospital has one."""
    count = estimate(cell)
    return max(1, round(100 * count / most)) if count and most else 0


def _is_french() -> bool:
    return (get_language() or "fr").startswith("fr")
