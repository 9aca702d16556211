"""Django's transaction, typed as the context manager that it is."""

from collections.abc import Generator
from contextlib import AbstractContextManager, contextmanager
from typing import Any, cast

from django.db import connection, transaction


def atomic() -> AbstractContextManager[None]:
    """All or nothing of what happens in the body of a `with`."""
    return cast("Any", transaction.atomic())


@contextmanager
def one_moment() -> Generator[None]:
    """Several reads of one moment of the database; writers go on meanwhile on PostgreSQL, wait on SQLite."""
    with atomic():
        if connection.vendor == "postgresql":
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        yield
