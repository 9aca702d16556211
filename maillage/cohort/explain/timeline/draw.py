"""The drawing, row under row: each is as high as its words need, so that nothing overlaps."""

from html import escape
from textwrap import wrap

from maillage.base.i18n import _
from maillage.cohort.explain.grammar import clean
from maillage.cohort.explain.names import names_of
from maillage.cohort.explain.timeline.bars import bar, pattern, symbol
from maillage.cohort.explain.timeline.rows import Mark, Row, rows_of
from maillage.cohort.explain.timeline.scale import LEFT, RIGHT, Scale, scale_for
from maillage.cohort.expression import CohortExpression

WIDTH = 960
_LINE = 17.0
_SMALL_LINE = 14.0
_TOP = 84.0
_BAR = 14.0
# Widths of a sign, a little more than a sans serif takes on average: no font is measured here.
_SIGN, _BOLD_SIGN, _SMALL_SIGN = 6.9, 7.6, 6.1
_INDENT = 16.0
_TEXT_LEFT = 40.0


def draw_timeline(expression: CohortExpression) -> str:
    """An SVG document of 960 points' width, in the language in force, legible in shades of grey."""
    rows = rows_of(expression, names_of(expression))
    scale = scale_for(rows)
    title = clean(expression.title or "") or _("Cohorte sans titre")
    body, bottom = _rows(rows, scale)
    height = bottom + 52
    description = " ".join(f"{row.text} {row.delay}".strip() for row in rows)
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {WIDTH} {height:.0f}" width="{WIDTH}" '
        f'height="{height:.0f}" role="img" aria-label="{escape(title)}" '
        'font-family="ui-sans-serif, system-ui, sans-serif" font-size="13" fill="#111">\n'
        f"<title>{escape(title)}</title>\n<desc>{escape(description)}</desc>\n{pattern()}"
        f'<rect width="{WIDTH}" height="{height:.0f}" fill="#fff"/>\n'
        f"{_text(20, 30, title, size=17, weight=600)}"
        f"{_axis(scale, bottom)}{body}{_legend(bottom + 32)}</svg>\n"
    )


def _axis(scale: Scale, bottom: float) -> str:
    """The entry date, the end of the event where it counts, and what is before and after."""
    lines = [_dashed(scale.start, bottom)]
    label = _text(scale.start, 62, _("date d’entrée"), anchor="middle", weight=600)
    if scale.end > scale.start:
        lines.append(_dashed(scale.end, bottom))
        label = _text(scale.start, 62, _("entrée"), anchor="middle", weight=600)
        anchor = "start" if scale.end < RIGHT - 130 else "end"
        x = scale.end - 6 if anchor == "start" else RIGHT
        label += _text(x, 62, _("fin de l’événement"), anchor=anchor, size=12)
    sides = ""
    if scale.start > LEFT + 120:
        sides += _text(LEFT, 62, _("← avant"), size=12)
    if scale.end < RIGHT - (200 if scale.end > scale.start else 120):
        sides += _text(RIGHT, 62, _("après →"), size=12, anchor="end")
    return "".join(lines) + label + sides + "\n"


def _dashed(x: float, bottom: float) -> str:
    return f'<path d="M{x:.1f} 68V{bottom:.1f}" stroke="#111" stroke-dasharray="3 3"/>\n'


def _rows(rows: list[Row], scale: Scale) -> tuple[str, float]:
    y, parts = _TOP, list[str]()
    for row in rows:
        drawn, height = _row(row, scale, y)
        parts.append(f"<g>{drawn}</g>\n")
        y += height
    return "".join(parts), y


def _row(row: Row, scale: Scale, y: float) -> tuple[str, float]:
    """The row at height `y`, and the height that it takes."""
    if row.mark is Mark.HEADING:
        return _heading(row, y)
    left = _TEXT_LEFT + row.depth * _INDENT
    lines = wrap(row.text, int((LEFT - 24 - left) / _SIGN))
    words = "".join(_text(left, y + 14 + _LINE * rank, line) for rank, line in enumerate(lines))
    start, end = scale.across(row.span)
    delay = wrap(row.delay, int((RIGHT - LEFT) / _SMALL_SIGN))
    told = "".join(
        _delay(line, (start + end) / 2, y + 34 + _SMALL_LINE * rank) for rank, line in enumerate(delay)
    )
    shape = bar(row, start, end, y + 4, _BAR)
    mark = symbol(row.mark, left - 18, y + 4)
    return words + shape + told + mark, max(_LINE * len(lines), 22 + _SMALL_LINE * len(delay)) + 12


def _heading(row: Row, y: float) -> tuple[str, float]:
    left = 20 + row.depth * _INDENT
    lines = wrap(row.text, int((LEFT - 24 - left) / _BOLD_SIGN))
    words = (
        _text(left, y + 14 + _LINE * rank, line, weight=600 if row.depth == 0 else 400, italic=row.depth > 0)
        for rank, line in enumerate(lines)
    )
    rule = f'<path d="M20 {y - 4:.1f}H{RIGHT}" stroke="#bbb"/>' if row.depth == 0 else ""
    return rule + "".join(words), _LINE * len(lines) + 6


def _delay(text: str, middle: float, y: float) -> str:
    """Centred under its bar, and held inside the drawing."""
    half = len(text) * _SMALL_SIGN / 2
    x = min(max(middle, LEFT + half), RIGHT - half)
    return _text(x, y, text, anchor="middle", size=11.5, halo=True)


def _legend(y: float) -> str:
    entries = (
        (Mark.REQUIRED, _("il en faut")),
        (Mark.FORBIDDEN, _("il n’en faut pas")),
        (Mark.LIMITED, _("nombre limité")),
        (Mark.PERSON, _("la personne, à cette date")),
    )
    drawn = "".join(
        f"{symbol(mark, 20 + 190 * rank, y - 11)}{_text(40 + 190 * rank, y, words, size=12)}"
        for rank, (mark, words) in enumerate(entries)
    )
    return drawn + _text(RIGHT, y, _("délais resserrés"), size=12, anchor="end") + "\n"


def _text(
    x: float,
    y: float,
    text: str,
    *,
    anchor: str = "start",
    size: float = 13,
    weight: int = 400,
    italic: bool = False,
    halo: bool = False,
) -> str:
    optional = {
        ' text-anchor="middle"': anchor == "middle",
        ' text-anchor="end"': anchor == "end",
        f' font-size="{size:g}"': size != 13,
        f' font-weight="{weight}"': weight != 400,
        ' font-style="italic"': italic,
        ' stroke="#fff" stroke-width="4" paint-order="stroke"': halo,
    }
    given = "".join(attribute for attribute, wanted in optional.items() if wanted)
    return f'<text x="{x:.1f}" y="{y:.1f}"{given}>{escape(text)}</text>'
