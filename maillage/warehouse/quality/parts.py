"""Pieces of the page: a figure as people read it, a table, a chart beside its table."""

from collections.abc import Iterable, Sequence
from html import escape

from maillage.base.french import NO_BREAK_SPACE, format_number
from maillage.base.i18n import _, current_language, ngettext
from maillage.warehouse.quality.document import ALL_BUT_FEW, FEW, Covered, Figure, LinePart
from maillage.warehouse.quality.measure import FLOOR


def figure(value: Covered | None) -> str:
    """A number; a hidden one says between what it is, and neither it nor an unknown one is a zero."""
    if value is None:
        return _("inconnu")
    if value == FEW:
        return f"<{NO_BREAK_SPACE}{FLOOR}"
    if value == ALL_BUT_FEW:
        return _("tous, ou presque")
    return format_number(value)


def word_unknown(lines: Iterable[LinePart]) -> str:
    """What is said of the lines that could not be looked for; empty where there is none."""
    count = sum(line.rows is None for line in lines)
    if not count:
        return ""
    return ngettext(
        "Le vocabulaire n’a aucun des codes LOINC de {count} ligne : elle n’a pas pu être cherchée.",
        "Le vocabulaire n’a aucun des codes LOINC de {count} lignes : elles n’ont pas pu être cherchées.",
        count,
    ).format(count=count)


def percent(value: int) -> str:
    """`12 %`, in English `12%`."""
    return f"{value}{NO_BREAK_SPACE}%" if current_language() == "fr" else f"{value}%"


def add(values: Iterable[Figure]) -> int:
    """The sum of what is shown: at least so many."""
    return sum(value for value in values if isinstance(value, int))


def table(caption: str, head: Sequence[str], rows: Sequence[Sequence[str]], *, words: int = 1) -> str:
    """A table whose first columns are words, the very first naming the row; the others are figures."""
    named = "".join(
        f'<th scope="col"{_aligned(rank, words)}>{escape(one)}</th>' for rank, one in enumerate(head)
    )
    body = "".join(_row(row, words) for row in rows)
    whole = (
        f"<table><caption>{escape(caption)}</caption>"
        f"<thead><tr>{named}</tr></thead><tbody>{body}</tbody></table>"
    )
    # A region that scrolls must be reached by the keyboard.
    return f'<div class="scroll" tabindex="0" role="region" aria-label="{escape(caption)}">{whole}</div>\n'


def _aligned(rank: int, words: int) -> str:
    return "" if rank < words else ' class="n"'


def _row(row: Sequence[str], words: int) -> str:
    first, *others = row
    cells = "".join(
        f"<td{_aligned(rank, words)}>{escape(one)}</td>" for rank, one in enumerate(others, start=1)
    )
    return f'<tr><th scope="row">{escape(first)}</th>{cells}</tr>'


def pair(chart: str, twin: str, *, alarm: bool = False) -> str:
    """A chart, and beside it the table of the same figures."""
    kind = "pair alarm" if alarm else "pair"
    return f'<div class="{kind}"><figure>{chart}</figure><div>{twin}</div></div>\n'
