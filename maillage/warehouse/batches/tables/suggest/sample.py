"""The first rows of a file that nothing is known of. Values serve to recognise shapes and are never shown."""

import csv
import gzip
import io
import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import duckdb

from maillage.base.i18n import _
from maillage.warehouse.batches.tables.files import check_header
from maillage.warehouse.batches.tables.mapping import Encoding
from maillage.warehouse.build.sources import is_csv, open_file
from maillage.warehouse.build.text_files import check_distinct
from maillage.warehouse.errors import SourceError

_BYTES = 1_000_000
_ROWS = 2000
_DELIMITERS = ";,\t|"


@dataclass(frozen=True)
class Sample:
    """A file, how it seems to be written, and some of its rows."""

    path: Path
    encoding: Encoding
    delimiter: str
    rows: Mapping[str, Sequence[str]]
    """By column, the cells of the same rows; an empty one is an empty text."""

    @cached_property
    def columns(self) -> Mapping[str, Sequence[str]]:
        """By column, the cells of the first rows that are not empty."""
        return {name: [cell for cell in cells[:_ROWS] if cell] for name, cells in self.rows.items()}

    def is_full(self, column: str) -> bool:
        """Whether no cell of a column is empty."""
        return all(self.rows[column])


def read_sample(path: Path) -> Sample:
    """Raises SourceError."""
    try:
        return _read_csv(path) if is_csv(path) else _read_parquet(path)
    except (OSError, EOFError, zlib.error, csv.Error, UnicodeError, duckdb.Error):
        raise SourceError(
            _("{file} n’est pas un fichier CSV ou Parquet lisible.").format(file=path.name),
            remedy=_("Donnez des fichiers CSV, avec une ligne d’en-tête, ou Parquet."),
        ) from None


def _read_csv(path: Path) -> Sample:
    opener = gzip.open if path.name.lower().endswith(".gz") else open
    with opener(path, "rb") as stream:
        data = stream.read(_BYTES)
    encoding, text = _decode(data)
    lines = text.splitlines(keepends=True)
    # A cut block ends within a line; a file without its last line break does not.
    whole = lines[:-1] if len(data) == _BYTES else lines
    header = lines[0] if lines else ""
    delimiter = max(_DELIMITERS, key=header.count)
    rows = csv.reader(io.StringIO("".join(whole)), delimiter=delimiter)
    header_row = next(rows, list[str]())
    names = [name.strip() for name in header_row]
    if not any(names) or "\0" in header:
        raise csv.Error
    check_header(names, file=path.name)
    check_distinct(names, origin=path.name)
    sampled = [row for row in rows if len(row) == len(names)]
    cells = {name: [row[index].strip() for row in sampled] for index, name in enumerate(names) if name}
    return Sample(path, encoding, delimiter, cells)


def _decode(data: bytes) -> tuple[Encoding, str]:
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return Encoding.UTF_16, data[: len(data) // 2 * 2].decode("utf-16", "replace")
    try:
        # The block may end within a character.
        return Encoding.UTF_8, data[: _end_of_line(data)].decode("utf-8-sig")
    except UnicodeDecodeError:
        return Encoding.WINDOWS_1252, data.decode("windows-1252", "replace")


def _end_of_line(data: bytes) -> int:
    return len(data) if len(data) < _BYTES else data.rfind(b"\n") + 1


def _read_parquet(path: Path) -> Sample:
    with duckdb.connect() as connection:
        rows = open_file(connection, path).limit(_ROWS * 10)
        check_distinct(rows.columns, origin=path.name)
        found = rows.project("CAST(COLUMNS(*) AS VARCHAR)").fetchall()
        cells = {name: [row[index] or "" for row in found] for index, name in enumerate(rows.columns)}
    return Sample(path, Encoding.UTF_8, "", cells)
