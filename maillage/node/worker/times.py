"""When an answer may leave, and which times it may tell: marks on a scale, not the moment itself.

How long a computation took depends on the patients. What leaves at a mark, and tells that mark alone, says
only between which two it lay. The marks are the preferred numbers R10 (ISO 3): each is a quarter more than
the one before, so that waiting for the next costs an eighth of the work in the mean.
"""

import time

_DECADE = (10.0, 12.5, 16.0, 20.0, 25.0, 31.5, 40.0, 50.0, 63.0, 80.0)


def next_mark(milliseconds: float) -> float:
    """The first mark that is not before this time: 10 ms, 12.5 ms, …, without end."""
    scale = 1.0
    while milliseconds > 10 * scale * _DECADE[0]:
        scale *= 10
    return next(scale * mark for mark in (*_DECADE, 100.0) if milliseconds <= scale * mark)


GATE_MS = 15.0
"""What the gate may take, its write to the disk included, without a sign of it outside; it needs about 8."""


def wait_for_mark(started: float, *, gate_ms: float = 0.0, gates: int = 1) -> float:
    """Sleep until the next mark after `started`, an instant of `time.monotonic`; which one it was, in ms.

    The gate's own time decides nothing, for what it does differs by what it tells: in its place stands what
    it may take, unless it took longer. `gates` is through how many an answer went, one after the other.
    """
    mark = next_mark((time.monotonic() - started) * 1000 + max(0.0, gates * GATE_MS - gate_ms))
    time.sleep(max(0.0, started + mark / 1000 - time.monotonic()))
    return mark
