"""A small warehouse with one of everything that the quality report looks for."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from maillage.national.ins_sql import holds_ins, holds_nir, looks_like_ins
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.quality.measure import Findings, Identity, measure
from tests.support.omop import Rows

TODAY = date(2026, 11, 25)
IDENTITY = Identity(looks_like_ins, holds_ins, holds_nir)
MALE, FEMALE = 8507, 8532
CREATININE, PRESSURE, TOBACCO, STRANGE = 1001, 1002, 1003, 1999
MICROMOLES, MILLIGRAMS = 2001, 2002
PRESCRIPTION, ADMINISTRATION = 32838, 32818


def _person(number: int, source: str, **columns: Any) -> dict[str, Any]:
    born = {"year_of_birth": 1979, "month_of_birth": 3, "day_of_birth": 28}
    return {"person_id": number, "person_source_value": source, "gender_concept_id": FEMALE} | born | columns


def _measured(
    number: int, person: int, day: str, concept: int, value: float | None, unit: int
) -> dict[str, Any]:
    return {
        "measurement_id": number,
        "person_id": person,
        "measurement_date": day,
        "measurement_concept_id": concept,
        "measurement_source_value": "" if concept else f"GLIMS{number % 2}",
        "value_as_number": value,
        "unit_concept_id": unit or "",
    }


def _code(number: int, vocabulary: str, code: str) -> dict[str, Any]:
    return {"concept_id": number, "vocabulary_id": vocabulary, "concept_code": code}


TABLES: Mapping[str, Rows] = {
    "person": [
        _person(1, "279035121518989", location_id=7),
        _person(2, "279035121518988", location_id=8),
        _person(3, "2790351215189", month_of_birth="", day_of_birth=""),
        _person(4, "8000123456", gender_concept_id=0, year_of_birth=1890),
        _person(5, "180012A00400564", year_of_birth=2030, gender_concept_id=MALE),
    ],
    "location": [
        {
            "location_id": 7,
            "latitude": 48.69,
            "longitude": 6.18,
            "zip": "",
            "location_source_value": "543950101",
        },
        {"location_id": 8, "latitude": 48.69, "zip": "54000"},
    ],
    "death": [
        {"person_id": 2, "death_date": "2024-05-01"},
        {"person_id": 3, "death_date": "1978-12-31"},
    ],
    "visit_occurrence": [
        {
            "visit_occurrence_id": 1,
            "person_id": 1,
            "visit_start_date": "2024-01-03",
            "visit_end_date": "2024-01-02",
            "admitted_from_source_value": "8",
        },
        {
            "visit_occurrence_id": 2,
            "person_id": 2,
            "visit_start_date": "2024-06-01",
            "visit_end_date": "2024-06-02",
            "admitted_from_source_value": "",
        },
        {
            "visit_occurrence_id": 3,
            "person_id": 2,
            "visit_start_date": "2027-01-01",
            "visit_end_date": "2027-01-01",
            "admitted_from_source_value": "",
        },
    ],
    "condition_occurrence": [
        {
            "condition_occurrence_id": number,
            "person_id": person,
            "condition_concept_id": concept,
            "condition_start_date": day,
            "condition_source_value": code,
        }
        for number, person, concept, day, code in (
            (1, 1, 0, "2024-01-03", "I63.9"),
            (2, 2, 0, "2024-01-03", "I639"),
            (3, 2, 0, "1979-03-27", "I639"),
            (4, 3, 9, "1978-12-31", "hypertension"),
        )
    ],
    "drug_exposure": [
        {
            "drug_exposure_id": number,
            "person_id": 1,
            "drug_concept_id": 5,
            "drug_exposure_start_date": "2023-01-01",
            "drug_exposure_end_date": "2023-01-05",
            "drug_type_concept_id": kind,
            "quantity": quantity,
        }
        for number, kind, quantity in ((1, PRESCRIPTION, ""), (2, PRESCRIPTION, 2.5), (3, ADMINISTRATION, 1))
    ],
    "measurement": [
        _measured(1, 1, "2024-01-03", CREATININE, 80, MICROMOLES),
        _measured(2, 1, "2024-01-04", CREATININE, 9000, MICROMOLES),
        _measured(3, 2, "2023-01-03", CREATININE, 0.9, MILLIGRAMS),
        _measured(4, 2, "2001-01-03", CREATININE, None, MICROMOLES),
        _measured(5, 1, "2024-01-03", PRESSURE, 120, 0),
        _measured(6, 1, "2024-01-03", 0, 1, 0),
        _measured(7, 2, "2024-01-03", 0, 1, 0),
        _measured(8, 2, "2024-01-03", 0, 1, 0),
        _measured(9, 2, "2024-01-03", STRANGE, 1, 0),
    ],
    "observation": [
        {
            "observation_id": 1,
            "person_id": 5,
            "observation_concept_id": TOBACCO,
            "observation_date": "2025-01-01",
        }
    ],
    "concept": [
        _code(CREATININE, "LOINC", "14682-9"),
        _code(PRESSURE, "LOINC", "8480-6"),
        _code(TOBACCO, "LOINC", "72166-2"),
        _code(STRANGE, "Local", "8480-6"),
        _code(MICROMOLES, "UCUM", "umol/L"),
        _code(MILLIGRAMS, "UCUM", "mg/dL"),
    ],
}


def measured(engine: Engine) -> Findings:
    """What is found on the day that the rows are meant for, rare codes included."""
    return measure(engine, on=TODAY, identity=IDENTITY, exact=True)
