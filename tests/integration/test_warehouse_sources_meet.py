"""Sources of different kinds that know a patient by the same number of the hospital speak of one person."""

from pathlib import Path

import duckdb

from maillage.cli.main import run
from tests.support.fhir import PATIENT, SUBJECT, concept, lines_of
from tests.support.omop import write_csv

MAPPING = """
version: 1
name: test
sources:
  patients: {file: patients.csv}
tables:
  - table: person
    source: patients
    key: [ipp]
    columns:
      gender_concept_id: {column: sexe, map: {F: 8532, M: 8507}}
      year_of_birth: {column: ne}
"""


def test_one_patient_of_two_sources_is_one_person(tmp_path: Path) -> None:
    number = {"type": concept("http://interopsante.org/fhir/CodeSystem/fr-v2-0203", "PI"), "value": "P001"}
    condition = {
        "resourceType": "Condition",
        "id": "c1",
        "subject": SUBJECT,
        "code": concept("http://hl7.org/fhir/sid/icd-10", "E11"),
        "recordedDate": "2024-03-01",
    }
    (tmp_path / "export.ndjson").write_bytes(lines_of([{**PATIENT, "identifier": [number]}, condition]))
    write_csv(tmp_path / "patients.csv", [{"IPP": "P001", "SEXE": "F", "NE": 1948}])
    (tmp_path / "mapping.yaml").write_text(MAPPING, encoding="utf-8")
    to = ["--to", str(tmp_path / "w.duckdb")]
    assert run(["warehouse", "load-fhir", str(tmp_path / "export.ndjson"), *to, "--batch", "fhir"]) == 0
    tables = ["warehouse", "load-tables", str(tmp_path / "mapping.yaml"), "--from", str(tmp_path)]
    assert run([*tables, *to, "--batch", "tables"]) == 0
    with duckdb.connect(str(tmp_path / "w.duckdb"), read_only=True) as connection:
        persons = connection.table("person").project("person_id").fetchall()
        assert len(persons) == 1
        assert connection.table("condition_occurrence").project("person_id").fetchall() == persons
