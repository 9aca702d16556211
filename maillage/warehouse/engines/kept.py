"""Temporary tables that outlive the question that made them, for the next ones of the same session."""

from collections.abc import Hashable
from dataclasses import dataclass

MOST_ROWS_OF_A_TABLE = 100_000
MOST_ROWS = 2_000_000
"""In all, of about twenty bytes each."""


@dataclass(frozen=True)
class KeptTable:
    """The name of a temporary table, and how many rows it has."""

    name: str
    rows: int


class KeptTables:
    """By what they hold, the last used last. Only for a session over rows that nobody changes meanwhile.

    Nothing leaves by itself, for a question may still read it: `take_surplus` is called between two of them.
    """

    def __init__(self, *, most_rows: int = MOST_ROWS) -> None:
        self._most_rows = most_rows
        self._tables: dict[Hashable, KeptTable] = {}

    def find(self, key: Hashable) -> KeptTable | None:
        """The table that holds this; it is now the last used."""
        found = self._tables.pop(key, None)
        if found is not None:
            self._tables[key] = found
        return found

    def keep(self, key: Hashable, table: KeptTable) -> bool:
        """Whether it stays: a large one is found again as fast as it is read, a second one serves nobody."""
        if table.rows > MOST_ROWS_OF_A_TABLE or key in self._tables:
            return False
        self._tables[key] = table
        return True

    def take_surplus(self) -> list[str]:
        """The tables that are too many, the longest unused first: forgotten here, for the caller to drop."""
        surplus: list[str] = []
        rows = sum(table.rows for table in self._tables.values())
        while rows > self._most_rows:
            oldest = self._tables.pop(next(iter(self._tables)))
            rows -= oldest.rows
            surplus.append(oldest.name)
        return surplus
