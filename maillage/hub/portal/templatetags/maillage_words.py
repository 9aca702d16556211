"""How a page writes a number, a duration, a moment; a masked cell has its own partial."""

import re
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, cast

from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.timezone import localtime
from django.utils.translation import get_language

from maillage.analysis.base import Column
from maillage.analysis.charting import drawn
from maillage.base.clock import parse_instant
from maillage.base.french import format_figure, format_milliseconds, format_number
from maillage.base.i18n import in_language, say
from maillage.disclosure import Private
from maillage.hub.portal.words import word_status

register = template.Library()
# `E11 (CIM10) Diabète de type 2, et tout ce qui en dépend [concept 201826]`, whose spaces may be of any kind.
_NUMBERED = re.compile(r"^(\S+\s\([^)]+\)\s.*?)\s\[concept\s\d+\]$", re.DOTALL)
register.filter(say)


@register.simple_tag
def icon(name: str) -> str:
    """A picture that only repeats the words beside it."""
    sheet = static("maillage/icons.svg")
    picture = '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"/></svg>'
    return cast("str", format_html(picture, sheet, name))


@register.filter
def number(value: float) -> str:
    """Thousands set apart, as the page's language does; of a real number the digits that matter."""
    with in_language("fr" if _is_french() else "en"):
        return format_figure(value) if isinstance(value, float) else format_number(value)


@register.filter
def figure(cell: dict[str, Any]) -> str:
    """The number to read aloud, with ≈ unless exact; nothing for a masked one."""
    count = drawn(cell or None)
    return "" if count is None else f"{'' if 'count' in cell else '≈ '}{number(count)}"


@register.filter
def duration(milliseconds: float | None) -> str:
    """`87 ms`, `1,4 s`; a dash when there is none."""
    if milliseconds is None:
        return "–"
    text = format_milliseconds(milliseconds)
    return text if _is_french() else text.replace(",", ".")


@register.filter
def status_words(status: str) -> str:
    """Where a hospital stands with a question, in words."""
    return word_status(status)


@register.filter
def moment(text: str | None) -> datetime | None:
    """An instant of the wire as a local time, for Django's `date` filter."""
    return None if text is None else localtime(parse_instant(text))


@register.filter
def margin(cell: dict[str, Any]) -> int:
    """How far a private count may be from the exact one, in 95 cases of 100."""
    return Private(cell["private"], cell["standard_deviation"]).margin


@register.filter
def portion(cell: dict[str, Any] | None, most: int) -> int:
    """The length of a bar out of 100; at least 1 so that a small hospital has one."""
    count = drawn(cell)
    return max(1, round(100 * count / most)) if count and most else 0


@register.filter
def value_of(row: Mapping[str, Any], column: Column) -> Any:
    """What a row of a table holds under a column."""
    return row.get(column.key)


@register.filter
def without_numbers(text: str) -> str:
    """A line of a code list without OMOP's number of the concept, where it has the code that people know."""
    return _NUMBERED.sub(r"\1", text)


@register.filter
def difference(cells: Sequence[dict[str, Any] | None]) -> str:
    """The second less the first, where both are exact; noise has no difference to read."""
    before, now = cells
    if not before or not now or "count" not in before or "count" not in now:
        return "–"
    change = now["count"] - before["count"]
    return f"{'+' if change > 0 else '−' if change < 0 else ''}{number(abs(change))}"


@register.filter
def is_number(value: object) -> bool:
    """Whether it is a number, and not a text that is ready to be read."""
    return isinstance(value, int | float) and not isinstance(value, bool)


@register.filter
def is_cell(value: object) -> bool:
    """Whether a value of a table is a cell, not a text or a plain number."""
    return isinstance(value, Mapping)


def _is_french() -> bool:
    return (get_language() or "fr").startswith("fr")
