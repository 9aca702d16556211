"""The files of an extract: which table each one holds, and how it is read."""

import glob
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from maillage.base.i18n import _
from maillage.warehouse.build.text_files import CsvShape, read_csv, read_header
from maillage.warehouse.errors import SourceError
from maillage.warehouse.schema import TABLES

OBJECTION_FILE = "objection"
_SUFFIXES = (".parquet", ".csv", ".csv.gz")


@dataclass(frozen=True)
class Sources:
    """The files of a folder by table, the file of objections, and the names that mean nothing to us."""

    files: Mapping[str, Path]
    objections: Path | None
    ignored: tuple[str, ...]


def is_csv(path: Path) -> bool:
    """Text, as opposed to Parquet."""
    return not path.name.lower().endswith(".parquet")


def find_sources(folder: Path, *, needs_person: bool = True) -> Sources:
    """Match the files of a folder with the tables of the model, whatever the case of their names.

    Raises SourceError.
    """
    if not folder.is_dir():
        raise SourceError(
            _("{folder} n’est pas un dossier.").format(folder=folder),
            remedy=_("Donnez le dossier qui contient un fichier CSV ou Parquet par table OMOP."),
        )
    files: dict[str, Path] = {}
    ignored: list[str] = []
    for path in sorted(folder.iterdir()):
        table = _table_of(path)
        if table is None:
            ignored.append(path.name)
        elif table in files:
            raise _two_files(files[table], path)
        else:
            files[table] = path
    objections = files.pop(OBJECTION_FILE, None)
    if needs_person and "person" not in files:
        raise SourceError(
            _("{folder} ne contient pas la table person.").format(folder=folder),
            why=_("Sans elle, un entrepôt n’a aucun patient."),
            remedy=_("Ajoutez person.parquet ou person.csv, un fichier par table OMOP."),
        )
    return Sources(files=files, objections=objections, ignored=tuple(ignored))


def list_tables(folder: Path) -> frozenset[str]:
    """The tables of the model, and `objection`, for which a folder has a file."""
    return frozenset(table for path in folder.iterdir() if (table := _table_of(path)) is not None)


def _table_of(path: Path) -> str | None:
    name = path.name.lower()
    for suffix in _SUFFIXES:
        stem = name.removesuffix(suffix)
        if stem != name and path.is_file() and (stem in TABLES or stem == OBJECTION_FILE):
            return stem
    return None


def _two_files(first: Path, second: Path) -> SourceError:
    return SourceError(
        _("{first} et {second} contiennent la même table.").format(first=first.name, second=second.name),
        remedy=_("N’en gardez qu’un dans le dossier."),
    )


def open_file(
    connection: duckdb.DuckDBPyConnection, path: Path, *, keep_rejects: bool = False
) -> duckdb.DuckDBPyRelation:
    """The rows of a file, nothing read yet beyond its header; every column of a CSV file is a text.

    With `keep_rejects`, lines that cannot be read are passed over and listed in the table reject_errors.
    """
    if is_csv(path):
        return read_csv(connection, path, shape_of(path), keep_rejects=keep_rejects)
    try:
        return connection.from_parquet(glob.escape(str(path)), binary_as_string=True)
    except RuntimeError:
        # Where a damaged name is no text, the engine's own errors do not apply.
        raise no_parquet(path) from None


def shape_of(path: Path) -> CsvShape:
    """How a CSV file of the model is cut. Raises SourceError."""
    names, delimiter = read_header(path)
    # Athena's tab-separated files never quote, and hold bare quotation marks.
    return CsvShape(names, delimiter, "" if delimiter == "\t" else '"')


def no_parquet(path: Path) -> SourceError:
    """What is said of a Parquet file that cannot be read."""
    return SourceError(
        _("{file} n’est pas un fichier Parquet lisible.").format(file=path.name),
        why=_("Il est tronqué, endommagé ou d’un autre format."),
        remedy=_("Refaites l’extraction de cette table, puis rechargez."),
    )
