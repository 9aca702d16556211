"""Why rows could not be read: the file, the line and the column, never the value."""

import zlib
from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import duckdb

from maillage.base.i18n import _
from maillage.warehouse.build.casts import cannot_cast
from maillage.warehouse.build.insert import Input, cast_rows, source_columns
from maillage.warehouse.build.sources import is_csv, no_parquet, open_file, shape_of
from maillage.warehouse.build.text_files import lines_at, lines_of
from maillage.warehouse.errors import SourceError
from maillage.warehouse.schema import CdmType
from maillage.warehouse.sql import quote

_SHOWN = 5
"""So many lines are named."""


@contextmanager
def explain(source: Input) -> Generator[None]:
    """Turn the engine's error on an input into a SourceError, when the input is at fault."""
    try:
        yield
    except duckdb.Error as error:
        with duckdb.connect() as connection:
            fault = _find_fault(connection, source)
        # A damaged Parquet file may be read and contradict itself: only writing its rows again shows it.
        if fault is None and source.path is not None and "Parquet writer" in str(error):
            fault = no_parquet(source.path)
        if fault is None:
            raise
        raise fault from None


def _find_fault(connection: duckdb.DuckDBPyConnection, source: Input) -> SourceError | None:
    try:
        fault = _find_bad_value(source.open(connection), source)
        if fault is None:
            _read_all(source.open(connection))
        return fault
    except duckdb.OutOfMemoryException:
        return None
    except duckdb.Error:
        return None if source.path is None else _unreadable(connection, source.path)


def _read_all(rows: duckdb.DuckDBPyRelation) -> None:
    """Read every value: the engine passes over whatever a query does not want, damage included."""
    rows.aggregate("bit_xor(hash(COLUMNS(*)))").fetchall()


def _find_bad_value(rows: duckdb.DuckDBPyRelation, source: Input) -> SourceError | None:
    present = source_columns(rows, origin=source.origin)
    columns = [column for column in source.table.columns if column.name in present]
    tests = [
        cannot_cast(quote(present[column.name].name), kind=present[column.name].kind, target=column.type)
        for column in columns
    ]
    flags = ", ".join(f"({test}) AS bad_{index}" for index, test in enumerate(tests))
    any_bad = " OR ".join(f"bad_{index}" for index in range(len(tests)))
    found = rows.project(f"row_number() OVER () AS record, {flags}").filter(any_bad).limit(1).fetchall()
    if not found:
        return None
    record, *bad = found[0]
    column = columns[bad.index(True)]
    return SourceError(
        _("{file}, ligne {line}, colonne {column} : valeur impossible.").format(
            file=source.origin, line=_line_of(record, source), column=column.name
        ),
        why=_("Le modèle OMOP y veut le type {type}.").format(type=column.type),
        remedy=_describe_type(column.type),
    )


def find_repeated(source: Input, column: str) -> list[str]:
    """The first lines of a file whose whole number in this column is absent or stands on an earlier line.

    Each names the line that it repeats.
    """
    with duckdb.connect() as connection, explain(source):
        rows = cast_rows(source.open(connection), source.table, origin=source.origin, names=[column])
        numbered = rows.project(f"{column} AS key, row_number() OVER () AS record")
        first = numbered.project("record, key, min(record) OVER (PARTITION BY key) AS former")
        found = first.filter("key IS NULL OR former < record").order("record").limit(_SHOWN)
        records = found.project("record, CASE WHEN key IS NULL THEN NULL ELSE former END").fetchall()
    lines = _lines_of(sorted({one for pair in records for one in pair if one is not None}), source)
    return [
        _("{file}, ligne {line} : absent").format(file=source.origin, line=lines[record])
        if former is None
        else _("{file}, ligne {line} : déjà ligne {former}").format(
            file=source.origin, line=lines[record], former=lines[former]
        )
        for record, former in records
    ]


def _lines_of(records: Sequence[int], source: Input) -> Mapping[int, int]:
    """The line of each record of a file; a file of Parquet has none but its records."""
    if source.path is None or not is_csv(source.path):
        return {record: record for record in records}
    found = lines_of(source.path, records, shape=shape_of(source.path))
    return {record: found.get(record, record + 1) for record in records}


def _line_of(record: int, source: Input) -> int:
    return _lines_of([record], source)[record]


def _describe_type(type_: CdmType) -> str:
    return {
        CdmType.INTEGER: _("Écrivez un nombre entier sur 64 bits au plus, sans décimale."),
        CdmType.FLOAT: _("Écrivez un nombre fini, avec un point décimal."),
        CdmType.DATE: _("Écrivez une date AAAA-MM-JJ ou AAAAMMJJ."),
        CdmType.DATETIME: _("Écrivez un instant AAAA-MM-JJ HH:MM:SS."),
        CdmType.VARCHAR: _("Écrivez un texte."),
    }[type_]


def _unreadable(connection: duckdb.DuckDBPyConnection, path: Path) -> SourceError:
    if not is_csv(path):
        return no_parquet(path)
    line, kind = _first_reject(connection, path)
    place = _("{file}, ligne {line}").format(file=path.name, line=line) if line else path.name
    return SourceError(
        _("{place} : illisible.").format(place=place),
        why=_describe_reject(kind),
        remedy=_("Corrigez l’extraction (CSV en UTF-8, guillemets doubles), puis rechargez."),
    )


def _first_reject(connection: duckdb.DuckDBPyConnection, path: Path) -> tuple[int, str]:
    try:
        _read_all(open_file(connection, path, keep_rejects=True))
        rejects = connection.table("reject_errors").order("line_byte_position").limit(1)
        found = rejects.project("line_byte_position, error_type").fetchall()
        return (lines_at(path, [found[0][0]])[0], found[0][1]) if found else (0, "")
    except (duckdb.Error, OSError, EOFError, zlib.error):
        return 0, ""


def _describe_reject(kind: str) -> str:
    descriptions: Mapping[str, str] = MappingProxyType(
        {
            "MISSING COLUMNS": _("La ligne a moins de colonnes que l’en-tête."),
            "TOO MANY COLUMNS": _("La ligne a plus de colonnes que l’en-tête."),
            "UNQUOTED VALUE": _("Un guillemet n’est pas fermé."),
            "LINE SIZE OVER MAXIMUM": _("La ligne dépasse la longueur permise."),
            "INVALID ENCODING": _("Le texte n’est pas de l’UTF-8."),
        }
    )
    return descriptions.get(kind, _("Le fichier est tronqué, endommagé ou d’un autre format."))
