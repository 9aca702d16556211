"""How many requests of people are worked at once, and in which order.

Python runs one thread at a time, and each of a page's statements hands the turn on: with twenty pages begun
together, all of them take twenty times as long, and so does a hospital's answer between them. One at a time
they end sooner, each and all; but one that is long would keep everybody waiting, so it stops counting.
Hospitals' requests take no turn.
"""

import threading
import time
from collections.abc import Callable, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from enum import Enum, auto
from heapq import heappop, heappush
from itertools import count
from types import MappingProxyType

AT_ONCE = 1
LONG_SECONDS = 0.25
"""A request that has had its turn for so long no longer counts: the next one need not wait for it."""


class Rank(Enum):
    """What a request is to whoever waits for it."""

    BEGUN = auto()
    """Worked already, and waited for the disk or for a hospital: little is left of it."""
    ASKED = auto()
    """A page, or what somebody typed or pressed: they look at nothing else."""
    BY_ITSELF = auto()
    """What a page that can be read meanwhile asks for without anybody's gesture: counts that come in."""


PATIENCE: Mapping[Rank, float] = MappingProxyType({Rank.BEGUN: -10.0, Rank.ASKED: 0.0, Rank.BY_ITSELF: 3.0})
"""By how many seconds a request lets others pass, or passes them; whoever is due first is next."""


@dataclass(eq=False)
class Turn:
    """One request's, waited for and then had."""

    called: threading.Event = field(default_factory=threading.Event)
    since: float = 0.0


class Turns:
    """Whoever works has one; whoever waits for something lends it meanwhile."""

    def __init__(self, *, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._had: set[Turn] = set()
        self._waiting: list[tuple[float, int, Turn]] = []
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
            yield
        finally:
            self._release()

    @contextmanager
    def lend(self) -> Generator[bool]:
        """Let others work while this thread sleeps, where it has a turn; whether it has one."""
        if getattr(self._mine, "turn", None) is None:
            yield False
            return
        self._release()
        try:
            yield True
        finally:
            self._acquire(Rank.BEGUN)

    def _acquire(self, rank: Rank) -> None:
        turn = self._mine.turn = Turn()
        with self._lock:
            due = self._monotonic() + PATIENCE[rank]
            heappush(self._waiting, (due, next(self._numbers), turn))
            self._call()
        # Nobody else looks whether the one that is worked has become long.
        while not turn.called.wait(LONG_SECONDS):
            with self._lock:
                self._call()

    def _release(self) -> None:
        with self._lock:
            self._had.discard(self._mine.turn)
            self._mine.turn = None
            self._call()

    def _call(self) -> None:
        now = self._monotonic()
        while self._waiting and sum(now - turn.since < LONG_SECONDS for turn in self._had) < AT_ONCE:
            _due, _number, turn = heappop(self._waiting)
            turn.since = now
            self._had.add(turn)
            turn.called.set()
