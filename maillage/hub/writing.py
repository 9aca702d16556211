"""Transactions that write, one at a time inside this process."""

from collections.abc import Generator
from contextlib import contextmanager

from django.db import connection

from maillage.governance.transactions import atomic
from maillage.hub.boot import Hub


@contextmanager
def writing(hub: Hub) -> Generator[None]:
    """A transaction. On SQLite, threads queue for it on a lock.

    SQLite has one writer, and whoever finds it busy sleeps for up to 100 ms before looking again: with
    four hospitals answering at once, that waiting was most of a question's time.
    """
    if connection.vendor != "sqlite":
        with atomic():
            yield
        return
    with hub.writer, atomic():
        yield
