"""The files of an extract: which table each one holds, and how it is read."""

import csv
import glob
import gzip
import zlib
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from maillage.base.i18n import _
from maillage.warehouse.errors import SourceError
from maillage.warehouse.schema import TABLES

OBJECTION_FILE = "objection"
_SUFFIXES = (".parquet", ".csv", ".csv.gz")
_DELIMITERS = ",\t;"
_LONGEST_HEADER = 1_000_000


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
    pattern = glob.escape(str(path))
    if not is_csv(path):
        return connection.from_parquet(pattern, binary_as_string=True)
    names, delimiter = read_header(path)
    # Athena's tab-separated files never quote, and hold bare quotation marks.
    quotation = "" if delimiter == "\t" else '"'
    return connection.read_csv(
        pattern,
        auto_detect=False,
        header=True,
        sep=delimiter,
        quotechar=quotation,
        escapechar=quotation,
        columns=dict.fromkeys(names, "VARCHAR"),
        store_rejects=keep_rejects,
    )


def read_header(path: Path, *, delimiter: str | None = None) -> tuple[tuple[str, ...], str]:
    """The column names of a CSV file and its delimiter: whichever of `,` tab `;` makes the most columns.

    A delimiter that is known is not looked for. Raises SourceError.
    """
    opener = gzip.open if path.name.lower().endswith(".gz") else open
    try:
        with opener(path, "rb") as stream:
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
