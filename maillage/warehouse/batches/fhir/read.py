"""Every type of an export, in order, into the staged files of a batch."""

import shutil
from pathlib import Path

import duckdb
from sqlglot import exp

from maillage.base.statements import load_statements
from maillage.warehouse.batches.fhir.census import Census, count_types, types_in_order
from maillage.warehouse.batches.fhir.extract import Extracted, extract, keep
from maillage.warehouse.batches.fhir.mappings import DRUGS, MAPPINGS
from maillage.warehouse.batches.fhir.report import FhirReport
from maillage.warehouse.batches.fhir.session import PACKAGE, STAGED_FORM, count_rows, path_list
from maillage.warehouse.batches.fhir.versions import WORK_TABLES
from maillage.warehouse.sql import text

_WORK_TABLES = ("known_person", "nested_visit", "medication", *WORK_TABLES)
_NESTED_DEPTH = 5


def read_types(
    connection: duckdb.DuckDBPyConnection, census: Census, *, scratch: Path, staged: Path, report: FhirReport
) -> None:
    """Fill `staged`. A file that holds other types than its head said is counted, then read again."""
    found = _read_all(connection, census, scratch=scratch)
    doubtful = {path for resource, out in found.items() if out.odd for path in census.wanted[resource]}
    doubtful -= census.counted
    if doubtful:
        before = {resource: set(files) for resource, files in census.wanted.items() if files}
        count_types(connection, doubtful, census=census)
        if before != {resource: set(files) for resource, files in census.wanted.items() if files}:
            _forget(connection, scratch)
            found = _read_all(connection, census, scratch=scratch)
    for resource, out in found.items():
        report.resources[resource] = out.resources
        for reason, rows in out.left.items():
            if reason != "components":
                report.leave_out(resource, reason, rows)
        for element, rows in out.emptied.items():
            report.emptied[resource, element] = rows
        report.shared_ins += out.shared_ins
        keep(out.files, resource=resource, staged=staged)
    _finish_tables(connection, staged, report=report)


def _read_all(
    connection: duckdb.DuckDBPyConnection, census: Census, *, scratch: Path
) -> dict[str, Extracted]:
    found: dict[str, Extracted] = {}
    for resource in types_in_order(census.wanted):
        out = extract(connection, resource, census.wanted[resource], folder=_parts(scratch))
        if resource in _PREPARE:
            _PREPARE[resource](connection, out)
        if resource == "Claim" and "Encounter" in found:
            _drop_known_stays(connection, out)
        found[resource] = out
    return found


def _parts(scratch: Path) -> Path:
    folder = scratch / "parts"
    folder.mkdir(exist_ok=True)
    return folder


def _forget(connection: duckdb.DuckDBPyConnection, scratch: Path) -> None:
    shutil.rmtree(_parts(scratch))
    for table in _WORK_TABLES:
        connection.execute(exp.delete(table).sql("duckdb"))


def _place_details(connection: duckdb.DuckDBPyConnection, out: Extracted) -> None:
    """Encounters inside others go under the stay at the top, whatever the depth."""
    nested = out.files.get("visit_detail")
    if not nested:
        return
    statements = load_statements(PACKAGE, "sql/encounter.sql")
    connection.execute(statements["list_nested"].format(files=path_list(nested)))
    for _step in range(_NESTED_DEPTH):
        connection.execute(statements["climb"])
    target = nested[0].with_name("rooted.parquet")
    words = {"files": path_list(nested), "target": text(str(target)), "form": STAGED_FORM}
    connection.execute(statements["root"].format(**words))
    out.files["visit_detail"] = [target]


def _know_medications(connection: duckdb.DuckDBPyConnection, out: Extracted) -> None:
    files = out.files.pop("medication", None)
    if files:
        statement = load_statements(PACKAGE, "sql/medication.sql")["list_medications"]
        connection.execute(statement.format(files=path_list(files), drugs=DRUGS))


def _drop_known_stays(connection: duckdb.DuckDBPyConnection, out: Extracted) -> None:
    """Claims make stays only where no encounter does: the same stay would be there twice."""
    if "visit_occurrence" in out.files:
        out.left["stay-in-encounters"] = count_rows(connection, out.files.pop("visit_occurrence"))


_PREPARE = {
    "Encounter": _place_details,
    "Medication": _know_medications,
}


def _finish_tables(connection: duckdb.DuckDBPyConnection, staged: Path, *, report: FhirReport) -> None:
    for table in sorted({table for mapping in MAPPINGS.values() for table in mapping.tables}):
        paths = sorted(staged.glob(f"{table}-*.parquet"))
        if paths:
            report.rows[table] = count_rows(connection, paths)
