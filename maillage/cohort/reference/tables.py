"""The rows of a warehouse, person by person."""

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Row = Mapping[str, Any]
"""A row by its OMOP column names: dates as `date`, numbers as numbers; a column that is absent is null."""

Tables = Mapping[str, Sequence[Row]]
"""Rows by OMOP table name; a table that is absent is empty."""

_OF_NOBODY = ("provider", "care_site")


@dataclass(frozen=True)
class Life:
    """One person: their rows in every table, the rows that are nobody's, the resolved concept sets."""

    person_id: int
    own: Tables
    of_nobody: Tables
    concept_sets: Mapping[int, frozenset[int]]

    def rows(self, table: str) -> Sequence[Row]:
        """The person's rows of a table."""
        return self.own.get(table, ())

    def find(self, table: str, column: str, value: object) -> Row | None:
        """The row whose id is this, among the person's or nobody's; None where the id is null or unknown."""
        rows = self.of_nobody.get(table, ()) if table in _OF_NOBODY else self.rows(table)
        return next((row for row in rows if value is not None and row.get(column) == value), None)


def lives(tables: Tables, *, concept_sets: Mapping[int, frozenset[int]]) -> Iterator[Life]:
    """Everyone who has a row anywhere, in the order of their ids."""
    own: defaultdict[int, defaultdict[str, list[Row]]] = defaultdict(lambda: defaultdict(list))
    for name, rows in tables.items():
        for row in rows:
            if (person_id := row.get("person_id")) is not None:
                own[person_id][name].append(row)
    of_nobody = {name: tables.get(name, ()) for name in _OF_NOBODY}
    for person_id in sorted(own):
        yield Life(person_id, own[person_id], of_nobody, concept_sets)
