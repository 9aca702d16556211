"""Where a day lies across the drawing. Days near the entry are given more room: a logarithm each way."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import log1p

from maillage.cohort.explain.timeline.rows import Mark, Row, Span

LEFT, RIGHT = 420.0, 948.0
_EDGE = 48.0
_BEYOND = 1.0
_EVENT_WIDTH = 84.0


@dataclass(frozen=True)
class Scale:
    """The places of the entry event's two dates, and how many points a unit of the logarithm takes."""

    start: float
    end: float
    unit: float

    def place(self, day: int, *, from_end: bool = False) -> float:
        """Points from the left of the drawing."""
        base = self.end if from_end else self.start
        shift = self.unit * log1p(abs(day))
        return min(max(base + (shift if day > 0 else -shift), LEFT), RIGHT)

    def across(self, span: Span) -> tuple[float, float]:
        """Both ends of a stretch, an unbounded one at the edge of the drawing."""
        start = LEFT if span.start is None else self.place(span.start, from_end=span.start_from_end)
        end = RIGHT if span.end is None else self.place(span.end, from_end=span.end_from_end)
        return (start, end) if start <= end else (end, start)


def scale_for(rows: Sequence[Row]) -> Scale:
    """The scale on which every row fits."""
    spans = [row.span for row in rows]
    known = [day for span in spans for day in (span.start, span.end) if day is not None]
    before = log1p(max(0, *(-day for day in known), 0)) + _BEYOND * any(span.start is None for span in spans)
    after = log1p(max(0, *known, 0)) + _BEYOND * any(span.end is None for span in spans)
    # The event is drawn with a length only where something is counted from its end.
    length = _EVENT_WIDTH if any(_counts_from_end(row) for row in rows) else 0.0
    unit = (RIGHT - LEFT - 2 * _EDGE - length) / ((before + after) or 1.0)
    start = LEFT + _EDGE + unit * before
    return Scale(start, start + length, unit)


def _counts_from_end(row: Row) -> bool:
    return row.mark is not Mark.ENTRY and (row.span.start_from_end or row.span.end_from_end)
