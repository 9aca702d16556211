"""The backend under the name that Django looks for."""

from select import POLLIN, poll
from typing import Any

from django.db.backends.postgresql.base import DatabaseWrapper as PostgreSQL


class DatabaseWrapper(PostgreSQL):
    """Asks the server whether it is there only when the connection has something to say.

    Django asks with a statement at the first use in each request. A server that ended a connection has said
    so, and what it said lies unread: looking for that costs no journey. A server that vanished without a
    word is not found by the statement either, before the network gives up.
    """

    def is_usable(self) -> bool:
        """Whether the next statement may be sent."""
        connection: Any = self.connection
        ear = poll()
        ear.register(connection.fileno(), POLLIN)
        return not ear.poll(0) or bool(super().is_usable())
