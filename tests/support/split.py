"""Split an OMOP folder over hospitals by person, as a network of the same patients would hold it."""

from collections.abc import Sequence
from pathlib import Path

import duckdb


def split_by_person(source: Path, *, target: Path, parts: Sequence[str]) -> dict[str, Path]:
    """One OMOP folder per part: rows of persons go to one part each, other tables go to all."""
    folders = {part: target / part for part in parts}
    connection = duckdb.connect()
    for part, folder in folders.items():
        folder.mkdir(parents=True)
        for file in sorted(source.glob("*.parquet")):
            _write_part(connection, file, folder=folder, share=(parts.index(part), len(parts)))
    connection.close()
    return folders


def _write_part(
    connection: duckdb.DuckDBPyConnection, file: Path, *, folder: Path, share: tuple[int, int]
) -> None:
    columns = {row[0].lower() for row in connection.execute(f"DESCRIBE FROM '{file}'").fetchall()}
    if "person_id" not in columns:
        (folder / file.name).symlink_to(file)
        return
    rank, count = share
    # Person ids may be negative, and the remainder of a negative number is negative: hence abs.
    rows = f"FROM '{file}' WHERE abs(person_id) % {count} = {rank}"
    connection.execute(f"COPY ({rows}) TO '{folder / file.name}' (FORMAT parquet)")
