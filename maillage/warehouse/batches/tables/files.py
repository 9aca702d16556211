"""The files of a source, as rows in a scratch database: each row keeps its file and its number in it."""

import codecs
import gzip
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import duckdb

from maillage.base.i18n import _
from maillage.warehouse.batches.tables.mapping import Encoding, Source
from maillage.warehouse.batches.tables.read import MappingFile
from maillage.warehouse.build.casts import Kind, kind_of
from maillage.warehouse.build.sources import check_distinct, is_csv, open_file, read_header
from maillage.warehouse.errors import SourceError
from maillage.warehouse.sql import quote, text

_BLOCK = 1 << 20
_MAX_FILES = 1000
NAMED = 20
"""So many rows that were not loaded are named by file and line."""


@dataclass(frozen=True)
class FileColumn:
    """A column as the file names it, the family of its type, and its name in the scratch table."""

    name: str
    kind: Kind
    stored: str


@dataclass(frozen=True)
class Unreadable:
    """Lines of one file that are no rows: `records` count rows, `lines` are those of an editor."""

    file: str
    reason: str
    records: tuple[int, ...]
    lines: tuple[int, ...]


@dataclass(frozen=True)
class OpenSource:
    """A source whose rows are in the scratch table `table`."""

    name: str
    settings: Source
    table: str
    files: tuple[Path, ...]
    columns: Mapping[str, FileColumn]
    rows: int
    unreadable: tuple[Unreadable, ...]


def find_files(file: MappingFile, name: str, folder: Path) -> list[Path]:
    """The files of a source, by name. Raises MappingError when there is none."""
    pattern, place = file.mapping.sources[name].file, ("sources", name, "file")
    if "/" in pattern or "\\" in pattern:
        raise file.fault(place, _("Un nom de fichier n’a pas de dossier."))
    found = sorted(path for path in folder.iterdir() if fnmatchcase(path.name, pattern) and path.is_file())
    if not found or len(found) > _MAX_FILES:
        raise file.fault(
            place,
            _("{count} fichiers portent ce nom dans {folder}.").format(count=len(found), folder=folder.name),
            remedy=_("Donnez le dossier des fichiers (--from), ou corrigez le nom."),
        )
    return found


def read_columns(path: Path, source: Source, *, scratch: Path) -> dict[str, FileColumn]:
    """The columns of a file by lower-case name, from its first line. Raises SourceError."""
    with duckdb.connect() as connection:
        readable = _make_readable(path, source, scratch=scratch, whole=False)
        return _columns(_open(connection, readable, source, named=path), origin=path.name)


def load_source(
    connection: duckdb.DuckDBPyConnection, name: str, source: Source, paths: Sequence[Path], *, scratch: Path
) -> OpenSource:
    """Read every file of a source into the scratch database. Raises SourceError."""
    table = f"source_{quote(name)[1:-1]}"
    columns: Mapping[str, FileColumn] = {}
    unreadable: list[Unreadable] = []
    for index, path in enumerate(paths):
        readable = _make_readable(path, source, scratch=scratch, whole=True)
        try:
            rows = _open(connection, readable, source, named=path)
            found = _columns(rows, origin=path.name)
            columns = columns or found
            _check_same(columns, found, path)
            stored = _store(rows, found, columns, source, index=index)
            stored.create(quote(table)) if index == 0 else stored.insert_into(quote(table))
            unreadable += _take_rejects(connection, readable, path)
        except duckdb.OutOfMemoryException:
            raise
        except duckdb.Error:
            raise _broken(path) from None
        finally:
            if readable != path:
                readable.unlink(missing_ok=True)
    count = connection.table(quote(table)).aggregate("count(*)").fetchall()[0][0]
    return OpenSource(name, source, quote(table), tuple(paths), columns, count, tuple(unreadable))


def line_of(connection: duckdb.DuckDBPyConnection, source: OpenSource, *, file: int, record: int) -> int:
    """The line, in its file, of a row: texts may span lines, and lines that are no rows were passed over."""
    path = source.files[file]
    if not is_csv(path):
        return record
    before = connection.table(source.table).filter(f"_file = {file} AND _record < {record}")
    breaks = before.aggregate("coalesce(sum(_breaks), 0)").fetchall()[0][0]
    number = record + 1
    for skipped in sorted(one for bad in source.unreadable if bad.file == path.name for one in bad.records):
        number += skipped <= number
    return number + int(breaks)


def _open(
    connection: duckdb.DuckDBPyConnection, path: Path, source: Source, *, named: Path
) -> duckdb.DuckDBPyRelation:
    if not is_csv(path):
        try:
            return open_file(connection, path)
        except duckdb.Error:
            raise _broken(path) from None
    try:
        names, delimiter = read_header(path, delimiter=source.delimiter)
    except SourceError as error:
        raise SourceError(
            _("{file} n’a pas d’en-tête lisible en {encoding}.").format(
                file=named.name, encoding=source.encoding
            ),
            why=error.what if path == named else "",
            remedy=_("Vérifiez encoding et delimiter dans la correspondance."),
        ) from None
    check_header(names, file=named.name)
    quotation = "" if source.quote == "none" else source.quote
    return connection.read_csv(
        str(path),
        auto_detect=False,
        header=True,
        sep=delimiter,
        quotechar=quotation,
        escapechar=quotation,
        columns=dict.fromkeys(names, "VARCHAR"),
        store_rejects=True,
    )


def check_header(names: Iterable[str], *, file: str) -> None:
    """Raise SourceError when the first line holds values: they would be shown as names of columns."""
    if any(re.fullmatch(r"[-+0-9.,/: ]*[0-9][-+0-9.,/: ]*", name) for name in names):
        raise SourceError(
            _("{file} : la première ligne ne nomme pas les colonnes.").format(file=file),
            why=_("Un nombre ou une date n’est pas un nom de colonne."),
            remedy=_("Refaites l’extraction avec une ligne d’en-tête."),
        )


def _columns(rows: duckdb.DuckDBPyRelation, *, origin: str) -> dict[str, FileColumn]:
    check_distinct(rows.columns, origin=origin)
    typed = zip(rows.columns, rows.types, strict=True)
    return {
        name.strip().lower(): FileColumn(name, kind_of(str(type_)), f"c{index}")
        for index, (name, type_) in enumerate(typed)
    }


def _check_same(first: Mapping[str, FileColumn], other: Mapping[str, FileColumn], path: Path) -> None:
    missing = [name for name, column in first.items() if name not in other or other[name].kind != column.kind]
    if missing:
        raise SourceError(
            _("{file} n’a pas la colonne {column}.").format(file=path.name, column=", ".join(missing)),
            why=_("Les fichiers d’une même source ont les mêmes colonnes."),
            remedy=_("Décrivez ce fichier comme une autre source."),
        )


def _store(
    rows: duckdb.DuckDBPyRelation,
    found: Mapping[str, FileColumn],
    columns: Mapping[str, FileColumn],
    source: Source,
    *,
    index: int,
) -> duckdb.DuckDBPyRelation:
    values = [f"{_cleaned(found[name], source)} AS {column.stored}" for name, column in columns.items()]
    numbered = [
        f"{index} AS _file",
        "row_number() OVER () AS _record",
        f"{_breaks(found.values())} AS _breaks",
    ]
    return rows.project(", ".join([*numbered, *values]))


def _cleaned(column: FileColumn, source: Source) -> str:
    """Extracts pad their texts, and write words where nothing was entered."""
    name = quote(column.name)
    if column.kind is not Kind.TEXT:
        return name
    nothing = ", ".join(text(one) for one in ("", *source.nulls))
    return f"CASE WHEN trim({name}) IN ({nothing}) THEN NULL ELSE trim({name}) END"


def _breaks(columns: Iterable[FileColumn]) -> str:
    texts = [quote(column.name) for column in columns if column.kind is Kind.TEXT]
    counts = [f"coalesce(length({one}) - length(replace({one}, chr(10), '')), 0)" for one in texts]
    return " + ".join(counts) or "0"


def _take_rejects(connection: duckdb.DuckDBPyConnection, readable: Path, path: Path) -> list[Unreadable]:
    if not is_csv(path):
        return []
    rejects = connection.table("reject_errors").aggregate(
        "line, min(error_type) AS reason, min(line_byte_position) AS at", "line"
    )
    found = rejects.order("line").fetchall()
    connection.execute("DROP TABLE reject_errors")
    connection.execute("DROP TABLE reject_scans")
    lines = _lines_at(readable, [at for _line, _reason, at in found[:NAMED]])
    if any(reason == "UNQUOTED VALUE" for _line, reason, _at in found):
        raise _unclosed(path, found, lines)
    return [
        Unreadable(
            path.name,
            reason,
            tuple(line for line, other, _at in found if other == reason),
            tuple(line for line, (_record, other, _at) in zip(lines, found, strict=False) if other == reason),
        )
        for reason in sorted({reason for _line, reason, _at in found})
    ]


def _unclosed(path: Path, found: Sequence[tuple[int, str, int]], lines: Sequence[int]) -> SourceError:
    """Whatever follows an open quotation mark may have been swallowed: such rows cannot be counted."""
    place = path.name
    for line, (_record, reason, _at) in zip(lines, found, strict=False):
        if reason == "UNQUOTED VALUE":
            place = _("{file}, ligne {line}").format(file=path.name, line=line)
            break
    return SourceError(
        _("{place} : illisible.").format(place=place),
        why=_("Un guillemet n’est pas fermé."),
        remedy=_("Corrigez l’extraction, ou écrivez quote: none si les guillemets n’y enferment rien."),
    )


def _lines_at(path: Path, positions: Sequence[int]) -> list[int]:
    """The line numbers of byte positions, which rise."""
    lines: list[int] = []
    line, at = 1, 0
    opener = gzip.open if path.name.lower().endswith(".gz") else open
    with opener(path, "rb") as stream:
        for position in positions:
            while at < position and (block := stream.read(min(_BLOCK, position - at))):
                line += block.count(b"\n")
                at += len(block)
            lines.append(line)
    return lines


def _make_readable(path: Path, source: Source, *, scratch: Path, whole: bool) -> Path:
    """The file itself when it is UTF-8 or Parquet, else a copy in UTF-8; of the first block, unless `whole`.

    The engine reads other encodings with an extension that it downloads. Bytes that the encoding does not
    have stay as they are, so that the engine rejects their lines and no others.
    """
    if source.encoding is Encoding.UTF_8 or not is_csv(path):
        return path
    target = scratch / "readable.csv"
    opener = gzip.open if path.name.lower().endswith(".gz") else open
    decoder = codecs.getincrementaldecoder(source.encoding.value)("surrogateescape")
    try:
        with opener(path, "rb") as stream, target.open("wb") as copy:
            while block := stream.read(_BLOCK):
                copy.write(decoder.decode(block).encode("utf-8", "surrogateescape"))
                if not whole:
                    return target
            copy.write(decoder.decode(b"", final=True).encode("utf-8", "surrogateescape"))
    except (EOFError, zlib.error, UnicodeError):
        raise SourceError(
            _("{file} n’est pas lisible en {encoding}.").format(
                file=path.name, encoding=source.encoding.value
            ),
            remedy=_("Vérifiez encoding dans la correspondance, ou refaites l’extraction."),
        ) from None
    return target


def _broken(path: Path) -> SourceError:
    return SourceError(
        _("{place} : illisible.").format(place=path.name),
        why=_("Le fichier est tronqué, endommagé ou d’un autre format."),
        remedy=_("Refaites l’extraction de cette table, puis rechargez."),
    )
