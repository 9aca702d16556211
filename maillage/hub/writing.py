"""Transactions that write. On SQLite, one at a time inside this process."""

from collections.abc import Generator
from contextlib import contextmanager
from pathlib import Path

from django.db import connection

from maillage.governance.statements import execute
from maillage.governance.transactions import atomic
from maillage.hub.boot import Hub
from maillage.hub.durability import sync_file

# Its own commit waits for the log up to itself, and so for those before it. A transaction that writes nothing
# would not wait; this one writes a message that nobody reads.
WAIT_FOR_LOG = "SELECT pg_logical_emit_message(true, 'maillage', '')"


@contextmanager
def writing(hub: Hub, *, waits: bool = False) -> Generator[None]:
    """A transaction; when it returns it is on the disk, save with `waits`.

    `waits`: it is there with the next that does not wait. For what a power cut may take back without harm,
    change and audit event together, such as a task that was lent: it is lent again.
    """
    with _ending_at_once(hub):
        yield
    number = hub.commits.note_end()
    if not waits:
        with hub.turns.lend():
            hub.commits.wait_for(number, sync=_sync)


@contextmanager
def _ending_at_once(hub: Hub) -> Generator[None]:
    """A transaction that does not wait for the disk. On SQLite, threads queue for it on a lock.

    SQLite has one writer, and whoever finds it busy sleeps for up to 100 ms before looking again: with
    four hospitals answering at once, that waiting was most of a question's time.
    """
    if connection.vendor == "sqlite":
        with _alone(hub), _unsynchronised(), atomic():
            yield
        return
    with atomic():
        execute("SET LOCAL synchronous_commit TO OFF")
        yield


@contextmanager
def _alone(hub: Hub) -> Generator[None]:
    """The writer's lock; whoever has to wait for it lends their turn meanwhile."""
    if not hub.writer.acquire(blocking=False):
        with hub.turns.lend():
            hub.writer.acquire()
    try:
        yield
    finally:
        hub.writer.release()


@contextmanager
def _unsynchronised() -> Generator[None]:
    execute("PRAGMA synchronous = NORMAL")
    try:
        yield
    finally:
        execute("PRAGMA synchronous = FULL")


def _sync() -> None:
    if connection.vendor == "sqlite":
        sync_file(Path(f"{connection.settings_dict['NAME']}-wal"))
    else:
        execute(WAIT_FOR_LOG)
