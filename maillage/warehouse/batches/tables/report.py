"""What became of every row of the sources: counts, files and lines, never a value."""

from dataclasses import dataclass

from maillage.warehouse.batches.load import BatchReport
from maillage.warehouse.batches.tables.values import Reason
from maillage.warehouse.batches.unmapped import Unmapped


@dataclass(frozen=True)
class Rejected:
    """Rows that were not loaded for one reason; `places` are the first of them, as file and line."""

    reason: Reason
    column: str
    rows: int
    places: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class Orphans:
    """Rows whose reference names no row of `table` in their batch."""

    column: str
    table: str
    rows: int
    places: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class BlockReport:
    """One table of the mapping. `rows` + `added` = `mapped` + `left_out` + `repeated` + the rejected ones."""

    table: str
    source: str
    line: int
    """The line of the mapping that says it."""
    rows: int
    added: int
    """Rows that cells of several codes make beyond those that were read."""
    mapped: int
    left_out: int
    """By the conditions of `where`."""
    repeated: int
    """The same values again under the same key."""
    repeated_places: tuple[tuple[str, int], ...]
    key: tuple[str, ...]
    """The columns of the source that the key is made of."""
    rejected: tuple[Rejected, ...]
    emptied: tuple[tuple[str, int], ...]
    """Columns whose unreadable cells were left empty, as the mapping asks, and how many."""
    orphans: tuple[Orphans, ...]

    @property
    def rejected_rows(self) -> int:
        """All reasons together."""
        return sum(one.rows for one in self.rejected)


@dataclass(frozen=True)
class TablesReport:
    """A whole load; `blocks` is empty when nothing had changed."""

    batch: BatchReport
    blocks: tuple[BlockReport, ...]
    unmapped: tuple[Unmapped, ...] | None
    """Null where the warehouse has no vocabulary."""
    strangers: tuple[tuple[str, int], ...]
    """By table, rows of persons that the warehouse does not have; empty where the batch brings persons."""
