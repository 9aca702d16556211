"""What every engine offers: run a sqlglot tree over the OMOP tables, objections already absent.

An engine resolves the unqualified OMOP table names itself, decides what is materialised, and may offer
thin copies: a table sorted by concept that holds the few columns that finding events needs; and day copies:
a table by person that tells the concepts of a whole day in a few numbers.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from maillage.warehouse.engines.kept import KeptTables

Row = tuple[Any, ...]

Persons = Iterable[tuple[int, str | None]]
"""Persons of a warehouse: the id, and the hospital's own text for them (`person_source_value`)."""

FindObjected = Callable[[Persons], Sequence[int]]
"""Of the persons of a warehouse, the ids of those whom no query may see, besides those of its own list.

An engine asks it once, as it opens; who keeps a register gives it (the node).
"""


@dataclass(frozen=True)
class ThinCopy:
    """A concept-sorted copy of one OMOP table.

    `columns` maps a column of the OMOP table to its name in the copy; a query that needs a column outside
    the map must read the OMOP table itself.
    """

    table: str
    columns: Mapping[str, str]


BITS_A_BAND = 63
"""Concepts that share a mask: as many as a signed number of 64 bits tells apart."""


@dataclass(frozen=True)
class DayCopy:
    """Who has which concepts of one OMOP table on which day: far fewer rows where a day has many facts.

    `table` holds (person_id, start_date, band, mask), `concepts` (concept_id, band, bit): on that day the
    person has the concepts of the band whose bits are 1 in the mask. A person, day and band may have several
    rows. Rows of the OMOP table without a person, a concept or a finite start are not in it.
    """

    table: str
    concepts: str


def split_columns(rows: Sequence[Row], *, width: int) -> tuple[NDArray[np.int64], ...]:
    """Rows of whole numbers as `width` columns, for engines that fetch rows."""
    table = np.array(rows, dtype=np.int64).reshape(len(rows), width)
    return tuple(np.ascontiguousarray(column) for column in table.T)


def split_numbers(rows: Sequence[Row], *, width: int) -> tuple[NDArray[np.float64], ...]:
    """The same of numbers with decimals."""
    table = np.array(rows, dtype=np.float64).reshape(len(rows), width)
    return tuple(np.ascontiguousarray(column) for column in table.T)


class Engine(Protocol):
    """One session over one warehouse; not shared between threads, save for `interrupt`.

    Those that `spread` gives may each work in a thread of its own.
    """

    @property
    def dialect(self) -> str:
        """The sqlglot dialect that this engine reads."""
        ...

    @property
    def thin_copies(self) -> Mapping[str, ThinCopy]:
        """By OMOP table name; empty when the engine keeps none."""
        ...

    @property
    def day_copies(self) -> Mapping[str, DayCopy]:
        """By OMOP table name; empty when the engine keeps none."""
        ...

    @property
    def kept(self) -> KeptTables | None:
        """The temporary tables that outlive a question; None where none does."""
        ...

    @property
    def vocabulary_version(self) -> str:
        """What the warehouse says of its vocabulary; empty when it says nothing."""
        ...

    def prefers_table(self, *, once: bool, coded: bool) -> bool:
        """Whether a part of a larger query is better kept as a table than repeated where it is read.

        `once` says that it must be asked once, for its row numbers must be the same everywhere; `coded` that
        it chooses rows by their codes, of which no engine guesses the number.
        """
        ...

    def fetch(self, query: exp.Query) -> list[Row]:
        """All rows of the answer; for small answers. Raises EngineError, QueryInterruptedError."""
        ...

    def fetch_integers(self, query: exp.Query) -> tuple[NDArray[np.int64], ...]:
        """The answer by column, whole numbers all and none of them null. Raises as `fetch` does."""
        ...

    def fetch_numbers(self, query: exp.Query) -> tuple[NDArray[np.float64], ...]:
        """The answer by column, numbers all and none of them null. Raises as `fetch` does."""
        ...

    def create_temp(self, name: str, query: exp.Query) -> int | None:
        """Keep the answer as a temporary table of this session, under an unqualified name.

        Gives the number of its rows, when the engine tells it for nothing.
        """
        ...

    def drop_temp(self, name: str) -> None:
        """Forget a temporary table; one that does not exist is no error."""
        ...

    def write_parquet(self, query: exp.Query, path: Path) -> None:
        """Write the answer to a Parquet file, complete or not at all."""
        ...

    def spread(self) -> Sequence["Engine"]:
        """Sessions that work at the same time and see each other's temporary tables; this one is the first.

        It is alone where an engine has no such thing. Interrupting and closing it does so to all.
        """
        ...

    def interrupt(self) -> None:
        """Stop the running query, from any thread; it then raises QueryInterruptedError."""
        ...

    def is_outdated(self) -> bool:
        """Whether what it reads was replaced since: objections may have come, so open it again."""
        ...

    def close(self) -> None:
        """Give back files and memory."""
        ...
