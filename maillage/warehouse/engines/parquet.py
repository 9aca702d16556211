"""Parquet files, complete or not at all; from rows too, for engines that write none on this machine."""

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path

import duckdb

from maillage.base.i18n import _
from maillage.warehouse.engines.base import Row
from maillage.warehouse.errors import EngineError
from maillage.warehouse.sql import quote, text


def write_rows(columns: Mapping[str, str], batches: Iterable[Sequence[Row]], *, to: Path) -> None:
    """Write rows, batch after batch. `columns` gives the DuckDB type of each name, in their order."""
    with duckdb.connect() as connection:
        defined = ", ".join(f"{quote(name)} {kind}" for name, kind in columns.items())
        connection.execute(f"CREATE TABLE answer ({defined})")
        # One list per column: inserting row by row takes a hundred times longer.
        unnested = ", ".join(f"unnest(?::{kind}[])" for kind in columns.values())
        for batch in batches:
            if batch:
                values = [list(column) for column in zip(*batch, strict=True)]
                connection.execute(f"INSERT INTO answer SELECT {unnested}", values)
        connection.execute(f"COPY answer TO {text(str(to))} (FORMAT parquet)")


def deliver(part: Path, path: Path) -> None:
    """Move an answer into place in one step, across file systems too."""
    beside = path.with_name(f".{path.name}.part")
    try:
        shutil.copyfile(part, beside)
        beside.replace(path)
    except OSError as error:
        beside.unlink(missing_ok=True)
        raise EngineError(
            _("{path} n’a pas pu être écrit.").format(path=path), why=error.strerror or ""
        ) from error
    finally:
        part.unlink(missing_ok=True)
