"""CSV files: their header, their rows as texts, and the line at which a row stands."""

import csv
import glob
import gzip
import sys
import zlib
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from io import BufferedReader, TextIOWrapper
from pathlib import Path
from typing import cast

import duckdb

from maillage.base.i18n import _
from maillage.warehouse.errors import SourceError

_DELIMITERS = ",\t;"
_LONGEST_HEADER = 1_000_000
_BLOCK = 1 << 20


@dataclass(frozen=True)
class CsvShape:
    """How a CSV file is cut: its columns, what stands between them and around them (nothing: empty)."""

    names: tuple[str, ...]
    delimiter: str
    quote: str


def open_binary(path: Path) -> BufferedReader:
    """The bytes of a file, unpacked when it is an archive of gzip."""
    packed = path.name.lower().endswith(".gz")
    return cast("BufferedReader", gzip.open(path, "rb")) if packed else path.open("rb")


def read_csv(
    connection: duckdb.DuckDBPyConnection, path: Path, shape: CsvShape, *, keep_rejects: bool = False
) -> duckdb.DuckDBPyRelation:
    """The rows of a file in UTF-8, every column a text.

    With `keep_rejects`, lines that cannot be read are passed over and listed in the table reject_errors.
    """
    return connection.read_csv(
        glob.escape(str(path)),
        auto_detect=False,
        header=True,
        sep=shape.delimiter,
        quotechar=shape.quote,
        escapechar=shape.quote,
        columns=dict.fromkeys(shape.names, "VARCHAR"),
        store_rejects=keep_rejects,
    )


def read_header(path: Path, *, delimiter: str | None = None) -> tuple[tuple[str, ...], str]:
    """The column names of a CSV file and its delimiter: whichever of `,` tab `;` makes the most columns.

    A delimiter that is known is not looked for. Raises SourceError.
    """
    try:
        with open_binary(path) as stream:
            line = stream.readline(_LONGEST_HEADER).decode("utf-8-sig").rstrip("\r\n")
    except (OSError, EOFError, zlib.error, UnicodeDecodeError) as error:
        raise _no_header(path) from error
    delimiter = delimiter or max(_DELIMITERS, key=line.count)
    try:
        names = [name.strip() for row in csv.reader([line], delimiter=delimiter) for name in row]
    except csv.Error as error:
        raise _no_header(path) from error
    if not any(names) or "\0" in line:
        raise _no_header(path)
    check_distinct(names, origin=path.name)
    # The unnamed first column that some tools write is numbered, to be told as unknown.
    return tuple(name or f"_{index}" for index, name in enumerate(names)), delimiter


def check_distinct(names: Iterable[str], *, origin: str) -> None:
    """Raise SourceError when two columns have one name; their case does not tell them apart."""
    counts = Counter(name.strip().lower() for name in names if name)
    twice = [name for name, count in counts.items() if count > 1]
    if twice:
        raise SourceError(
            _("{file} a deux colonnes {column}.").format(file=origin, column=", ".join(twice)),
            remedy=_("N’en gardez qu’une ; la casse des noms ne compte pas."),
        )


def _no_header(path: Path) -> SourceError:
    return SourceError(
        _("{file} n’a pas d’en-tête lisible.").format(file=path.name),
        why=_("La première ligne doit nommer les colonnes, en UTF-8."),
        remedy=_("Refaites l’extraction de cette table avec une ligne d’en-tête."),
    )


def lines_of(
    path: Path,
    records: Collection[int],
    *,
    shape: CsvShape,
    encoding: str = "utf-8-sig",
    skipped: Collection[int] = (),
) -> Mapping[int, int]:
    """The line on which each record starts, both counted from 1; the header is line 1 and no record.

    Texts may span lines, and blank lines are no records. `skipped` are rows that are no records either,
    counted with the header and the blank lines. Only asked once something is wrong: the file is read again.
    """
    found: dict[int, int] = {}
    passed = set(skipped)
    former = csv.field_size_limit(sys.maxsize)
    try:
        with open_binary(path) as raw, TextIOWrapper(raw, encoding, "replace", newline="") as text:
            reader = _reader(text, shape)
            record, start = -1, 1
            for rank, row in enumerate(reader, start=1):
                if (row or len(shape.names) == 1) and rank not in passed:
                    record += 1
                    if record in records:
                        found[record] = start
                    if len(found) == len(records):
                        break
                start = reader.line_num + 1
    finally:
        csv.field_size_limit(former)
    return found


def _reader(text: TextIOWrapper, shape: CsvShape):
    if shape.quote:
        return csv.reader(text, delimiter=shape.delimiter, quotechar=shape.quote)
    return csv.reader(text, delimiter=shape.delimiter, quoting=csv.QUOTE_NONE)


def lines_at(path: Path, positions: Sequence[int]) -> list[int]:
    """The lines of byte positions, which rise and count from 1; after blank lines, the next that is none."""
    lines: list[int] = []
    line, at, block = 1, 0, b""
    with open_binary(path) as stream:
        for position in positions:
            while at < position and (block := stream.read(min(_BLOCK, position - at))):
                line += block.count(b"\n")
                at += len(block)
            while block[-1:] in (b"\n", b"\r") and (block := stream.read(1)):
                line += block == b"\n"
                at += 1
            lines.append(line)
    return lines
