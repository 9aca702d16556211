"""Django's transaction, typed as the context manager that it is."""

from contextlib import AbstractContextManager
from typing import Any, cast

from django.db import transaction


def atomic() -> AbstractContextManager[None]:
    """All or nothing of what happens in the body of a `with`."""
    return cast("Any", transaction.atomic())
