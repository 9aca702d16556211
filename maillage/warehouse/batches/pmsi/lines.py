"""PMSI files as numbered lines in a table: file, number, version, text.

Files are cut here rather than by the engine's CSV reader: every line keeps its number, whatever it holds, and
a file without an end of line is refused in bounded memory.
"""

from collections.abc import Generator, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from maillage.base.i18n import _
from maillage.base.statements import load_statements
from maillage.warehouse.errors import SourceError

CHUNK_BYTES = 16 << 20
_COMPRESSED = (b"PK\x03\x04", b"\x1f\x8b", b"7z\xbc\xaf")


@dataclass(frozen=True)
class FileLines:
    """One file: how many lines it has, blank ones left out."""

    name: str
    lines: int


def read_lines(
    connection: duckdb.DuckDBPyConnection, paths: Sequence[Path], *, table: str
) -> tuple[FileLines, ...]:
    """Make a table of the lines; files are numbered in their order, from 0. Raises SourceError."""
    statements = load_statements("maillage.warehouse.batches.pmsi", "sql/lines.sql")
    connection.execute(statements["create"].format(table=table))
    cut = statements["cut"].format(table=table)
    for index, path in enumerate(paths):
        for first, text in _chunks(path):
            connection.execute(cut, {"file": index, "first": first, "text": text})
    counts: dict[int, int] = dict(connection.execute(statements["count"].format(table=table)).fetchall())
    return tuple(FileLines(path.name, counts.get(index, 0)) for index, path in enumerate(paths))


def _chunks(path: Path) -> Generator[tuple[int, str]]:
    """Whole lines with the number of the first."""
    number, rest = 1, b""
    try:
        with path.open("rb") as stream:
            while piece := stream.read(CHUNK_BYTES):
                _check_plain(path, piece, first=number == 1)
                whole, end, rest = (rest + piece).rpartition(b"\n")
                if not end and len(rest) > CHUNK_BYTES:
                    raise _no_lines(path)
                yield number, _decode(whole)
                number += whole.count(b"\n") + bool(end)
    except OSError as error:
        raise SourceError(
            _("{file} n’est pas lisible.").format(file=path.name),
            why=error.strerror or "",
            remedy=_("Vérifiez le chemin du fichier et vos droits."),
        ) from error
    yield number, _decode(rest)


def _check_plain(path: Path, piece: bytes, *, first: bool) -> None:
    if first and piece.startswith(_COMPRESSED):
        raise SourceError(
            _("{file} est une archive.").format(file=path.name),
            remedy=_("Décompressez-la, puis donnez les fichiers qu’elle contient."),
        )
    if b"\0" in piece:
        raise _no_lines(path)


def _no_lines(path: Path) -> SourceError:
    return SourceError(
        _("{file} n’est pas un fichier PMSI.").format(file=path.name),
        why=_("Ce n’est pas un texte fait de lignes en ASCII, Latin-1 ou UTF-8."),
        remedy=_("Donnez des fichiers de RUM, de RSS groupés ou de RSA au format de l’ATIH."),
    )


def _decode(piece: bytes) -> str:
    # Latin-1 takes every byte: a line that it makes wrong is told by its length or by its fields.
    try:
        return piece.decode("utf-8-sig")
    except UnicodeDecodeError:
        return piece.decode("latin-1")
