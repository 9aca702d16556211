"""How many requests of people are worked at once.

Python runs one thread at a time, and each of a page's statements hands the turn on: with twenty pages begun
together, all of them take twenty times as long, and so does a hospital's answer between them. A few at a time
end sooner, each and all. Hospitals' requests take no turn.
"""

import threading
from collections.abc import Generator
from contextlib import contextmanager

AT_ONCE = 2


class Turns:
    """Whoever works has one; whoever waits for something lends it meanwhile."""

    def __init__(self) -> None:
        self._free = threading.Semaphore(AT_ONCE)
        self._mine = threading.local()

    @contextmanager
    def take(self) -> Generator[None]:
        """Wait for a turn, and have it for the body of a `with`."""
        with self._free:
            self._mine.has = True
            try:
                yield
            finally:
                self._mine.has = False

    @contextmanager
    def lend(self) -> Generator[None]:
        """Let others work while this thread sleeps, where it has a turn."""
        if not getattr(self._mine, "has", False):
            yield
            return
        self._free.release()
        try:
            yield
        finally:
            self._free.acquire()
