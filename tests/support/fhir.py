"""Small FHIR exports for tests, and what a load made of them."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

import duckdb

from maillage.warehouse.batches.fhir import FhirReport
from maillage.warehouse.batches.fhir.load import DEFAULT_TOLERANCE, stage_fhir
from maillage.warehouse.batches.fhir.sources import find_fhir

Resource = Mapping[str, Any]

PATIENT: Resource = {"resourceType": "Patient", "id": "p1", "gender": "female", "birthDate": "1948-07-12"}
SUBJECT = {"reference": "Patient/p1"}


def concept(system: str, code: str) -> dict[str, Any]:
    """A CodeableConcept of one coding."""
    return {"coding": [{"system": system, "code": code}]}


def lines_of(resources: Iterable[Resource]) -> bytes:
    """NDJSON."""
    return b"".join(json.dumps(one, ensure_ascii=False).encode() + b"\n" for one in resources)


def bundle_of(resources: Iterable[Resource], *, urn: bool = False) -> Resource:
    """A Bundle; with `urn`, entries have URNs for addresses and resources no id."""
    entries = [
        {
            "fullUrl": f"urn:uuid:{one['id']}",
            "resource": {name: value for name, value in one.items() if name != "id"},
        }
        if urn
        else {"fullUrl": f"https://chu.example/fhir/{one['resourceType']}/{one['id']}", "resource": one}
        for one in resources
    ]
    return {"resourceType": "Bundle", "type": "collection", "entry": entries}


class Staged:
    """The tables that an export became, before codes are looked up."""

    def __init__(self, folder: Path, *files: Path, tolerate: float = DEFAULT_TOLERANCE) -> None:
        self.folder = folder / "staged"
        self.folder.mkdir()
        self.report: FhirReport = stage_fhir(find_fhir(files), folder=self.folder, tolerate=tolerate)

    def rows(self, table: str, columns: str) -> list[tuple[Any, ...]]:
        """Columns of a table, dates and times as texts; no row where there is no table."""
        files = sorted(map(str, self.folder.glob(f"{table}*.parquet")))
        if not files:
            return []
        with duckdb.connect() as connection:
            rows = connection.read_parquet(files, union_by_name=True).project(columns).fetchall()
        return sorted((tuple(map(_plain, row)) for row in rows), key=str)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, int | float | str) else str(value)


def stage(folder: Path, *resources: Resource) -> Staged:
    """Stage resources, the patient among them, from one file of mixed types."""
    path = folder / "all.ndjson"
    path.write_bytes(lines_of([PATIENT, *resources]))
    return Staged(folder, path)
