"""What compiling gives: named queries in order, each with how it may be kept."""

from collections.abc import Hashable, Mapping
from dataclasses import dataclass, field
from enum import Enum, auto
from functools import cached_property

from sqlglot import exp


class Keep(Enum):
    """How the answer of a step may be kept while the others run."""

    INLINE = auto()  # anywhere: repeated where it is used, or kept
    ONCE = auto()  # asked once, for its row numbers must be the same everywhere
    TABLE = auto()  # a temporary table


@dataclass(frozen=True)
class Scan:
    """A step that reads the rows `t` of a table whose `column` is in one concept set: no other condition."""

    table: str
    column: str
    codeset_id: int


@dataclass(frozen=True)
class Step:
    """One named query; it may read the steps before it by their names.

    `about` is the node of the expression that it answers, None where it answers no single one. `coded` steps
    choose rows by their codes: no engine guesses how many, and a table tells it. Those that do nothing else,
    by one code, have a `scan`.
    """

    name: str
    query: exp.Query
    keep: Keep
    about: Hashable = None
    coded: bool = False
    scan: Scan | None = None

    @cached_property
    def reads(self) -> frozenset[str]:
        """The names of the tables and steps that the query reads."""
        return frozenset(table.name for table in self.query.find_all(exp.Table))


@dataclass(frozen=True)
class CodesetTable:
    """Where resolved concept sets lie: a table (codeset_id, concept_id) and the id of each set in it."""

    name: str
    ids: Mapping[int, int]


@dataclass(frozen=True)
class CohortPlan:
    """A compiled cohort.

    `rows` names the step (subject_id, cohort_start_date, cohort_end_date). `events` names the step of
    qualified events (person_id, event_id, start_date, inclusion_mask, …), None when it was not asked for; bit
    i of the mask is set where rule i holds, and there are `rules` of them. `empty` says that it is known to
    find nobody. `keys` says, by name, what the tables hold that another plan may want too.
    """

    steps: tuple[Step, ...]
    rows: str
    events: str | None
    rules: int
    empty: bool = False
    keys: Mapping[str, Hashable] = field(default_factory=dict[str, Hashable])
