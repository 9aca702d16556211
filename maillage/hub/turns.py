"""How many requests of people are worked at once, and in which order.

Python runs one thread at a time, and each of a page's statements hands the turn on: with twenty pages begun
together, all of them take twenty times as long, and so does a hospital's answer between them. A few at a time
end sooner, each and all. Hospitals' requests take no turn.
"""

import threading
from collections.abc import Generator
from contextlib import contextmanager
from enum import IntEnum
from heapq import heappop, heappush
from itertools import count

AT_ONCE = 2


class Rank(IntEnum):
    """Who is next, lowest first; of the same rank, who came first."""

    BEGUN = 0
    """Worked already, and waited for the disk or for a hospital: little is left of it."""
    ASKED = 1
    """A page, or what somebody typed or pressed: they look at nothing else."""
    BY_ITSELF = 2
    """What a page that can be read meanwhile asks for without anybody's gesture: counts that come in."""


class Turns:
    """Whoever works has one; whoever waits for something lends it meanwhile."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._free = AT_ONCE
        self._waiting: list[tuple[Rank, int, threading.Event]] = []
        self._numbers = count()
        self._mine = threading.local()

    @property
    def are_awaited(self) -> bool:
        """Whether somebody waits for one now."""
        return bool(self._waiting)

    @contextmanager
    def take(self, *, rank: Rank) -> Generator[None]:
        """Wait for a turn, and have it for the body of a `with`."""
        self._acquire(rank)
        try:
            self._mine.has = True
            yield
        finally:
            self._mine.has = False
            self._release()

    @contextmanager
    def lend(self) -> Generator[None]:
        """Let others work while this thread sleeps, where it has a turn."""
        if not getattr(self._mine, "has", False):
            yield
            return
        self._release()
        try:
            yield
        finally:
            self._acquire(Rank.BEGUN)

    def _acquire(self, rank: Rank) -> None:
        with self._lock:
            if self._free:
                self._free -= 1
                return
            called = threading.Event()
            heappush(self._waiting, (rank, next(self._numbers), called))
        called.wait()

    def _release(self) -> None:
        # Handed over, not put down: who comes by at this moment would pass those who wait.
        with self._lock:
            if self._waiting:
                heappop(self._waiting)[-1].set()
            else:
                self._free += 1
