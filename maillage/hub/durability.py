"""Transactions that are on the disk together: one wait for all that ended before it began (group commit).

SQLite's `synchronous = FULL` waits inside each transaction, and whoever writes next waits for that wait too.
Here a transaction ends without it, the next one begins, and those that must outlive a power cut wait together
for the write-ahead log (group commit: DeWitt et al., SIGMOD 1984).
"""

import os
import threading
from pathlib import Path


class GroupCommit:
    """Of one write-ahead log, in one process."""

    def __init__(self) -> None:
        self._disk = threading.Lock()
        self._ended = 0
        self._durable = 0

    def note_end(self) -> int:
        """The number of the transaction that has just ended; called by one thread at a time."""
        self._ended += 1
        return self._ended

    def wait_for(self, number: int, *, log: Path) -> None:
        """Return when that transaction outlives a power cut. Raises OSError when the disk fails."""
        with self._disk:
            if self._durable < number:
                reached = self._ended
                _sync(log)
                self._durable = reached


def _sync(log: Path) -> None:
    # Closing the database's own file would drop SQLite's locks on it (POSIX); its log carries none.
    handle = os.open(log, os.O_RDWR)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
