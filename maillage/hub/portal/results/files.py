"""A table as a file. A cell becomes three columns: its number, how it is to be read, how far off it may be.

A number that is hidden is an empty field whose reading says why; it is never a zero.
"""

import csv
import io
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import duckdb

from maillage.analysis.base import ChartTable
from maillage.disclosure.values import Band, Count, Noisy, Private, Suppressed, cell_from_json

Row = dict[str, Any]

_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def flatten(table: ChartTable) -> list[Row]:
    """Its rows with plain values, each with the same keys."""
    cells = {
        column.key for column in table.columns if any(_is_cell(row.get(column.key)) for row in table.rows)
    }
    return [
        {
            key: value
            for column in table.columns
            for key, value in _spread(column.key, row.get(column.key), is_cell=column.key in cells).items()
        }
        for row in table.rows
    ]


def _is_cell(value: object) -> bool:
    return isinstance(value, Mapping)


def _spread(key: str, value: Any, *, is_cell: bool) -> Row:
    """`persons`, `persons_reading` (`count`, `noisy`, `band`, `private`, a suppression), `persons_margin`."""
    if not is_cell:
        return {key: value}
    number, reading, margin = _read(value)
    return {key: number, f"{key}_reading": reading, f"{key}_margin": margin}


def _read(value: Any) -> tuple[int | None, str | None, int | None]:
    match None if value is None else cell_from_json(value):
        case None:
            return None, None, None
        case Count(number):
            return number, "count", 0
        case Noisy(number, deviation):
            return number, "noisy", deviation
        case Band(low, high):
            return (low + high) // 2, "band", -(-(high - low) // 2)
        case Private(number, _) as private:
            return number, "private", private.margin
        case Suppressed(reason):
            return None, reason.value, None


def to_csv(table: ChartTable) -> bytes:
    """For spreadsheets as French desktops open them: semicolons, UTF-8 with its mark; programs take Parquet.

    A text that a spreadsheet would run as a formula is quoted: titles and rules are written by anybody.
    """
    rows = flatten(table)
    text = io.StringIO(newline="")
    writer = csv.writer(text, delimiter=";")
    writer.writerow(_keys(table, rows=rows))
    writer.writerows([_defuse(value) for value in row.values()] for row in rows)
    return text.getvalue().encode("utf-8-sig")


def to_parquet(table: ChartTable) -> bytes:
    """The same columns, typed: whole numbers, real ones, texts."""
    rows = flatten(table)
    keys = _keys(table, rows=rows)
    with tempfile.TemporaryDirectory(prefix="maillage-") as folder, duckdb.connect() as connection:
        types = [_type_of([row[key] for row in rows]) for key in keys]
        columns = ", ".join(f'"{key}" {kind}' for key, kind in zip(keys, types, strict=True))
        connection.execute(f"CREATE TABLE result ({columns})")
        if rows:
            insert = f"INSERT INTO result VALUES ({', '.join('?' * len(keys))})"  # noqa: S608 - marks alone
            connection.executemany(insert, [[*row.values()] for row in rows])
        target = Path(folder) / "result.parquet"
        connection.execute(f"COPY result TO '{target}' (FORMAT parquet)")
        return target.read_bytes()


def _keys(table: ChartTable, *, rows: Sequence[Row]) -> list[str]:
    return list(rows[0]) if rows else [column.key for column in table.columns]


def _defuse(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value


def _type_of(values: Sequence[Any]) -> str:
    told = [value for value in values if value is not None]
    if told and all(isinstance(value, int) for value in told):
        return "BIGINT"
    if told and all(isinstance(value, int | float) for value in told):
        return "DOUBLE"
    return "VARCHAR"
