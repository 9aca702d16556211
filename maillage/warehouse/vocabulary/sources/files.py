"""Reading a list's file: bounded, decompressed on the way, every error with its file and line."""

import csv
import gzip
import io
import json
import zlib
from collections.abc import Generator, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import IO, Any

from maillage.base.i18n import _
from maillage.warehouse.build.text_files import read_header
from maillage.warehouse.vocabulary.errors import ArchiveLimitError, VocabularySourceError

MAX_LIST_BYTES = 500_000_000
"""The largest list, decompressed; the whole LOINC table is about 60 MB."""

Line = tuple[int, Mapping[str, str]]


def read_lines(path: Path, *, required: Sequence[Sequence[str]]) -> Iterator[Line]:
    """The line number and the columns, by lower-case name, of each record of a CSV file.

    Each of `required` lists the names that one needed column may have. Raises VocabularySourceError.
    """
    names, delimiter = read_header(path)
    columns = [name.strip().lower() for name in names]
    _check_columns(path, columns, required)
    with _text(path) as stream:
        reader = csv.reader(stream, delimiter=delimiter, strict=True)
        try:
            next(reader)
            for record in filter(any, reader):
                if len(record) != len(columns):
                    raise _bad_width(path, reader.line_num, found=len(record), expected=len(columns))
                yield reader.line_num, dict(zip(columns, map(str.strip, record), strict=True))
        except csv.Error as error:
            raise _unreadable(path, reader.line_num) from error


def read_json(path: Path) -> Any:
    """A whole JSON file. Raises VocabularySourceError."""
    with _text(path) as stream:
        return json.load(stream)


def pick(record: Mapping[str, str], names: Sequence[str]) -> str:
    """The value of the first of these columns that the record has."""
    return next((record[name] for name in names if name in record), "")


def at_line(path: Path, line: int) -> str:
    """How a place is named to people."""
    return _("{file}, ligne {line}").format(file=path.name, line=line)


@contextmanager
def _text(path: Path) -> Generator[IO[str]]:
    opener = gzip.open if path.name.lower().endswith(".gz") else open
    try:
        with opener(path, "rb") as stream:
            bounded = io.BufferedReader(_Bounded(stream, path))
            with io.TextIOWrapper(bounded, encoding="utf-8-sig", newline="") as text:
                yield text
    except UnicodeDecodeError as error:
        raise VocabularySourceError(
            _("{file} n’est pas en UTF-8.").format(file=path.name),
            why=_("L’octet {position} n’en est pas.").format(position=error.start),
            remedy=_("Enregistrez ce fichier en UTF-8, puis recommencez."),
        ) from error
    except json.JSONDecodeError as error:
        raise _unreadable(path, error.lineno) from error
    except (OSError, EOFError, zlib.error, RecursionError) as error:
        raise _unreadable(path, None) from error


class _Bounded(io.RawIOBase):
    """Stops a small file that grows without end once it is decompressed."""

    def __init__(self, stream: Any, path: Path) -> None:
        self._stream = stream
        self._path = path
        self._left = MAX_LIST_BYTES

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        data = self._stream.read(len(buffer))
        self._left -= len(data)
        if self._left < 0:
            raise ArchiveLimitError(
                _("{file} dépasse {size} Mo une fois décompressé.").format(
                    file=self._path.name, size=MAX_LIST_BYTES // 1_000_000
                ),
                remedy=_("Vérifiez d’où vient ce fichier ; une liste de codes est bien plus petite."),
            )
        buffer[: len(data)] = data
        return len(data)


def _check_columns(path: Path, columns: Sequence[str], required: Sequence[Sequence[str]]) -> None:
    missing = [names[0] for names in required if not any(name in columns for name in names)]
    if missing:
        raise VocabularySourceError(
            _("{file} n’a pas la colonne {column}.").format(file=path.name, column=", ".join(missing)),
            why=_("Ses colonnes sont : {columns}.").format(columns=", ".join(columns)),
            remedy=_("Les formes lues sont décrites dans docs/vocabulary.md."),
        )


def _bad_width(path: Path, line: int, *, found: int, expected: int) -> VocabularySourceError:
    return VocabularySourceError(
        _("{place} : {found} colonnes au lieu de {expected}.").format(
            place=at_line(path, line), found=found, expected=expected
        ),
        remedy=_("Mettez entre guillemets un libellé qui contient le séparateur."),
    )


def _unreadable(path: Path, line: int | None) -> VocabularySourceError:
    return VocabularySourceError(
        _("{place} : illisible.").format(place=path.name if line is None else at_line(path, line)),
        why=_("Le fichier est tronqué, endommagé ou d’un autre format."),
        remedy=_("Reprenez-le là d’où il vient."),
    )
