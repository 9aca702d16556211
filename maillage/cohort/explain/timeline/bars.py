"""The shapes of a row. Each kind has a form of its own, since a print may have no colour."""

from maillage.cohort.explain.timeline.rows import Mark, Row

_INK = "#111"
_HATCH = "maillage-hatch"
_FILLS = {
    Mark.OBSERVED: 'fill="#d9d9d9" stroke="#111" stroke-width="0.8"',
    Mark.REQUIRED: 'fill="#3a3a3a"',
    Mark.FORBIDDEN: f'fill="url(#{_HATCH})" stroke="#111" stroke-width="1.4"',
    Mark.LIMITED: 'fill="#fff" stroke="#111" stroke-width="1.4" stroke-dasharray="5 3"',
    Mark.STAY: 'fill="#a8a8a8" stroke="#111" stroke-width="0.8"',
}


def pattern() -> str:
    """The hatching of what is forbidden."""
    return (
        f'<defs><pattern id="{_HATCH}" width="7" height="7" patternUnits="userSpaceOnUse" '
        f'patternTransform="rotate(45)"><rect width="7" height="7" fill="#fff"/>'
        f'<path d="M0 0V7" stroke="{_INK}" stroke-width="2"/></pattern></defs>\n'
    )


def bar(row: Row, start: float, end: float, y: float, height: float) -> str:
    """The stretch of a row; an end as far as one can see is an arrow."""
    middle = y + height / 2
    if row.mark is Mark.PERSON:
        return _diamond(start, middle)
    if row.mark is Mark.ENTRY:
        event = _rect(start, end, y + 3, height - 6, f'fill="{_INK}"') if end > start else ""
        return event + _diamond(start, middle)
    width = max(end - start, 5.0)
    left = start if end - start >= 5.0 else (start + end) / 2 - width / 2
    drawn = _rect(left, left + width, y, height, _FILLS[row.mark])
    if row.span.start is None:
        drawn += _arrow(left, middle, height, -1)
    if row.span.end is None:
        drawn += _arrow(left + width, middle, height, 1)
    elif row.mark is Mark.STAY:
        drawn += f'<path d="M{end:.1f} {y - 3:.1f}v{height + 6:.1f}" stroke="{_INK}" stroke-width="3"/>'
    return drawn


def symbol(mark: Mark, x: float, y: float) -> str:
    """A sign of 13 points beside the words: a tick, a cross, a balance of number, a diamond."""
    stroke = f'fill="none" stroke="{_INK}" stroke-width="2.4"'
    match mark:
        case Mark.REQUIRED:
            return f'<path d="M{x:.1f} {y + 7:.1f}l4 4.5 8-10" {stroke}/>'
        case Mark.FORBIDDEN:
            return f'<path d="M{x + 1:.1f} {y + 1.5:.1f}l10 10m0 -10l-10 10" {stroke}/>'
        case Mark.LIMITED:
            return f'<path d="M{x + 11:.1f} {y + 1:.1f}l-9 4 9 4m-9 3h9" {stroke}/>'
        case Mark.PERSON:
            return _diamond(x + 6, y + 7)
        case _:
            return ""


def _rect(start: float, end: float, y: float, height: float, style: str) -> str:
    return f'<rect x="{start:.1f}" y="{y:.1f}" width="{end - start:.1f}" height="{height:.1f}" {style}/>'


def _diamond(x: float, y: float) -> str:
    return f'<path d="M{x:.1f} {y - 6:.1f}l6 6-6 6-6-6z" fill="#fff" stroke="{_INK}" stroke-width="1.8"/>'


def _arrow(x: float, y: float, height: float, way: int) -> str:
    half = height / 2 + 2
    return f'<path d="M{x:.1f} {y - half:.1f}l{way * 10} {half:.1f}l{way * -10} {half:.1f}z" fill="{_INK}"/>'
