"""Waitress's threads, of which whoever worked last works next.

Its own dispatcher hands each request to the thread that has rested longest: with forty of them, none finds
in the processor's caches what it needs, nor its database connection's statements prepared.
"""

import threading
from typing import Any

from waitress.task import ThreadedTaskDispatcher


class Stack:
    """Stands for a `threading.Condition` of which the last to wait is the first to be woken."""

    def __init__(self, lock: threading.Lock) -> None:
        self._lock = lock
        self._waiting: list[threading.Lock] = []

    def wait(self) -> None:
        """Sleep until woken, with the lock given back meanwhile. The caller holds it."""
        bell = threading.Lock()
        bell.acquire()
        self._waiting.append(bell)
        self._lock.release()
        try:
            bell.acquire()
        finally:
            self._lock.acquire()

    def notify(self) -> None:
        """Wake the last. The caller holds the lock."""
        if self._waiting:
            self._waiting.pop().release()

    def notify_all(self) -> None:
        """Wake them all. The caller holds the lock."""
        while self._waiting:
            self.notify()


def start_threads(count: int) -> ThreadedTaskDispatcher:
    """So many threads, that wait for requests."""
    dispatcher: Any = ThreadedTaskDispatcher()
    dispatcher.queue_cv = Stack(dispatcher.lock)
    dispatcher.set_thread_count(count)
    return dispatcher
