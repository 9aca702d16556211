"""Which patient each stay is of: a CSV file, or the files that the ATIH's tools make of VID-HOSP.

RUM lines name a stay by its administrative number: NAS and IPP are wanted (CSV, or ANO-HOSP). RSA lines bear
only a number of the export: the ANO file gives the anonymous number of the patient, and the dates.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from maillage.base.i18n import _
from maillage.base.statements import load_statements
from maillage.warehouse.batches.pmsi.lines import read_lines
from maillage.warehouse.batches.pmsi.positions import read_fields, read_layouts
from maillage.warehouse.build.sources import open_file
from maillage.warehouse.build.text_files import read_header
from maillage.warehouse.errors import SourceError
from maillage.warehouse.sql import quote, text

_STAY, _PATIENT = "nas", "ipp"


def read_links(connection: duckdb.DuckDBPyConnection, path: Path | None, *, anonymous: bool) -> None:
    """Fill the tables `link` (admission, patient) and `chain`; both are empty without a file.

    Raises SourceError when the file is not of the kind that the lines need, or gives a stay two patients.
    """
    statements = _statements()
    connection.execute(statements["link"])
    connection.execute(statements["chain"])
    if path is None:
        return
    columns = _csv_columns(path)
    if columns is not None:
        if anonymous:
            raise _wrong_kind(path)
        _read_csv(connection, path, columns)
    else:
        read_lines(connection, [path], table="link_line")
        _read_ano(connection, path, anonymous=anonymous)
    _check_one_patient(connection, path)


def is_link_table(path: Path) -> bool:
    """Whether it is a CSV file of stays and their patients."""
    return _csv_columns(path) is not None


def _csv_columns(path: Path) -> Mapping[str, str] | None:
    try:
        names, _delimiter = read_header(path)
    except (SourceError, IsADirectoryError):
        return None
    found = {name.strip().lower(): name for name in names}
    return found if {_STAY, _PATIENT} <= found.keys() else None


def _read_csv(connection: duckdb.DuckDBPyConnection, path: Path, columns: Mapping[str, str]) -> None:
    stay, patient = quote(columns[_STAY]), quote(columns[_PATIENT])
    try:
        rows = (
            open_file(connection, path)
            .project(f"trim({stay}) AS admission, trim({patient}) AS patient")
            .distinct()
        )
        rows.filter("admission <> '' AND patient <> ''").insert_into("link")
    except duckdb.Error:
        raise SourceError(
            _("{file} n’est pas un CSV lisible.").format(file=path.name),
            remedy=_("Donnez un CSV en UTF-8 avec les colonnes NAS et IPP."),
        ) from None


def _read_ano(connection: duckdb.DuckDBPyConnection, path: Path, *, anonymous: bool) -> None:
    name = "ano" if anonymous else "ano_hosp"
    selects = [
        _statements()[f"{name}_lines"].format(
            fields=read_fields(layout, text="text"), versions=_list([version])
        )
        for version, layout in read_layouts()[name].items()
    ]
    filled = connection.execute(
        _statements()[f"fill_{name}"].format(lines=" UNION ALL BY NAME ".join(selects))
    )
    if filled.fetchall()[0][0] == 0:
        raise _wrong_kind(path)


def _check_one_patient(connection: duckdb.DuckDBPyConnection, path: Path) -> None:
    for table in ("link", "chain"):
        ((doubtful,),) = connection.execute(_statements()[f"{table}_conflicts"]).fetchall()
        if doubtful:
            raise SourceError(
                _("{file} donne plusieurs patients à {count} séjour(s).").format(
                    file=path.name, count=doubtful
                ),
                remedy=_("Gardez une ligne par séjour, puis rechargez."),
            )


def _wrong_kind(path: Path) -> SourceError:
    return SourceError(
        _("{file} ne relie pas ces séjours à des patients.").format(file=path.name),
        why=_(
            "Des RUM veulent un CSV à colonnes NAS et IPP, ou un fichier ANO-HOSP ; des RSA, un fichier ANO."
        ),
        remedy=_("Donnez le fichier qui convient, ou chargez sans --patients."),
    )


def _list(values: Sequence[str]) -> str:
    return ", ".join(map(text, values))


def _statements() -> Mapping[str, str]:
    return load_statements("maillage.warehouse.batches.pmsi", "sql/links.sql")
