"""PMSI files become the Parquet files of a batch: lines, summaries of units, stays, tables of the model."""

import glob
import tempfile
from collections.abc import Collection, Mapping, Sequence
from pathlib import Path

import duckdb

from maillage.base.i18n import _
from maillage.base.statements import load_statements
from maillage.warehouse.batches.identity import person_id, row_id
from maillage.warehouse.batches.pmsi.findings import complete_report, find_faults
from maillage.warehouse.batches.pmsi.lines import FileLines, read_lines
from maillage.warehouse.batches.pmsi.links import read_links
from maillage.warehouse.batches.pmsi.positions import versions
from maillage.warehouse.batches.pmsi.report import FAULTS, PmsiReport
from maillage.warehouse.batches.pmsi.rsa import read_rsa, unite_rsa
from maillage.warehouse.batches.pmsi.rum import read_rum, unite_rum
from maillage.warehouse.build.writer import named_errors
from maillage.warehouse.errors import SourceError
from maillage.warehouse.sql import text

DEFAULT_TOLERANCE = 0.01
"""The share of lines that may be refused before the whole load is."""

CLAIM_DISCHARGE_RECORD = 32812
"""The OMOP type of what a PMSI summary says."""

_TABLES = (
    *("person", "location", "care_site", "visit_occurrence", "visit_detail"),
    *("condition_occurrence", "procedure_occurrence", "death"),
)


class PmsiRefusedError(SourceError):
    """Too many lines cannot be used; `report` says which."""

    def __init__(self, what: str, *, why: str, remedy: str, report: PmsiReport) -> None:
        super().__init__(what, why=why, remedy=remedy)
        self.report = report


def stage_pmsi(
    files: Sequence[Path],
    *,
    folder: Path,
    patients: Path | None = None,
    tolerance: float = DEFAULT_TOLERANCE,
    memory_limit: str | None = None,
) -> PmsiReport:
    """Write what RUM, RSS or RSA files hold as one Parquet file a table; `patients` links stays to patients.

    Raises SourceError; PmsiRefusedError when more than the share `tolerance` of the lines cannot be used.
    """
    with (
        tempfile.TemporaryDirectory(dir=folder, prefix=".lines-") as scratch,
        named_errors(folder),
        _connect(Path(scratch), memory_limit) as connection,
    ):
        read = read_lines(connection, files, table="line")
        present = _versions(connection)
        anonymous = _are_anonymous(connection, read, present=present)
        (read_rsa if anonymous else read_rum)(connection, present=present)
        report = find_faults(connection, read)
        _check(report, tolerance=tolerance)
        read_links(connection, patients, anonymous=anonymous)
        (unite_rsa if anonymous else unite_rum)(connection)
        written = _write_tables(connection, folder, postal=not anonymous)
        return complete_report(report, connection, anonymous=anonymous, rows=written)


def _connect(scratch: Path, memory_limit: str | None) -> duckdb.DuckDBPyConnection:
    # On the disk: a year of a large hospital does not fit in the memory of a small machine.
    connection = duckdb.connect(str(scratch / "lines.duckdb"))
    connection.execute("SET python_enable_replacements = false")
    connection.execute("SET enable_progress_bar = false")
    if memory_limit is not None:
        connection.execute("SET memory_limit = ?", [memory_limit])
    return connection


def _versions(connection: duckdb.DuckDBPyConnection) -> Collection[str]:
    return {version for (version,) in connection.table("line").project("version").distinct().fetchall()}


def _are_anonymous(
    connection: duckdb.DuckDBPyConnection, files: Sequence[FileLines], *, present: Collection[str]
) -> bool:
    """Whether the lines are RSA. Raises SourceError when both kinds are there: every stay would be twice."""
    kinds = [{*versions("rsa")}, {*versions("rum"), *versions("rss")}]
    if all(not kind.isdisjoint(present) for kind in kinds):
        file, line = _first_of_fewer(connection, kinds)
        raise SourceError(
            _("{file}, ligne {line} : ces fichiers mêlent des RUM et des RSA.").format(
                file=files[file].name, line=line
            ),
            why=_("Les deux disent les mêmes séjours : chacun serait compté deux fois."),
            remedy=_("Chargez les RUM, ou les RSA, mais pas les deux."),
        )
    return not kinds[0].isdisjoint(present)


def _first_of_fewer(
    connection: duckdb.DuckDBPyConnection, kinds: Sequence[Collection[str]]
) -> tuple[int, int]:
    """File and number of the first line of the kind that has fewer: one spoilt line may look like another."""
    line = connection.table("line")
    found = [line.filter(f"version IN ({', '.join(map(text, sorted(kind)))})") for kind in kinds]
    fewer = min(found, key=lambda lines: lines.shape[0])
    return fewer.order("file, number").limit(1).project("file, number").fetchall()[0]


def _check(report: PmsiReport, *, tolerance: float) -> None:
    if report.lines == 0:
        raise SourceError(
            _("{files} : aucune ligne.").format(files=", ".join(file.name for file in report.files)),
            remedy=_("Donnez des fichiers de RUM, de RSS groupés ou de RSA au format de l’ATIH."),
        )
    if report.bad_lines == report.lines or report.bad_lines > tolerance * report.lines:
        first = report.refused[0]
        file, number = first.places[0]
        raise PmsiRefusedError(
            _("Rien n’est chargé : lignes inutilisables, {bad} sur {lines}.").format(
                bad=report.bad_lines, lines=report.lines
            ),
            why=_("{file}, ligne {line} : {reason}.").format(
                file=file, line=number, reason=_(FAULTS[first.fault])
            ),
            remedy=_("Refaites l’export, ou acceptez une plus grande part de pertes avec --tolerate."),
            report=report,
        )


def _write_tables(connection: duckdb.DuckDBPyConnection, folder: Path, *, postal: bool) -> Mapping[str, int]:
    """One file a table; the rows of each."""
    statements = load_statements("maillage.warehouse.batches.pmsi", "sql/tables.sql")
    names: Mapping[str, object] = {
        "type": CLAIM_DISCHARGE_RECORD,
        "postal": postal,
        "person_of_patient": f"CASE WHEN patient IS NOT NULL THEN {person_id('patient')} END",
        "person_of_stay": row_id(_kind("person"), "visit_id"),
        # Postal codes in RUM, the PMSI's own geographic codes in RSA: the same digits are not the same place.
        "location": row_id(_kind("location"), str(postal), "residence"),
        "care_site": row_id(_kind("care_site"), "finess", "unit"),
        "unit_care_site": row_id(_kind("care_site"), "unit.finess", "unit.unit"),
        "condition": row_id(_kind("condition"), "unit.detail_id", "status", "code"),
        "procedure": row_id(
            _kind("procedure"), *("detail_id", "date", "code", "extension", "phase", "activity", "turn")
        ),
    }
    connection.execute(statements["stay"].format(**names))
    connection.execute(statements["diagnosis"])
    counts: dict[str, int] = {}
    for table in _TABLES:
        path = folder / f"{table}.parquet"
        rows = connection.sql(statements[table].format(**names))
        rows.write_parquet(str(path), compression="zstd")
        counts[table] = connection.read_parquet(glob.escape(str(path))).shape[0]
    return counts


def _kind(name: str) -> str:
    return f"'pmsi {name}'"
