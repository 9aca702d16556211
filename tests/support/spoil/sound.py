"""Sound files of every kind, small, and the function of a load that reads them into an empty folder."""

import csv
import io
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

import duckdb

from maillage.warehouse.batches.fhir.load import stage_fhir
from maillage.warehouse.batches.fhir.sources import find_fhir
from maillage.warehouse.batches.pmsi import stage_pmsi
from maillage.warehouse.batches.tables.load import stage_tables
from maillage.warehouse.build.omop import stage_omop
from tests.support.extract import FILES
from tests.support.fhir import SUBJECT, concept, lines_of
from tests.support.omop import Rows, fill_row, people
from tests.support.pmsi_lines import Act, Stay, Unit, shift, write_rsa, write_rum

SECRET = "DUPONT1948"
"""Stands in every kind of file; no message may tell it."""

Files = Mapping[str, bytes]
Stage = Callable[[Path, Path], object]
"""Reads a folder of files into an empty folder."""


@dataclass(frozen=True)
class Kind:
    """One kind of source. `by_line` says that its files have lines, which a message must name."""

    name: str
    files: Files
    stage: Stage
    command: Sequence[str]
    """The command of a whole load, the folder of files standing as `{files}`, each file as `{each}`."""
    by_line: bool
    aside: Files = field(default_factory=dict[str, bytes])
    """What lies beside and is never spoilt."""


_TABLES: Mapping[str, Rows] = {
    "person": [{**row, "person_source_value": SECRET} for row in people(*range(1, 9))],
    "measurement": [
        {
            "measurement_id": number,
            "person_id": 1 + number % 8,
            "measurement_date": f"2023-0{1 + number}-15",
            "value_as_number": number / 2,
            "value_source_value": f"{SECRET}\nsecond line" if number == 2 else "x, y",
        }
        for number in range(8)
    ],
    "visit_occurrence": [
        {
            "visit_occurrence_id": number,
            "person_id": 1 + number,
            "visit_start_date": "2023-02-03",
            "visit_end_date": "2023-02-05",
        }
        for number in range(6)
    ],
}


def _csv(name: str) -> bytes:
    rows = [fill_row(name, row) for row in _TABLES[name]]
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, fieldnames=list(rows[0]), lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return text.getvalue().encode()


def _parquet(folder: Path, name: str) -> bytes:
    source, target = folder / f"{name}.csv", folder / f"{name}.parquet"
    source.write_bytes(_csv(name))
    with duckdb.connect() as connection:
        connection.read_csv(str(source)).write_parquet(str(target))
    return target.read_bytes()


def _patients() -> bytes:
    patients = [
        {"resourceType": "Patient", "id": f"p{one}", "gender": "male", "name": [{"family": SECRET}]}
        for one in range(1, 4)
    ]
    return lines_of(patients)


def _conditions() -> bytes:
    code = concept("http://snomed.info/sct", "38341003")
    return lines_of(
        {
            "resourceType": "Condition",
            "id": f"c{one}",
            "subject": SUBJECT,
            "code": code,
            "onsetDateTime": "2020-01-01",
            "note": [{"text": SECRET}],
        }
        for one in range(6)
    )


def _stays() -> list[Stay]:
    unit = Unit(associated=("E119", "I10"), acts=(Act(),))
    return [
        replace(shift(Stay(units=(unit,)), 20 * one), number=str(100 + one), admission=f"{SECRET}{one}")
        for one in range(6)
    ]


def _lines(lines: Sequence[str]) -> bytes:
    return "".join(f"{line}\n" for line in lines).encode()


def _stage_tables(files: Path, into: Path) -> object:
    return stage_tables(files.parent / "mapping.yaml", folder=files, into=into, tolerate=0)


def _stage_pmsi(files: Path, into: Path) -> object:
    return stage_pmsi(sorted(files.iterdir()), folder=into, tolerance=0)


def _stage_fhir(files: Path, into: Path) -> object:
    return stage_fhir(find_fhir([files]), folder=into, tolerate=0)


def _stage_omop(files: Path, into: Path) -> object:
    return stage_omop(files, folder=into)


def every_kind(folder: Path, *, mapping: bytes) -> Sequence[Kind]:
    """The kinds of sources; `mapping` is that of the hospital's own tables."""
    omop, pmsi = ("load", "{files}"), ("load-pmsi", "{each}", "--tolerate", "0")
    texts = {f"{name}.csv": _csv(name) for name in _TABLES}
    columns = {f"{name}.parquet": _parquet(folder, name) for name in _TABLES}
    own = {name: text.replace("Lefèvre", SECRET).encode("windows-1252") for name, text in FILES.items()}
    rum = [line for stay in _stays() for line in write_rum(stay, year=2026)]
    rsa = [write_rsa(stay, record=int(stay.number)) for stay in _stays()]
    resources = {"Patient.ndjson": _patients(), "Condition.ndjson": _conditions()}
    mapped = ("load-tables", "{mapping}", "--from", "{files}", "--tolerate", "0")
    fhir = ("load-fhir", "{files}", "--tolerate", "0")
    return (
        Kind("csv", texts, _stage_omop, omop, by_line=True),
        Kind("parquet", columns, _stage_omop, omop, by_line=False),
        Kind("tables", own, _stage_tables, mapped, by_line=True, aside={"mapping.yaml": mapping}),
        Kind("rum", {"rum.txt": _lines(rum)}, _stage_pmsi, pmsi, by_line=True),
        Kind("rsa", {"rsa.txt": _lines(rsa)}, _stage_pmsi, pmsi, by_line=True),
        Kind("fhir", resources, _stage_fhir, fhir, by_line=True),
    )
