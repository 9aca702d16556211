"""Transactions that write, one at a time inside this process."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from maillage.governance.statements import execute
from maillage.governance.transactions import atomic
from maillage.hub.boot import Hub


@contextmanager
def writing(hub: Hub, *, waits: bool = False) -> Generator[None]:
    """A transaction. On SQLite, threads queue for it on a lock.

    SQLite has one writer, and whoever finds it busy sleeps for up to 100 ms before looking again: with
    four hospitals answering at once, that waiting was most of a question's time.

    `waits`: it is on the disk with the next that is, not when it returns. For what a power cut may take back
    without harm, change and audit event together, such as a task that was lent: it is lent again.
    """
    if connection.vendor != "sqlite":
        with atomic():
            if waits:
                execute("SET LOCAL synchronous_commit TO OFF")
            yield
        return
    with hub.writer:
        with _unsynchronised(), atomic():
            yield
        number = hub.commits.note_end()
    if not waits:
        hub.commits.wait_for(number, log=Path(f"{connection.settings_dict['NAME']}-wal"))


@contextmanager
def _unsynchronised() -> Generator[None]:
    execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        execute("PRAGMA synchronous = FULL")
