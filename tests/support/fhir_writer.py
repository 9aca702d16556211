"""A warehouse as FHIR R4 resources, one NDJSON file a type: what `load-fhir` should bring back.

Not carried, for FHIR or the mappings have no place for it: periods of observation and eras (derived again),
the service of a stay, the hospital's own codes of visits, ids (new ones are made of the resources' ids).
"""

import json
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import duckdb

Row = Mapping[str, Any]

_SYSTEMS = {
    "LOINC": "http://loinc.org",
    "SNOMED": "http://snomed.info/sct",
    "CIM10": "https://smt.esante.gouv.fr/terminologie-cim-10",
    "CCAM": "https://smt.esante.gouv.fr/terminologie-ccam",
    "ATC": "http://www.whocc.no/atc",
    "RxNorm": "http://www.nlm.nih.gov/research/umls/rxnorm",
}
_CLASSES = {9201: "IMP", 9202: "AMB", 9203: "EMER"}
_RANKS = {32902: "DP", 32908: "DA"}
_ADMINISTRATION = 32818
_CODED = """
    SELECT event.*, source.concept_code AS code, source.vocabulary_id AS vocabulary{more}
    FROM {table} AS event
    LEFT JOIN concept AS source ON source.concept_id = event.{stem}_source_concept_id
"""
_VALUED = """,
        unit.concept_code AS unit, value.concept_code AS value_code,
        value.vocabulary_id AS value_vocabulary"""
_VALUES = """
    LEFT JOIN concept AS unit ON unit.concept_id = event.unit_concept_id
    LEFT JOIN concept AS value ON value.concept_id = event.value_as_concept_id"""


def write_fhir(warehouse: Path, folder: Path) -> Path:
    """Write the persons of a warehouse and what befell them into an empty folder."""
    folder.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        for name, query, make in _EXPORTS:
            with (folder / f"{name}.ndjson").open("w", encoding="utf-8") as stream:
                for row in _rows(connection, query):
                    stream.write(json.dumps(_clean(make(row)), ensure_ascii=False) + "\n")
    return folder


def _rows(connection: duckdb.DuckDBPyConnection, query: str) -> Iterator[Row]:
    cursor = connection.execute(query)
    names = [column[0] for column in cursor.description or ()]
    while rows := cursor.fetchmany(10_000):
        for row in rows:
            yield dict(zip(names, row, strict=True))


def _clean(value: Any) -> Any:
    """Without what is absent: FHIR knows no null."""
    if isinstance(value, dict):
        kept = {name: _clean(one) for name, one in value.items()}
        return {name: one for name, one in kept.items() if one not in (None, {}, [])}
    if isinstance(value, list):
        return [one for one in map(_clean, value) if one not in (None, {})]
    return value


def _reference(kind: str, number: int | None) -> Any:
    return None if number is None else {"reference": f"{kind}/{number}"}


def _concept(vocabulary: str | None, code: str | None) -> Any:
    if code is None or vocabulary is None:
        return None
    return {"coding": [{"system": _SYSTEMS.get(vocabulary, vocabulary), "code": code}]}


def _day(value: Any) -> str | None:
    return None if value is None else value.isoformat()


def _period(row: Row, start: str, end: str) -> Any:
    return {"start": _day(row[start]), "end": _day(row[end])}


def _patient(row: Row) -> Any:
    birth = f"{row['year_of_birth']:04}-{row['month_of_birth']:02}-{row['day_of_birth']:02}"
    return {
        "resourceType": "Patient",
        "id": str(row["person_id"]),
        "gender": {8507: "male", 8532: "female"}[row["gender_concept_id"]],
        "birthDate": birth,
        "deceasedDateTime": _day(row["death_date"]),
        "address": [{"use": "home", "postalCode": row["zip"], "country": "FR"}],
    }


def _encounter(row: Row) -> Any:
    return {
        "resourceType": "Encounter",
        "id": str(row["visit_occurrence_id"]),
        "status": "finished",
        "class": {"code": _CLASSES[row["visit_concept_id"]]},
        "subject": _reference("Patient", row["person_id"]),
        "period": _period(row, "visit_start_date", "visit_end_date"),
        "hospitalization": {
            "admitSource": {"coding": [{"code": row["admitted_from_source_value"]}]},
            "dischargeDisposition": {"coding": [{"code": row["discharged_to_source_value"]}]},
        },
    }


def _claim(row: Row) -> Any:
    """One claim a diagnosis: the PMSI says which is the principal one."""
    rank = _RANKS.get(row["condition_status_concept_id"])
    return {
        "resourceType": "Claim",
        "id": f"c{row['condition_occurrence_id']}",
        "status": "active",
        "use": "claim",
        "type": {"coding": [{"code": "PMSIMCO"}]},
        "patient": _reference("Patient", row["person_id"]),
        "billablePeriod": _period(row, "condition_start_date", "condition_end_date"),
        "item": [{"encounter": [_reference("Encounter", row["visit_occurrence_id"])]}],
        "diagnosis": [
            {
                "sequence": 1,
                "diagnosisCodeableConcept": _concept(row["vocabulary"], row["code"]),
                "type": [{"coding": [{"code": rank}]}],
            }
        ],
    }


def _condition(row: Row) -> Any:
    return {
        "resourceType": "Condition",
        "id": str(row["condition_occurrence_id"]),
        "verificationStatus": {"coding": [{"code": "confirmed"}]},
        "code": _concept(row["vocabulary"], row["code"]),
        "subject": _reference("Patient", row["person_id"]),
        "encounter": _reference("Encounter", row["visit_occurrence_id"]),
        "onsetDateTime": _day(row["condition_start_date"]),
        "abatementDateTime": _day(row["condition_end_date"]),
    }


def _procedure(row: Row) -> Any:
    return {
        "resourceType": "Procedure",
        "id": str(row["procedure_occurrence_id"]),
        "status": "completed",
        "code": _concept(row["vocabulary"], row["code"]),
        "subject": _reference("Patient", row["person_id"]),
        "encounter": _reference("Encounter", row["visit_occurrence_id"]),
        "performedDateTime": _day(row["procedure_date"]),
    }


def _request(row: Row) -> Any:
    days = row["days_supply"]
    return {
        "resourceType": "MedicationRequest",
        "id": str(row["drug_exposure_id"]),
        "status": "completed",
        "intent": "order",
        "medicationCodeableConcept": _concept(row["vocabulary"], row["code"]),
        "subject": _reference("Patient", row["person_id"]),
        "encounter": _reference("Encounter", row["visit_occurrence_id"]),
        "authoredOn": _day(row["drug_exposure_start_date"]),
        "dosageInstruction": [
            {
                "timing": {
                    "repeat": {
                        "boundsPeriod": _period(row, "drug_exposure_start_date", "drug_exposure_end_date")
                    }
                }
            }
        ],
        "dispenseRequest": {"expectedSupplyDuration": days and {"value": days, "code": "d"}},
    }


def _administration(row: Row) -> Any:
    return {
        "resourceType": "MedicationAdministration",
        "id": f"a{row['drug_exposure_id']}",
        "status": "completed",
        "medicationReference": {"reference": f"Medication/{row['vocabulary']}-{row['code']}"},
        "subject": _reference("Patient", row["person_id"]),
        "context": _reference("Encounter", row["visit_occurrence_id"]),
        "effectivePeriod": _period(row, "drug_exposure_start_date", "drug_exposure_end_date"),
    }


def _medication(row: Row) -> Any:
    return {
        "resourceType": "Medication",
        "id": f"{row['vocabulary_id']}-{row['concept_code']}",
        "code": _concept(row["vocabulary_id"], row["concept_code"]),
    }


def _result(row: Row, *, number: str, category: str, day: Any) -> Any:
    value = row["value_as_number"]
    quantity = None if value is None else {"value": value, "unit": row["unit"], "code": row["unit"]}
    return {
        "resourceType": "Observation",
        "id": number,
        "status": "final",
        "category": [{"coding": [{"code": category}]}],
        "code": _concept(row["vocabulary"], row["code"]),
        "subject": _reference("Patient", row["person_id"]),
        "encounter": _reference("Encounter", row["visit_occurrence_id"]),
        "effectiveDateTime": _day(day),
        "valueQuantity": quantity,
        "valueCodeableConcept": _concept(row["value_vocabulary"], row["value_code"]),
    }


def _measurement(row: Row) -> Any:
    made = _result(
        row, number=f"m{row['measurement_id']}", category="laboratory", day=row["measurement_date"]
    )
    low, high = row["range_low"], row["range_high"]
    ranges = {
        "low": None if low is None else {"value": low},
        "high": None if high is None else {"value": high},
    }
    return {**made, "referenceRange": [ranges]}


def _observation(row: Row) -> Any:
    made = _result(
        row, number=f"o{row['observation_id']}", category="social-history", day=row["observation_date"]
    )
    # A fact that is its own code, such as a history of something, must still say something.
    bare = "valueQuantity" not in _clean(made) and "valueCodeableConcept" not in _clean(made)
    return {**made, "valueBoolean": True if bare else None}


_CONDITIONS = _CODED.format(table="condition_occurrence", stem="condition", more="")
_DRUGS = _CODED.format(table="drug_exposure", stem="drug", more="")
_EXPORTS: tuple[tuple[str, str, Callable[[Row], Any]], ...] = (
    (
        "Patient",
        "SELECT person.*, death.death_date, location.zip FROM person LEFT JOIN death USING (person_id)"
        " LEFT JOIN location ON location.location_id = person.location_id",
        _patient,
    ),
    ("Encounter", "SELECT * FROM visit_occurrence", _encounter),
    ("Claim", f"{_CONDITIONS} WHERE condition_status_concept_id <> 0", _claim),
    ("Condition", f"{_CONDITIONS} WHERE coalesce(condition_status_concept_id, 0) = 0", _condition),
    ("Procedure", _CODED.format(table="procedure_occurrence", stem="procedure", more=""), _procedure),
    ("Medication", "SELECT * FROM concept WHERE domain_id = 'Drug'", _medication),
    ("MedicationRequest", f"{_DRUGS} WHERE drug_type_concept_id <> {_ADMINISTRATION}", _request),
    ("MedicationAdministration", f"{_DRUGS} WHERE drug_type_concept_id = {_ADMINISTRATION}", _administration),
    (
        "Observation.laboratory",
        _CODED.format(table="measurement", stem="measurement", more=_VALUED) + _VALUES,
        _measurement,
    ),
    (
        "Observation.lifestyle",
        _CODED.format(table="observation", stem="observation", more=_VALUED) + _VALUES,
        _observation,
    ),
)
