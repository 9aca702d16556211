"""Telling how far a load is, within a table too: the engine is asked while it works."""

from collections.abc import Callable, Generator
from contextlib import contextmanager
from threading import Event, Thread

import duckdb

Progress = Callable[[str, int, int], None]
"""Told the table at hand, the work done and the work in all, in one unit; called from several threads."""

_PERIOD_S = 0.2


class Meter:
    """Adds up the work done. `total` is what all steps weigh together."""

    def __init__(
        self, connection: duckdb.DuckDBPyConnection, *, progress: Progress | None, total: int
    ) -> None:
        self._connection = connection
        self._progress = progress
        self._total = total
        self._done = 0
        if progress is not None:
            connection.execute("SET enable_progress_bar = true")
            connection.execute("SET enable_progress_bar_print = false")

    @contextmanager
    def step(self, name: str, weight: int) -> Generator[None]:
        """One piece of work, told at its start, five times a second while it runs, and at its end."""
        if self._progress is None:
            yield
            return
        ended = Event()
        watcher = Thread(target=self._watch, args=(self._progress, name, weight, ended), daemon=True)
        self._progress(name, self._done, self._total)
        watcher.start()
        try:
            yield
        finally:
            ended.set()
            watcher.join()
        self._done = min(self._done + weight, self._total)
        self._progress(name, self._done, self._total)

    def finish(self, name: str) -> None:
        """Tell that all the work is done, whatever its parts weighed."""
        if self._progress is not None:
            self._progress(name, self._total, self._total)

    def _watch(self, progress: Progress, name: str, weight: int, ended: Event) -> None:
        best = 0.0
        while not ended.wait(_PERIOD_S):
            # Each statement of a step starts again from nothing; the bar must not go back.
            best = max(best, self._connection.query_progress())
            progress(name, min(self._done + round(weight * best / 100), self._total), self._total)
