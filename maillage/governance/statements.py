"""Hand-written SQL: read from named files, run with named parameters.

Used where the database must do what an ORM cannot say (triggers), and on the path of every question, where
building a query with the ORM costs ten times its execution.
"""

from collections.abc import Mapping
from datetime import datetime
from functools import cache
from importlib.resources import files
from typing import Any

from django.db import connection


@cache
def load_statements(package: str, file: str) -> Mapping[str, str]:
    """The statements of a `.sql` file of that package, by the name on their `-- name:` line."""
    text = files(package).joinpath(file).read_text(encoding="utf-8")
    parts = (part.split("\n", 1) for part in text.split("-- name: ")[1:])
    return {name.strip(): statement.strip().rstrip(";") for name, statement in parts}


def execute(statement: str, **parameters: Any) -> list[tuple[Any, ...]]:
    """Run a statement and give back its rows; instants are written as the ORM writes them."""
    adapted = {
        name: connection.ops.adapt_datetimefield_value(value) if isinstance(value, datetime) else value
        for name, value in parameters.items()
    }
    with connection.cursor() as cursor:
        cursor.execute(statement, adapted)
        return cursor.fetchall() if cursor.description else []
