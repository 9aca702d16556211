"""Hand-written SQL on Django's connection, with named parameters.

Used where the database must do what an ORM cannot say (triggers), and on the path of every question, where
building a query with the ORM costs ten times its execution.
"""

from datetime import UTC, datetime
from typing import Any

from django.db import connection


def execute(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """Run a statement and give back its rows; instants are written as the ORM writes them."""
    adapted = {
        name: connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
        for name, value in parameters.items()
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, adapted)
        return cursor.fetchall() if cursor.description else []


def to_instant(found: datetime) -> datetime:
    """An instant of a row. SQLite gives them back without their zone, which is UTC."""
    return found if found.tzinfo else found.replace(tzinfo=UTC)
