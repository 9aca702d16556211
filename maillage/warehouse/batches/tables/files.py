"""The files of a source, as rows in a scratch database: each row keeps its file and its number in it."""

import codecs
import re
import zlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

import duckdb

from maillage.base.i18n import _
from maillage.warehouse.batches.tables.invalid import suggest_name
from maillage.warehouse.batches.tables.mapping import Encoding, Source
from maillage.warehouse.batches.tables.read import MappingFile
from maillage.warehouse.build.casts import Kind, kind_of
from maillage.warehouse.build.sources import is_csv, open_file
from maillage.warehouse.build.text_files import (
    CsvShape,
    check_distinct,
    lines_at,
    lines_of,
    open_binary,
    read_csv,
    read_header,
)
from maillage.warehouse.errors import SourceError
from maillage.warehouse.sql import quote, text

_BLOCK = 1 << 20
_MAX_FILES = 1000
BLANKS = " \t\r\n\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}"
"""What is not part of a text at its ends."""
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
    shapes: tuple[CsvShape | None, ...] = ()
    """How each file is cut; None for Parquet."""


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
            remedy=_("Donnez le dossier des fichiers (--from), ou corrigez le nom. {near}").format(
                near=suggest_name(pattern, sorted(path.name for path in folder.iterdir() if path.is_file()))
            ),
        )
    return found


def read_columns(path: Path, source: Source, *, scratch: Path) -> dict[str, FileColumn]:
    """The columns of a file by lower-case name, from its first line. Raises SourceError."""
    with duckdb.connect() as connection:
        readable = _make_readable(path, source, scratch=scratch, whole=False)
        shape = _find_shape(readable, source, named=path)
        return _columns(_open(connection, readable, shape), origin=path.name)


def load_source(
    connection: duckdb.DuckDBPyConnection, name: str, source: Source, paths: Sequence[Path], *, scratch: Path
) -> OpenSource:
    """Read every file of a source into the scratch database. Raises SourceError."""
    table = f"source_{quote(name)[1:-1]}"
    columns: Mapping[str, FileColumn] = {}
    unreadable: list[Unreadable] = []
    shapes: list[CsvShape | None] = []
    for index, path in enumerate(paths):
        readable = _make_readable(path, source, scratch=scratch, whole=True)
        try:
            shapes.append(_find_shape(readable, source, named=path))
            rows = _open(connection, readable, shapes[-1])
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
    files, bad = tuple(paths), tuple(unreadable)
    return OpenSource(name, source, quote(table), files, columns, count, bad, tuple(shapes))


def find_lines(source: OpenSource, *, file: int, records: Sequence[int]) -> Mapping[int, int]:
    """The lines, in their file, of rows; a Parquet file has rows only."""
    path, shape = source.files[file], source.shapes[file]
    if shape is None:
        return {record: record for record in records}
    skipped = [one for bad in source.unreadable if bad.file == path.name for one in bad.records]
    encoding = "utf-8-sig" if source.settings.encoding is Encoding.UTF_8 else source.settings.encoding.value
    return lines_of(path, records, shape=shape, encoding=encoding, skipped=skipped)


def _open(
    connection: duckdb.DuckDBPyConnection, path: Path, shape: CsvShape | None
) -> duckdb.DuckDBPyRelation:
    if shape is not None:
        return read_csv(connection, path, shape, keep_rejects=True)
    try:
        return open_file(connection, path)
    except duckdb.Error:
        raise _broken(path) from None


def _find_shape(path: Path, source: Source, *, named: Path) -> CsvShape | None:
    if not is_csv(path):
        return None
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
    return CsvShape(names, delimiter, "" if source.quote == "none" else source.quote)


def check_header(names: Iterable[str], *, file: str) -> None:
    """Raise SourceError when the first line names no columns: values would be shown as names."""
    names = list(names)
    if names[:1] and names[0].lower().startswith("sep="):
        raise SourceError(
            _("{file} : la première ligne, « sep= », est celle d’un tableur.").format(file=file),
            remedy=_("Ôtez-la : la première ligne doit nommer les colonnes."),
        )
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
    numbered = [f"{index} AS _file", "row_number() OVER () AS _record"]
    return rows.project(", ".join([*numbered, *values]))


def _cleaned(column: FileColumn, source: Source) -> str:
    """Extracts pad their texts, and write words where nothing was entered."""
    name = quote(column.name)
    if column.kind is not Kind.TEXT:
        return name
    nothing = ", ".join(text(one) for one in ("", *source.nulls))
    # Most texts have nothing to trim, and the engine takes four times as long to find it out by itself.
    ends = text(f"^[{BLANKS}]|[{BLANKS}]$")
    trimmed = f"CASE WHEN regexp_matches({name}, {ends}) THEN trim({name}, {text(BLANKS)}) ELSE {name} END"
    return f"CASE WHEN {trimmed} IN ({nothing}) THEN NULL ELSE {trimmed} END"


def _take_rejects(connection: duckdb.DuckDBPyConnection, readable: Path, path: Path) -> list[Unreadable]:
    if not is_csv(path):
        return []
    rejects = connection.table("reject_errors").aggregate(
        "line, min(error_type) AS reason, min(line_byte_position) AS at", "line"
    )
    found = rejects.order("line").fetchall()
    connection.execute("DROP TABLE reject_errors")
    connection.execute("DROP TABLE reject_scans")
    lines = lines_at(readable, [at for _line, _reason, at in found[:NAMED]])
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


def _make_readable(path: Path, source: Source, *, scratch: Path, whole: bool) -> Path:
    """The file itself when it is UTF-8 or Parquet, else a copy in UTF-8; of the first block, unless `whole`.

    The engine reads other encodings with an extension that it downloads. Bytes that the encoding does not
    have stay as they are, so that the engine rejects their lines and no others.
    """
    if source.encoding is Encoding.UTF_8 or not is_csv(path):
        return path
    target = scratch / "readable.csv"
    decoder = codecs.getincrementaldecoder(source.encoding.value)("surrogateescape")
    try:
        with open_binary(path) as stream, target.open("wb") as copy:
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
