"""A specification as SVG, in the form of each room. Each is drawn once and kept by its content's hash."""

import json
import re
from functools import lru_cache
from html import escape

from maillage.analysis.base import ChartSpec
from maillage.analysis.charting import HATCHING
from maillage.analysis.rendering.engine import to_svg
from maillage.analysis.rendering.theme import PRINTED
from maillage.analysis.rendering.whole import Form, fit
from maillage.base.canon import canonical_bytes, sha256_hex
from maillage.base.french import NARROW_NO_BREAK_SPACE
from maillage.base.i18n import current_language

Drawing = str
"""An `<svg>` element to stand in a page, or to be a file of its own."""

_KEPT = 512


def draw(chart: ChartSpec, *, form: Form) -> Drawing:
    """The drawing, with its title and description for who does not see it; empty where there is none.

    Raises ValueError for a specification that cannot be drawn, ImportError where vl-convert is not installed.
    """
    if chart.spec is None:
        return ""
    text = canonical_bytes(fit(chart.spec, form=form)).decode()
    return _draw(text, form=form, title=chart.title, note=chart.note, language=current_language())


@lru_cache(maxsize=_KEPT)
def _draw(text: str, *, form: Form, title: str, note: str, language: str) -> Drawing:
    mark = sha256_hex(f"{form} {title} {text}".encode())[-10:]
    svg = to_svg(json.loads(text), language=language)
    svg = _name(_strip(svg), title=title, note=note, mark=mark, form=form)
    return _paint(svg) if form.is_painted else svg


def _strip(svg: str) -> str:
    """Without what a picture in a page does not need, half of the bytes; thousands apart as everywhere."""
    svg = re.sub(r' (?:xmlns:xlink|aria-[a-z]+|role|class|pointer-events|font-family)="[^"]*"', "", svg)
    svg = re.sub(
        r'<path d="M0,0h0v0h0Z"/>|<path d="" display="none"/>| opacity="1"| transform="translate\(0,0\)"',
        "",
        svg,
    )
    svg = re.sub(r"(?<=\d)\u00a0(?=\d)", NARROW_NO_BREAK_SPACE, svg)
    return re.sub(r"(-?\d+\.\d{2})\d+", r"\1", svg)


def _name(svg: str, *, title: str, note: str, mark: str, form: Form) -> str:
    """Its title and description, the pattern of what is hidden, and names that no other drawing has."""
    head = f'<title id="titre-{mark}">{escape(title)}</title>'
    named = f'aria-labelledby="titre-{mark}"'
    if note:
        head += f'<desc id="note-{mark}">{escape(note)}</desc>'
        named += f' aria-describedby="note-{mark}"'
    if HATCHING in svg:
        head += _PATTERN.format(mark=mark)
    svg = svg.replace(HATCHING, f"url(#masque-{mark})")
    svg = re.sub(r'(id="|url\(#)(clip\d+)', rf"\1\2-{mark}", svg)
    # A page of ours has its own font; a file or a notebook would have the reader's serif.
    font = 'font-family="sans-serif" ' if form == Form.ALONE else ""
    opening = f'<svg class="chart chart-{form}" role="img" {font}{named} '
    return svg.replace("<svg ", opening, 1).replace(">", ">" + head, 1)


_PATTERN = (
    '<defs><pattern id="masque-{mark}" width="6" height="6" patternUnits="userSpaceOnUse" '
    'patternTransform="rotate(45)"><rect width="6" height="6" fill="var(--surface)"/>'
    '<rect width="1.5" height="6" fill="var(--line-strong)"/></pattern></defs>'
)


def _paint(svg: str) -> str:
    for name, value in PRINTED.items():
        svg = svg.replace(f"var({name})", value)
    return svg
