"""Several codes in one cell, or in several cells of one row: each becomes a row of its own."""

from collections.abc import Mapping, Sequence

from maillage.base.statements import load_statements
from maillage.warehouse.batches.tables.files import BLANKS, FileColumn
from maillage.warehouse.batches.tables.mapping import Cell, Code, Concat
from maillage.warehouse.sql import text

PART = "own._code"
"""SQL for the code that a row was made of."""


def split_columns(code: Code | None) -> Sequence[str]:
    """The columns whose cells are parted, by the names that the mapping gives them."""
    if code is None or code.split is None:
        return ()
    match code.code:
        case Cell():
            return [code.code.column]
        case Concat():
            return code.code.concat
        case _:
            return ()


def split_rows(table: str, code: Code, columns: Mapping[str, FileColumn]) -> str:
    """SQL for the rows of a source, one for each code: `_code`, and `_place` among those of its row.

    A column that is parted alone holds the part: conditions, keys and values then see one code. A row
    without any code stays one row, whose code is null: it is left out.
    """
    separators = code.split or ""
    stored = [columns[name.lower()].stored for name in split_columns(code)]
    cells = ", ".join(f"CAST({name} AS VARCHAR)" for name in stored)
    names = {
        "table": table,
        "replaced": f"REPLACE (_code AS {stored[0]})" if isinstance(code.code, Cell) else "",
        "first": text(separators[0]),
        "separators": text(separators),
        "same": text(separators[0] * len(separators)),
        "cells": cells,
        "blanks": text(BLANKS),
    }
    statements = load_statements("maillage.warehouse.batches.tables", "sql/blocks.sql")
    return f"({statements['split_codes'].format(**names).rstrip().rstrip(';')})"
