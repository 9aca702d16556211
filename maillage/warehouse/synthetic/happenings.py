"""All that happens to some persons, before it takes the form of rows; and the identifiers of the rows."""

from collections.abc import Sequence
from dataclasses import dataclass, field, fields
from typing import TypeVar

import numpy as np

from maillage.warehouse.synthetic.draws import Ints
from maillage.warehouse.synthetic.facts import Facts
from maillage.warehouse.synthetic.measures import Measures
from maillage.warehouse.synthetic.people import People
from maillage.warehouse.synthetic.sites import Site
from maillage.warehouse.synthetic.visits import Visits

Record = TypeVar("Record", Facts, Measures, Visits)

KINDS = ("CS", "URG", "HC", "HDJ", "SEANCE")
"""French kinds of visits, by the number that stands for them here."""

_PERSONS_A_SITE = 100_000_000
_ROWS_A_SITE = 1_000_000_000_000


@dataclass
class Numbering:
    """The next identifier of each table; ids of two hospitals never meet."""

    site: Site
    used: dict[str, int] = field(default_factory=dict[str, int])

    def take(self, table: str, count: int) -> Ints:
        """That many new identifiers."""
        first = self.used.get(table, 0)
        self.used[table] = first + count
        return self.site.number * _ROWS_A_SITE + first + 1 + np.arange(count, dtype=np.int64)

    def peek(self, table: str) -> int:
        """The identifier that comes next."""
        return self.site.number * _ROWS_A_SITE + self.used.get(table, 0) + 1

    def person(self, index: Ints) -> Ints:
        """A person's identifier, which depends on the place in the hospital's list alone."""
        return self.site.number * _PERSONS_A_SITE + index + 1


@dataclass(frozen=True)
class Happenings:
    """All that happens to the persons of a part; `kind` and `service` have one entry a visit."""

    people: People
    visits: Visits
    kind: Ints
    service: Ints
    facts: Facts
    measures: Measures


def join(records: Sequence[Record]) -> Record:
    """One record that holds the entries of all."""
    kind = type(records[0])
    columns = {
        column.name: np.concatenate([getattr(record, column.name) for record in records])
        for column in fields(kind)
    }
    return kind(**columns)
