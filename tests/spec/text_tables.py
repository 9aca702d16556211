"""Tables written as aligned text: what a case is given, and what it must answer."""

from dataclasses import dataclass

from maillage.warehouse.schema import TABLES, CdmType
from tests.support.omop import Rows

REMARK = "remarque"
"""A column for the reader alone: nothing loads it."""

_CASTS = {CdmType.INTEGER: int, CdmType.FLOAT: float}


@dataclass(frozen=True)
class TextTable:
    """A table as it is written; an empty cell is an absent value."""

    columns: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    name: str = ""

    def column(self, name: str) -> list[str]:
        """The cells of one column."""
        rank = self.columns.index(name)
        return [row[rank] for row in self.rows]


def read_table(text: str, *, name: str = "") -> TextTable:
    """A header, then rows. Raises ValueError where bars are not aligned, or an explanation is empty."""
    lines = [line.strip() for line in text.strip().splitlines()]
    if len({_bars(line) for line in lines}) > 1:
        raise ValueError(f"the bars of this table are not aligned:\n{text}")
    header, *rows = (tuple(cell.strip() for cell in line.split("|")) for line in lines)
    if REMARK in header and not all(row[header.index(REMARK)] for row in rows):
        raise ValueError(f"an explanation is empty:\n{text}")
    return TextTable(header, tuple(rows), name)


def _bars(line: str) -> tuple[int, ...]:
    return tuple(rank for rank, letter in enumerate(line) if letter == "|")


def read_tables(text: str) -> tuple[TextTable, ...]:
    """Blocks set apart by an empty line, each the name of an OMOP table, then its rows."""
    blocks = [block.strip() for block in "\n".join(map(str.strip, text.splitlines())).split("\n\n")]
    return tuple(read_table(body, name=name) for name, _, body in (one.partition("\n") for one in blocks))


def to_rows(table: TextTable) -> Rows:
    """Rows with the types of the model. Rows are numbered from 1 where their own id is not written."""
    kinds = {column.name: column.type for column in TABLES[table.name].columns}
    found: list[dict[str, object]] = []
    for rank, cells in enumerate(table.rows, start=1):
        said = {
            name: _value(kinds[name], cell)
            for name, cell in zip(table.columns, cells, strict=True)
            if name != REMARK
        }
        own_id = f"{table.name}_id"
        found.append({own_id: rank, **said} if own_id in kinds else said)
    return found


def _value(kind: CdmType, cell: str) -> object:
    return _CASTS.get(kind, str)(cell) if cell else None
