"""Objections of persons, recorded in a warehouse file: counted, never listed.

The file is copied, changed and put in place of the former one, so a node that has it open goes on; it
sees the change once it opens the file again.
"""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import duckdb
import numpy as np

from maillage.warehouse.build.assemble import record_objections
from maillage.warehouse.build.copies import create_copies
from maillage.warehouse.build.finish import count_rows
from maillage.warehouse.build.person_ids import read_person_ids
from maillage.warehouse.build.withhold import withhold_linked, withhold_persons
from maillage.warehouse.build.writer import replacing
from maillage.warehouse.file import list_objections, open_file
from maillage.warehouse.layout import OBJECTION_TABLE, THIN_COPIES, WITHHELD_SCHEMA


@dataclass(frozen=True)
class ObjectionReport:
    """Counts of persons. `unchanged`: listed, but it was so already; `total`: objections now known."""

    changed: int
    unchanged: int
    total: int
    withheld: int
    """Persons of this warehouse whom no query sees now; an objection may concern someone not in it yet."""


def add_objections(warehouse: Path, *, persons: Path) -> ObjectionReport:
    """Record the objections of the persons listed in a file with a column person_id.

    Raises SourceError, WarehouseError.
    """
    return _change(warehouse, listed=read_person_ids(persons), change=np.union1d)


def withdraw_objections(warehouse: Path, *, persons: Path) -> ObjectionReport:
    """Forget the objections of the persons listed in a file: queries see them again."""
    return _change(warehouse, listed=read_person_ids(persons), change=np.setdiff1d)


def _change(
    warehouse: Path, *, listed: np.ndarray, change: Callable[[np.ndarray, np.ndarray], np.ndarray]
) -> ObjectionReport:
    open_file(warehouse).close()
    with replacing(warehouse, from_former=True) as connection:
        before = list_objections(connection)
        after = change(before, listed)
        _rewrite(connection, after)
        withheld = count_rows(connection, f"{WITHHELD_SCHEMA}.person")
    changed = abs(after.size - before.size)
    return ObjectionReport(
        changed=changed, unchanged=listed.size - changed, total=after.size, withheld=withheld
    )


def _rewrite(connection: duckdb.DuckDBPyConnection, objections: np.ndarray) -> None:
    connection.execute("BEGIN")
    connection.execute(f"TRUNCATE {OBJECTION_TABLE}")
    record_objections(connection, objections)
    withhold_persons(connection)
    withhold_linked(connection)
    # Made again rather than edited: rows deleted here and there slow a sorted copy by up to a third.
    for table in THIN_COPIES:
        create_copies(connection, table)
    connection.execute("COMMIT")
