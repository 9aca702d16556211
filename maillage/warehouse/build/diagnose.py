"""Why rows could not be read: the file, the line and the column, never the value."""

import zlib
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path
from types import MappingProxyType

import duckdb

from maillage.base.i18n import _
from maillage.warehouse.build.casts import cannot_cast
from maillage.warehouse.build.insert import Input, source_columns
from maillage.warehouse.build.sources import is_csv, no_parquet, open_file, shape_of
from maillage.warehouse.build.text_files import lines_at, lines_of
from maillage.warehouse.errors import SourceError
from maillage.warehouse.schema import CdmType
from maillage.warehouse.sql import quote


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


def _line_of(record: int, source: Input) -> int:
    if source.path is None or not is_csv(source.path):
        return record
    return lines_of(source.path, [record], shape=shape_of(source.path)).get(record, record + 1)


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
