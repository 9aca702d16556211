"""A number that takes a scan of a table, kept for a while: the longer the scan, the longer."""

import time
from collections.abc import Callable
from typing import Generic, TypeVar

Found = TypeVar("Found")

SLOW_SECONDS = 0.05
TIMES_KEPT = 20
"""A scan that took more is taken anew after so many times as long: a twentieth of the time at most."""


class Tally(Generic[Found]):
    """What was counted last, and until when it serves; what is counted quickly is counted each time."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._kept: tuple[float, Found] | None = None

    def read(self, count: Callable[[], Found]) -> Found:
        """What `count` finds, or found a little while ago."""
        started = self._monotonic()
        if self._kept is not None and started < self._kept[0]:
            return self._kept[1]
        found = count()
        ended = self._monotonic()
        took = ended - started
        self._kept = (ended + TIMES_KEPT * took, found) if took > SLOW_SECONDS else None
        return found
