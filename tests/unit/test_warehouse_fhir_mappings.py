"""Each mapping from FHIR as small tables: the French profiles, statuses, references, dates."""

from pathlib import Path
from typing import Any

import pytest

from maillage.warehouse.batches.fhir.mappings import MAPPINGS
from maillage.warehouse.batches.fhir.report import REASONS
from maillage.warehouse.batches.fhir.session import systems
from maillage.warehouse.schema import TABLES
from tests.support.fhir import PATIENT, SUBJECT, Resource, Staged, concept, lines_of, stage

CIM10 = "https://smt.esante.gouv.fr/terminologie-cim-10"
EDS = "https://interop.esante.gouv.fr/ig/fhir/eds/CodeSystem"
LOINC, SNOMED = "http://loinc.org", "http://snomed.info/sct"
UCD = "http://data.esante.gouv.fr/ansm/medicament/UCD"
CATEGORY = "http://terminology.hl7.org/CodeSystem/observation-category"
STAY = {
    "resourceType": "Encounter",
    "id": "e1",
    "status": "finished",
    "class": {"code": "IMP"},
    "subject": SUBJECT,
    "period": {"start": "2024-07-01T23:30:00+02:00", "end": "2024-07-09"},
}
DIAGNOSIS = {
    "resourceType": "Condition",
    "id": "c1",
    "code": concept(CIM10, "I10"),
    "subject": SUBJECT,
    "encounter": {"reference": "Encounter/e1"},
    "onsetDateTime": "2024-07-02",
}


def observation(code: Any, category: str, **elements: Any) -> Resource:
    return {
        "resourceType": "Observation",
        "id": "o1",
        "status": "final",
        "category": [concept(CATEGORY, category)],
        "code": code,
        "subject": SUBJECT,
        "effectiveDateTime": "2024-08-27T14:25:00+01:00",
        **elements,
    }


def test_every_mapping_names_tables_of_the_model() -> None:
    assert {table for one in MAPPINGS.values() for table in one.tables} <= TABLES.keys()
    assert len(set(systems().values())) > 10


def test_a_patient_becomes_a_person_a_home_and_a_death(tmp_path: Path) -> None:
    places = [("latitude", 48.840031), ("longitude", 2.400811)]
    patient = {
        **PATIENT,
        "deceasedDateTime": "2024-07-12T12:00:00+01:00",
        "address": [
            {
                "use": "home",
                "line": ["12 Bd de Picpus"],
                "city": "Paris",
                "postalCode": "75012",
                "extension": [
                    {
                        "url": "http://hl7.org/fhir/StructureDefinition/geolocation",
                        "extension": [{"url": name, "valueDecimal": value} for name, value in places],
                    }
                ],
            }
        ],
    }
    (tmp_path / "p.ndjson").write_bytes(lines_of([patient]))
    staged = stage(tmp_path, {**patient, "id": "p2"})
    person = "gender_concept_id, year_of_birth, month_of_birth, day_of_birth, person_source_value"
    assert (8532, 1948, 7, 12, "p2") in staged.rows("person", person)
    assert staged.rows("location", "city, zip, latitude, longitude") == [("Paris", "75012", 48.84, 2.4)]
    assert "address_1" not in staged.rows("location", "columns(*)")[0], "a street is an identity"
    assert staged.rows("death", "death_date, death_datetime") == [("2024-07-12", "2024-07-12 12:00:00")]


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ({"birthDate": None}, "no-birth-date"),
        ({"birthDate": "inconnue"}, "no-birth-date"),
        ({"link": [{"type": "replaced-by"}]}, "replaced"),
        ({"deceasedBoolean": True}, "death-without-date"),
    ],
)
def test_what_makes_no_person_or_no_death_is_counted(tmp_path: Path, elements: Any, reason: str) -> None:
    staged = stage(tmp_path, {**PATIENT, "id": "p2", **elements})
    assert staged.report.left_out == {("Patient", reason): 1}


@pytest.mark.parametrize(("birth", "expected"), [("1948", (1948, None, None)), ("1948-07", (1948, 7, None))])
def test_a_birth_is_as_precise_as_it_is_known(tmp_path: Path, birth: str, expected: tuple[Any, ...]) -> None:
    staged = stage(tmp_path, {**PATIENT, "id": "p2", "birthDate": birth})
    assert expected in staged.rows("person", "year_of_birth, month_of_birth, day_of_birth")


@pytest.mark.parametrize(
    ("kind", "venue"), [("IMP", 9201), ("AMB", 9202), ("EMER", 9203), ("HH", 581476), ("XX", 0)]
)
def test_an_encounter_becomes_a_visit_of_its_class(tmp_path: Path, kind: str, venue: int) -> None:
    staged = stage(tmp_path, {**STAY, "class": {"code": kind}})
    visit = "visit_concept_id, visit_start_date, visit_start_datetime, visit_end_date"
    # The hospital's clock: at 23:30 in Paris it is not yet the next day, whatever the hour in London.
    expected = (venue, "2024-07-01", "2024-07-01 23:30:00", "2024-07-09")
    assert staged.rows("visit_occurrence", visit) == [expected]


def test_an_admission_through_emergency_is_one_visit(tmp_path: Path) -> None:
    staged = stage(tmp_path, {**STAY, "classHistory": [{"class": {"code": "EMER"}}]})
    assert staged.rows("visit_occurrence", "visit_concept_id") == [(262,)]


def test_encounters_inside_others_are_details_of_the_stay(tmp_path: Path) -> None:
    ward = {**STAY, "id": "e2", "partOf": {"reference": "Encounter/e1"}}
    bed = {**STAY, "id": "e3", "partOf": {"reference": "Encounter/e2"}}
    event = {**DIAGNOSIS, "encounter": {"reference": "Encounter/e3"}}
    staged = stage(tmp_path, event, bed, ward, STAY)
    ((stay,),) = staged.rows("visit_occurrence", "visit_occurrence_id")
    details = "visit_occurrence_id, visit_detail_id, parent_visit_detail_id"
    found = staged.rows("visit_detail", details)
    assert {visit for visit, _detail, _parent in found} == {stay}
    ((_visit, inner, outer),) = [row for row in found if row[2] is not None]
    assert outer in {detail for _stay, detail, parent in found if parent is None}
    assert staged.rows("condition_occurrence", "visit_occurrence_id, visit_detail_id") == [(stay, inner)]


def test_an_encounter_that_contains_itself_ends(tmp_path: Path) -> None:
    loop = [
        {**STAY, "id": one, "partOf": {"reference": f"Encounter/{other}"}}
        for one, other in (("e1", "e2"), ("e2", "e1"))
    ]
    assert len(stage(tmp_path, *loop).rows("visit_detail", "visit_detail_id")) == 2


@pytest.mark.parametrize(
    ("table", "resource", "reason"),
    [
        ("condition_occurrence", {"verificationStatus": concept("", "entered-in-error")}, "entered-in-error"),
        ("condition_occurrence", {"verificationStatus": concept("", "refuted")}, "refuted"),
        ("condition_occurrence", {"subject": {"reference": "Group/g"}}, "no-patient"),
        ("condition_occurrence", {"subject": {"reference": "Patient?identifier=x|1"}}, "no-patient"),
        ("condition_occurrence", {"onsetDateTime": None}, "no-date"),
        ("condition_occurrence", {"code": None}, "no-code"),
        ("condition_occurrence", {"id": None}, "no-id"),
    ],
)
def test_what_is_no_condition_is_counted(
    tmp_path: Path, table: str, resource: dict[str, Any], reason: str
) -> None:
    staged = stage(tmp_path, {**DIAGNOSIS, **resource})
    assert staged.rows(table, "1") == []
    assert staged.report.left_out == {("Condition", reason): 1}
    assert reason in REASONS


@pytest.mark.parametrize(
    ("system", "vocabulary"),
    [
        (CIM10, "CIM10"),
        (f"{CIM10}/", "CIM10"),
        (f"{EDS}/CIM10", "CIM10"),
        (SNOMED, "SNOMED"),
        ("http://hl7.org/fhir/sid/icd-10-cm", "ICD10CM"),
        ("https://chu.example/local", "https://chu.example/local"),
    ],
)
def test_a_code_system_is_a_vocabulary(tmp_path: Path, system: str, vocabulary: str) -> None:
    staged = stage(tmp_path, {**DIAGNOSIS, "code": concept(system, "I10")})
    found = staged.rows("condition_occurrence", "source_vocabulary_id, source_code")
    assert found == [(vocabulary, "I10")]


def test_of_several_codings_the_national_one_is_taken(tmp_path: Path) -> None:
    codings = [{"system": SNOMED, "code": "38341003"}, {"system": CIM10, "code": "I10"}]
    staged = stage(tmp_path, {**DIAGNOSIS, "code": {"coding": codings, "text": "HTA"}})
    assert staged.rows("condition_occurrence", "source_code") == [("I10",)]


@pytest.mark.parametrize(
    ("onset", "ended", "expected"),
    [
        ("2020", "2020", ("2020-01-01", "2020-12-31", None)),
        ("2020-02", "2020-02", ("2020-02-01", "2020-02-29", None)),
        ("2020-02-03", None, ("2020-02-03", None, None)),
        ("2020-02-03T04:05:06Z", None, ("2020-02-03", None, "2020-02-03 04:05:06")),
    ],
)
def test_a_partial_date_starts_on_its_first_day_and_ends_on_its_last(
    tmp_path: Path, onset: str, ended: str | None, expected: tuple[Any, ...]
) -> None:
    staged = stage(tmp_path, {**DIAGNOSIS, "onsetDateTime": onset, "abatementDateTime": ended})
    columns = "condition_start_date, condition_end_date, condition_start_datetime"
    assert staged.rows("condition_occurrence", columns) == [expected]


@pytest.mark.parametrize(
    "reference",
    [
        "Patient/p1",
        "https://chu.example/fhir/Patient/p1",
        "Patient/p1/_history/3",
        "https://chu.example/fhir/Patient/p1/_history/3",
        "urn:uuid:p1",
    ],
)
def test_every_form_of_reference_names_the_same_person(tmp_path: Path, reference: str) -> None:
    staged = stage(tmp_path, {**DIAGNOSIS, "subject": {"reference": reference}})
    assert staged.rows("condition_occurrence", "person_id") == staged.rows("person", "person_id")


def test_a_person_of_another_batch_has_the_same_number(tmp_path: Path) -> None:
    (tmp_path / "one").mkdir()
    known = stage(tmp_path / "one", {**PATIENT, "id": "elsewhere"}).rows(
        "person", "person_source_value, person_id"
    )
    staged = stage(tmp_path, {**DIAGNOSIS, "subject": {"reference": "Patient/elsewhere"}})
    assert staged.rows("condition_occurrence", "person_id") == [(dict(known)["elsewhere"],)]


def test_a_procedure_that_was_not_done_is_left_out(tmp_path: Path) -> None:
    act = {
        "resourceType": "Procedure",
        "status": "completed",
        "code": concept(f"{EDS}/CCAM", "NZFA010"),
        "subject": SUBJECT,
        "performedPeriod": {"start": "2024-07-03T08:00:00+02:00", "end": "2024-07-03T10:00:00+02:00"},
    }
    staged = stage(tmp_path, {**act, "id": "a1"}, {**act, "id": "a2", "status": "not-done"})
    columns = "source_vocabulary_id, source_code, procedure_date, procedure_end_datetime"
    expected = ("CCAM", "NZFA010", "2024-07-03", "2024-07-03 10:00:00")
    assert staged.rows("procedure_occurrence", columns) == [expected]
    assert staged.report.left_out == {("Procedure", "not-done"): 1}


CLAIM = {
    "resourceType": "Claim",
    "id": "rss1",
    "status": "active",
    "use": "claim",
    "type": concept(f"{EDS}/FrClaimType", "PMSIMCO"),
    "patient": SUBJECT,
    "created": "2024-10-10",
    "billablePeriod": {"start": "2023-11-14", "end": "2023-11-20"},
    "supportingInfo": [
        {"code": concept(f"{EDS}/FrClaimMode", "0"), "valueString": "8"},
        {"code": concept(f"{EDS}/FrClaimMode", "1"), "valueString": "6"},
    ],
    "diagnosis": [
        {"type": [concept("", rank)], "diagnosisCodeableConcept": concept(f"{EDS}/CIM10", code)}
        for rank, code in (("DP", "S09"), ("DA", "I10"), ("DR", "Z511"))
    ],
    "procedure": [
        {"date": "2023-11-15", "procedureCodeableConcept": concept(f"{EDS}/CCAM", "NZFA010···01·")}
    ],
}


def test_a_stay_summary_becomes_a_stay_diagnoses_and_acts(tmp_path: Path) -> None:
    staged = stage(tmp_path, CLAIM)
    visit = "visit_start_date, visit_end_date, admitted_from_source_value, discharged_to_source_value"
    assert staged.rows("visit_occurrence", visit) == [("2023-11-14", "2023-11-20", "8", "6")]
    condition = "source_vocabulary_id, source_code, condition_status_concept_id, condition_start_date"
    assert staged.rows("condition_occurrence", condition) == [
        ("CIM10", "I10", 32908, "2023-11-14"),
        ("CIM10", "S09", 32902, "2023-11-14"),
        ("CIM10", "Z511", 0, "2023-11-14"),
    ]
    act = "source_vocabulary_id, source_code, procedure_date"
    assert staged.rows("procedure_occurrence", act) == [("CCAM", "NZFA010···01·", "2023-11-15")]
    of_visit = staged.rows("visit_occurrence", "visit_occurrence_id")
    assert set(staged.rows("condition_occurrence", "visit_occurrence_id")) == set(of_visit)


def test_where_encounters_tell_the_stays_claims_do_not_tell_them_again(tmp_path: Path) -> None:
    staged = stage(tmp_path, STAY, CLAIM)
    assert len(staged.rows("visit_occurrence", "1")) == 1
    assert staged.report.left_out == {("Claim", "stay-in-encounters"): 1}


def test_a_claim_that_names_its_encounter_belongs_to_it(tmp_path: Path) -> None:
    staged = stage(tmp_path, STAY, {**CLAIM, "item": [{"encounter": [{"reference": "Encounter/e1"}]}]})
    of_visit = staged.rows("visit_occurrence", "visit_occurrence_id")
    assert staged.rows("procedure_occurrence", "visit_occurrence_id") == of_visit


REQUEST = {
    "resourceType": "MedicationRequest",
    "id": "m1",
    "status": "active",
    "intent": "order",
    "subject": SUBJECT,
    "authoredOn": "2024-07-02T09:00:00+02:00",
    "medicationReference": {"reference": "Medication/ucd"},
    "dosageInstruction": [
        {
            "text": "1 cp matin",
            "route": concept("http://standardterms.edqm.eu", "20053000"),
            "doseAndRate": [{"doseQuantity": {"value": 1, "code": "{tbl}"}}],
        }
    ],
    "dispenseRequest": {"expectedSupplyDuration": {"value": 2, "code": "wk"}},
}
MEDICATION = {"resourceType": "Medication", "id": "ucd", "code": concept(UCD, "3400892592190")}
CODES = "source_vocabulary_id, source_code"


def test_a_prescription_names_a_medication_of_its_own(tmp_path: Path) -> None:
    staged = stage(tmp_path, REQUEST, MEDICATION)
    columns = (
        "source_vocabulary_id, source_code, drug_exposure_start_date, drug_exposure_end_date, days_supply,"
        " route_source_value, dose_unit_source_value, sig, drug_type_concept_id"
    )
    assert staged.rows("drug_exposure", columns) == [
        ("UCD", "3400892592190", "2024-07-02", "2024-07-15", 14, "20053000", "{tbl}", "1 cp matin", 32838)
    ]


def test_a_contained_medication_and_one_by_code(tmp_path: Path) -> None:
    inside = {
        **REQUEST,
        "medicationReference": {"reference": "#in"},
        "contained": [{"resourceType": "Medication", "id": "in", "code": concept(UCD, "inside")}],
    }
    coded = {
        **REQUEST,
        "id": "m2",
        "medicationCodeableConcept": concept("http://www.whocc.no/atc", "C09AA05"),
    }
    del coded["medicationReference"]
    staged = stage(tmp_path, inside, coded)
    assert staged.rows("drug_exposure", CODES) == [("ATC", "C09AA05"), ("UCD", "inside")]


def test_a_compound_is_one_exposure_an_ingredient(tmp_path: Path) -> None:
    compound = {
        "resourceType": "Medication",
        "id": "g5",
        "code": {"text": "G5 1 L + NaCl 3 g"},
        "ingredient": [
            {"itemReference": {"reference": "Medication/ucd"}},
            {"itemCodeableConcept": concept(UCD, "nacl")},
        ],
    }
    staged = stage(
        tmp_path, {**REQUEST, "medicationReference": {"reference": "Medication/g5"}}, MEDICATION, compound
    )
    assert staged.rows("drug_exposure", CODES) == [("UCD", "3400892592190"), ("UCD", "nacl")]
    assert len(set(staged.rows("drug_exposure", "drug_exposure_id"))) == 2


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ({"intent": "proposal"}, "no-order"),
        ({"doNotPerform": True}, "not-to-be-given"),
        ({"status": "entered-in-error"}, "entered-in-error"),
        ({"medicationReference": {"reference": "Medication/unknown"}}, "no-code"),
    ],
)
def test_what_is_no_prescription_is_counted(tmp_path: Path, elements: Any, reason: str) -> None:
    staged = stage(tmp_path, MEDICATION, {**REQUEST, **elements})
    assert staged.report.left_out == {("MedicationRequest", reason): 1}


def test_an_administration_a_statement_and_a_vaccine(tmp_path: Path) -> None:
    given = {
        "resourceType": "MedicationAdministration",
        "id": "d1",
        "status": "completed",
        "subject": SUBJECT,
        "medicationReference": {"reference": "Medication/ucd"},
        "effectivePeriod": {"start": "2024-07-02T10:00:00+02:00", "end": "2024-07-02T11:00:00+02:00"},
        "dosage": {"dose": {"value": 500, "unit": "milligramme", "code": "mg"}},
    }
    taken = {
        "resourceType": "MedicationStatement",
        "id": "d2",
        "status": "active",
        "subject": SUBJECT,
        "medicationCodeableConcept": concept(UCD, "taken"),
        "effectiveDateTime": "2024-07",
    }
    vaccine = {
        "resourceType": "Immunization",
        "id": "d3",
        "status": "completed",
        "patient": SUBJECT,
        "vaccineCode": concept("http://hl7.org/fhir/sid/cvx", "62"),
        "occurrenceDateTime": "2024-07-04",
        "lotNumber": "L1",
    }
    staged = stage(tmp_path, MEDICATION, given, taken, vaccine, {**given, "id": "d4", "status": "not-done"})
    columns = (
        "drug_type_concept_id, source_vocabulary_id, drug_exposure_start_date, drug_exposure_end_date,"
        " quantity, dose_unit_source_value, lot_number"
    )
    assert staged.rows("drug_exposure", columns) == [
        (32817, "CVX", "2024-07-04", "2024-07-04", None, None, "L1"),
        (32818, "UCD", "2024-07-02", "2024-07-02", 500.0, "mg", None),
        (32865, "UCD", "2024-07-01", "2024-07-31", None, None, None),
    ]
    assert staged.report.left_out == {("MedicationAdministration", "not-done"): 1}


RESULT = "source_code, value_as_number, unit_code, range_low, range_high, operator_concept_id"


def quantity(value: float, unit: str) -> dict[str, Any]:
    return {"value": value, "unit": unit, "system": "http://unitsofmeasure.org", "code": unit}


@pytest.mark.parametrize(
    ("comparator", "operator"),
    [(None, None), ("<", 4171756), ("<=", 4171754), (">=", 4171755), (">", 4172704)],
)
def test_a_laboratory_result(tmp_path: Path, comparator: str | None, operator: int | None) -> None:
    urea = observation(
        concept(LOINC, "22664-7"),
        "laboratory",
        valueQuantity={**quantity(7.4, "mmol/L"), "comparator": comparator},
        referenceRange=[{"low": quantity(2.5, "mmol/L"), "high": quantity(7, "mmol/L")}],
    )
    staged = stage(tmp_path, urea)
    assert staged.rows("measurement", RESULT) == [("22664-7", 7.4, "mmol/L", 2.5, 7.0, operator)]
    when = "measurement_date, measurement_datetime, measurement_type_concept_id"
    assert staged.rows("measurement", when) == [("2024-08-27", "2024-08-27 14:25:00", 32856)]


def test_a_panel_is_its_components(tmp_path: Path) -> None:
    panel = observation(
        concept(LOINC, "50197-3"),
        "laboratory",
        component=[
            {"code": concept(LOINC, "14979-9"), "valueQuantity": quantity(33, "s")},
            {"code": concept(LOINC, "13488-2"), "valueQuantity": quantity(31, "s")},
            {
                "code": concept(LOINC, "63561-5"),
                "valueQuantity": {"value": 1.06},
                "referenceRange": [{"low": {"value": 0.8}, "high": {"value": 1.2}}],
            },
            {"code": concept(LOINC, "empty")},
        ],
    )
    staged = stage(tmp_path, panel)
    assert staged.rows("measurement", RESULT) == [
        ("13488-2", 31.0, "s", None, None, None),
        ("14979-9", 33.0, "s", None, None, None),
        ("63561-5", 1.06, None, 0.8, 1.2, None),
    ]
    assert staged.report.left_out == {("Observation", "no-value"): 1}
    assert staged.report.resources["Observation"] == 1


def test_blood_pressure_with_units_in_words(tmp_path: Path) -> None:
    pressure = observation(
        concept(LOINC, "85354-9"),
        "vital-signs",
        component=[
            {"code": concept(LOINC, code), "valueQuantity": {"value": value, "unit": "mm[Hg]"}}
            for code, value in (("8480-6", 107), ("8462-4", 60))
        ],
    )
    found = stage(tmp_path, pressure).rows("measurement", "source_code, value_as_number, unit_code")
    assert found == [("8462-4", 60.0, "mm[Hg]"), ("8480-6", 107.0, "mm[Hg]")]


@pytest.mark.parametrize(
    ("code", "value", "expected"),
    [
        (
            concept(SNOMED, "401201003"),
            {"valueQuantity": quantity(26, "{pack-years}")},
            ("401201003", 26.0, "{pack-years}", None, None),
        ),
        (
            concept(LOINC, "11331-6"),
            {"valueCodeableConcept": concept(SNOMED, "228276006")},
            ("11331-6", None, None, "SNOMED", "228276006"),
        ),
        (
            concept(LOINC, "89555-7"),
            {"valueQuantity": quantity(3, "d/wk")},
            ("89555-7", 3.0, "d/wk", None, None),
        ),
        (concept(LOINC, "11343-1"), {"valueString": "jamais"}, ("11343-1", None, None, "", "jamais")),
    ],
)
def test_lifestyle_is_an_observation(
    tmp_path: Path, code: Any, value: dict[str, Any], expected: tuple[Any, ...]
) -> None:
    staged = stage(tmp_path, observation(code, "social-history", **value))
    columns = "source_code, value_as_number, unit_code, value_vocabulary_id, value_code"
    assert staged.rows("observation", columns) == [expected]
    assert staged.rows("measurement", "measurement_id") == []


@pytest.mark.parametrize(
    ("elements", "reason"),
    [
        ({"status": "entered-in-error"}, "entered-in-error"),
        ({"status": "cancelled"}, "cancelled"),
        ({"valueQuantity": None}, "no-value"),
        ({"effectiveDateTime": None}, "no-date"),
    ],
)
def test_what_is_no_result_is_counted(tmp_path: Path, elements: Any, reason: str) -> None:
    result = observation(concept(LOINC, "22664-7"), "laboratory", valueQuantity=quantity(7.4, "mmol/L"))
    staged = stage(tmp_path, {**result, **elements})
    assert staged.rows("measurement", "1") == []
    assert staged.report.left_out == {("Observation", reason): 1}


def test_of_a_resource_that_comes_twice_the_last_version_stands(tmp_path: Path) -> None:
    older, newer = (
        {**DIAGNOSIS, "meta": {"lastUpdated": day}, "code": concept(CIM10, code)}
        for day, code in (("2024-01-01T00:00:00Z", "I10"), ("2024-02-01T00:00:00Z", "I11"))
    )
    staged = stage(tmp_path, newer, older)
    assert staged.rows("condition_occurrence", "source_code") == [("I11",)]
    assert staged.report.left_out == {("Condition", "older-version"): 1}


def test_a_file_whose_head_hides_another_type_is_read_whole(tmp_path: Path) -> None:
    many = [{**DIAGNOSIS, "id": f"c{number}"} for number in range(1000)]

    (tmp_path / "two").mkdir()
    path = tmp_path / "two" / "Condition.ndjson"
    path.write_bytes(lines_of([*many, PATIENT, STAY]))
    staged = Staged(tmp_path / "two", path)
    assert staged.report.resources == {"Patient": 1, "Encounter": 1, "Condition": 1000}
    of_visit = staged.rows("visit_occurrence", "visit_occurrence_id")
    assert set(staged.rows("condition_occurrence", "visit_occurrence_id")) == set(of_visit)
