"""Charts as SVG text: no script; colours go by class, so that the page decides: light, dark or printed."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from html import escape

WIDTH = 360
ROW = 36
_TRACK = 20
_HEIGHT = 9
_STRIP = 13
_GAP = 2
_SHORTEST = 3


class Look(StrEnum):
    """How a quantity is drawn: as it is, hidden for being small, nearly whole, or without a place."""

    PLAIN = "plain"
    FEW = "few"
    NEARLY = "nearly"
    ABSENT = "absent"


@dataclass(frozen=True)
class Bar:
    """A labelled share, from 0 to 1, and its figure as people read it."""

    label: str
    figure: str
    share: float
    look: Look = Look.PLAIN
    code: str = ""


@dataclass(frozen=True)
class Cell:
    """One square of a strip: how dark, from 0 (nothing) to 1, and what it says when pointed at."""

    shade: float
    title: str
    look: Look = Look.PLAIN


@dataclass(frozen=True)
class Strip:
    """A row of squares under a label."""

    label: str
    cells: Sequence[Cell]
    code: str = ""


def draw_bars(bars: Sequence[Bar], *, title: str) -> str:
    """One bar under each label."""
    rows = [_bar(bar, top=ROW * rank) for rank, bar in enumerate(bars)]
    return _figure(rows, height=ROW * len(bars), title=title)


def draw_strips(strips: Sequence[Strip], *, ticks: Sequence[str], title: str) -> str:
    """Squares over a common axis, whose ticks are as many as the cells; an empty tick is not written."""
    rows = [_strip(strip, top=ROW * rank) for rank, strip in enumerate(strips)]
    bottom = ROW * len(strips) + 4
    return _figure([*rows, _axis(ticks, top=bottom)], height=bottom + 16, title=title)


def _figure(parts: Sequence[str], *, height: int, title: str) -> str:
    head = f'<svg viewBox="0 0 {WIDTH} {height}" role="img" aria-label="{escape(title)}">'
    return f"{head}{''.join(parts)}</svg>"


def _label(label: str, code: str, *, top: int) -> str:
    number = f'<tspan class="code">{escape(code)}</tspan> ' if code else ""
    return f'<text x="0" y="{top + 13}">{number}{escape(label)}</text>'


def _bar(bar: Bar, *, top: int) -> str:
    figure = f'<text class="figure {bar.look}" x="{WIDTH}" y="{top + 13}">{escape(bar.figure)}</text>'
    track = _rect(0, top + _TRACK, WIDTH, _HEIGHT, f"track {bar.look}")
    width = max(_SHORTEST, round(WIDTH * bar.share)) if bar.share else 0
    filled = _rect(0, top + _TRACK, width, _HEIGHT, f"bar {bar.look}") if width else ""
    return _label(bar.label, bar.code, top=top) + figure + track + filled


def _strip(strip: Strip, *, top: int) -> str:
    size = WIDTH / len(strip.cells)
    squares = [
        _square(cell, left=size * rank, top=top + _TRACK - 1, width=size - _GAP)
        for rank, cell in enumerate(strip.cells)
    ]
    return _label(strip.label, strip.code, top=top) + "".join(squares)


def _square(cell: Cell, *, left: float, top: int, width: float) -> str:
    # Never so pale that it looks empty.
    shade = (
        f' fill-opacity="{0.15 + 0.85 * cell.shade:.2f}"' if cell.shade and cell.look is Look.PLAIN else ""
    )
    kind = f"cell {cell.look}" if cell.shade else "track"
    said = f"<title>{escape(cell.title)}</title>"
    return (
        f'<rect class="{kind}" x="{left:.1f}" y="{top}" width="{width:.1f}" height="{_STRIP}" rx="2"{shade}>'
        f"{said}</rect>"
    )


def _axis(ticks: Sequence[str], *, top: int) -> str:
    size = WIDTH / len(ticks)
    ends = {0: ("start", 0.0), len(ticks) - 1: ("end", float(WIDTH))}
    return "".join(
        _tick(tick, *ends.get(rank, ("middle", size * (rank + 0.5))), top=top)
        for rank, tick in enumerate(ticks)
        if tick
    )


def _tick(tick: str, anchor: str, left: float, *, top: int) -> str:
    place = f'x="{left:.1f}" y="{top + 9}" text-anchor="{anchor}"'
    return f'<text class="tick" {place}>{escape(tick)}</text>'


def _rect(left: float, top: float, width: float, height: float, kind: str) -> str:
    return f'<rect class="{kind}" x="{left}" y="{top}" width="{width}" height="{height}" rx="{height / 2}"/>'
