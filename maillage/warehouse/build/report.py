"""What a load did, in counts: never a value, never an identifier of a person."""

from dataclasses import dataclass
from pathlib import Path

from maillage.warehouse.build.faults import NO_FAULTS, Faults


@dataclass(frozen=True)
class TableReport:
    """One OMOP table that was loaded, rows of persons who objected included; 0 rows where it was not."""

    name: str
    rows: int
    origins: tuple[str, ...] = ()
    """The files it came from; none where the table is left empty."""
    unknown_columns: tuple[str, ...] = ()
    """Columns of the source that the model does not have: they were not read."""
    absent_columns: tuple[str, ...] = ()
    """Optional columns of the model that the source does not have: they are null."""
    null_required: tuple[tuple[str, int], ...] = ()
    """Required columns that hold nulls, and how many: analyses will not see those rows as they should."""
    faults: Faults = NO_FAULTS
    """Rows that were left out, or that bear the key of another."""


@dataclass(frozen=True)
class LoadReport:
    """A whole load."""

    target: Path
    source_name: str
    tables: tuple[TableReport, ...]
    persons: int
    """Persons that queries see."""
    withheld: int
    """Persons who objected, absent from every query."""
    self_ancestors: int
    """Rows added to concept_ancestor so that every concept is its own descendant."""
    ignored_files: tuple[str, ...]
    seconds: float

    @property
    def concepts(self) -> int:
        """Rows of the vocabulary's table of concepts: without any, no code can be looked up."""
        return next((table.rows for table in self.tables if table.name == "concept"), 0)

    @property
    def rows(self) -> int:
        """Rows of all tables."""
        return sum(table.rows for table in self.tables)
