"""Waking the threads that wait for something, at once, inside one process.

Other processes of the same hub do not hear the bell: who waits also looks at the database now and then.
"""

import threading
from collections.abc import Generator
from contextlib import contextmanager


class Doorbell:
    """Named bells: those who listen to a name are woken when it rings; nothing is kept of the others."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._listeners: dict[str, set[threading.Event]] = {}
        self._closed = threading.Event()

    @contextmanager
    def listen(self, name: str) -> Generator[threading.Event]:
        """An event that rings for this name. Listen first, look for work next, then wait: no ring is lost."""
        bell = threading.Event()
        with self._lock:
            self._listeners.setdefault(name, set()).add(bell)
        try:
            yield bell
        finally:
            with self._lock:
                self._listeners[name].discard(bell)
                if not self._listeners[name]:
                    del self._listeners[name]

    def ring(self, *names: str) -> None:
        """Wake whoever listens to one of these names."""
        with self._lock:
            for name in names:
                for bell in self._listeners.get(name, ()):
                    bell.set()

    @property
    def is_closed(self) -> bool:
        """Whether the process is stopping: nobody should wait any longer."""
        return self._closed.is_set()

    def close(self) -> None:
        """Wake everybody for good."""
        self._closed.set()
        with self._lock:
            for bells in self._listeners.values():
                for bell in bells:
                    bell.set()
