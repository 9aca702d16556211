"""Transactions that are on the disk together: one wait for all that ended before it began (group commit).

A transaction that waits for the disk itself keeps its locks while it does: the writer's on SQLite, the audit
chain's on PostgreSQL. Here it ends without waiting, the next one begins, and those that must outlive a power
cut wait together for the write-ahead log (DeWitt et al., SIGMOD 1984).
"""

import os
import threading
from collections.abc import Callable
from pathlib import Path


class GroupCommit:
    """Of one write-ahead log, in one process."""

    def __init__(self) -> None:
        self._disk = threading.Lock()
        self._count = threading.Lock()
        self._ended = 0
        self._durable = 0

    def note_end(self) -> int:
        """The number of the transaction that has just ended."""
        with self._count:
            self._ended += 1
            return self._ended

    def wait_for(self, number: int, *, sync: Callable[[], object]) -> None:
        """Return when that transaction outlives a power cut; raises what `sync` raises.

        `sync` returns when all that the log held as it was called is on the disk.
        """
        with self._disk:
            if self._durable < number:
                reached = self._ended
                sync()
                self._durable = reached


def sync_file(log: Path) -> None:
    """Wait for SQLite's write-ahead log. Raises OSError."""
    # Closing the database's own file would drop SQLite's locks on it (POSIX); its log carries none.
    handle = os.open(log, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
