"""A resource or a person that an export tells several times: the last version is the truth, once."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.support.fhir import PATIENT, SUBJECT, Resource, Staged, concept, lines_of

LOINC = "http://loinc.org"
HOME = [{"use": "home", "city": "Lyon", "postalCode": "69003"}]
DEAD = {**PATIENT, "address": HOME, "deceasedDateTime": "2024-03-01"}
WEIGHT: Resource = {
    "resourceType": "Observation",
    "id": "w1",
    "status": "final",
    "code": concept(LOINC, "29463-7"),
    "subject": SUBJECT,
    "effectiveDateTime": "2024-07-26",
    "valueQuantity": {"value": 96, "code": "kg"},
}
INS = "urn:oid:1.2.250.1.213.1.4.8"
NUMBER = "260058815400233"
PERSON = "person_source_value, gender_concept_id"


def version(
    resource: Resource, updated: str | None = None, edition: int | None = None, **more: Any
) -> Resource:
    meta = {"lastUpdated": updated, "versionId": edition and str(edition)}
    return {**resource, "meta": {name: value for name, value in meta.items() if value}, **more}


def known(key: str, *, ins: str = NUMBER, number: str | None = None, **more: Any) -> Resource:
    own = [{"type": concept("", "PI"), "value": number}] if number else []
    return {**PATIENT, "id": key, "identifier": [{"system": INS, "value": ins}, *own], **more}


def stage(folder: Path, *resources: Resource) -> Staged:
    """In files of a type each, as a bulk export has them."""
    paths: list[Path] = []
    for kind in dict.fromkeys(one["resourceType"] for one in resources):
        paths.append(folder / f"{kind}.ndjson")
        paths[-1].write_bytes(lines_of(one for one in resources if one["resourceType"] == kind))
    return Staged(folder, *paths)


ORDERS = {
    "by date": [version(DEAD, "2024-04-01T00:00:00Z"), version(PATIENT, "2024-05-01T00:00:00Z")],
    "by date, newest first": [
        version(PATIENT, "2024-05-01T00:00:00Z"),
        version(DEAD, "2024-04-01T00:00:00Z"),
    ],
    "by instant, not by text": [
        version(PATIENT, "2024-04-01T23:30:00-05:00"),
        version(DEAD, "2024-04-02T01:00:00+02:00"),
    ],
    "by version": [version(PATIENT, edition=10), version(DEAD, edition=9)],
    "by line": [DEAD, PATIENT],
    "dated before undated": [version(PATIENT, "2024-05-01T00:00:00Z"), DEAD],
}


@pytest.mark.parametrize("name", ORDERS)
def test_person_home_and_death_are_those_of_the_last_version(tmp_path: Path, name: str) -> None:
    staged = stage(tmp_path, *ORDERS[name], {**DEAD, "id": "other"})
    assert staged.rows("person", "person_source_value, location_id IS NULL") == [
        ("other", False),
        ("p1", True),
    ]
    assert len(staged.rows("location", "location_id")) == 1
    assert len(staged.rows("death", "person_id")) == 1
    assert staged.report.left_out == {("Patient", "older-version"): 1}
    assert staged.report.resources == {"Patient": 3}


def test_a_last_version_that_is_left_out_leaves_nothing_of_the_former(tmp_path: Path) -> None:
    panel = {**WEIGHT, "id": "w2", "component": [{"code": concept(LOINC, "8480-6"), "valueInteger": 120}]}
    staged = stage(
        tmp_path,
        PATIENT,
        WEIGHT,
        {**WEIGHT, "id": "kept"},
        {**WEIGHT, "status": "entered-in-error"},
        panel,
        {**panel, "component": []},
    )
    assert len(staged.rows("measurement", "measurement_id")) == 2
    assert staged.report.left_out == {
        ("Observation", "older-version"): 2,
        ("Observation", "entered-in-error"): 1,
    }


def test_what_one_type_repeats_is_nothing_to_another_with_the_same_ids(tmp_path: Path) -> None:
    patients = [{**PATIENT, "id": f"{number}"} for number in range(9)]
    weight = {**WEIGHT, "id": "8", "subject": {"reference": "Patient/8"}}
    staged = stage(tmp_path, *patients, weight, weight)
    assert len(staged.rows("measurement", "measurement_id")) == 1
    assert len(staged.rows("person", "person_id")) == 9


def test_a_history_is_read_from_its_end_and_says_what_was_deleted(tmp_path: Path) -> None:
    entries = [
        {
            "request": {"method": "DELETE", "url": "Observation/w1"},
            "response": {"lastModified": "2024-08-02"},
        },
        {"resource": PATIENT, "request": {"method": "PUT", "url": "Patient/p1"}},
        {"resource": version(WEIGHT, "2024-08-01T00:00:00Z")},
        {"resource": DEAD},
        {"resource": {**WEIGHT, "id": "w2"}},
    ]
    path = tmp_path / "history.json"
    bundle = {"resourceType": "Bundle", "type": "history", "entry": entries}
    path.write_text(json.dumps(bundle), encoding="utf-8")
    staged = Staged(tmp_path, path)
    assert staged.rows("death", "person_id") == []
    assert len(staged.rows("measurement", "measurement_id")) == 1
    assert staged.report.left_out == {
        ("Patient", "older-version"): 1,
        ("Observation", "older-version"): 1,
        ("Observation", "deleted"): 1,
    }


def test_one_ins_under_two_identifiers_is_one_person_with_the_events_of_both(tmp_path: Path) -> None:
    staged = stage(
        tmp_path,
        version(known("a", gender="male"), "2024-05-01T00:00:00Z"),
        version({**DEAD, **known("b")}, "2024-04-01T00:00:00Z"),
        {**WEIGHT, "subject": {"reference": "Patient/a"}},
        {**WEIGHT, "id": "w2", "subject": {"reference": "Patient/b"}},
    )
    ((person, *told),) = staged.rows("person", f"person_id, {PERSON}")
    assert told == ["b", 8507], "an objection under either identifier finds the person"
    assert {found for (found,) in staged.rows("measurement", "person_id")} == {person}
    assert staged.rows("death", "person_id") == staged.rows("location", "location_id") == []
    assert staged.report.left_out == {("Patient", "same-person"): 1}
    alone = tmp_path / "alone"
    alone.mkdir()
    assert stage(alone, {**PATIENT, "id": "a"}).rows("person", "person_id") == [(person,)]


@pytest.mark.parametrize(
    ("second", "shared"),
    [
        (known("b", number="2"), 1),
        (known("b", birthDate="1990-01-01"), 1),
        (known("b", ins="1" * 15), 0),
        (known("b", ins="0" * 15), 0),
    ],
    ids=["another number of the hospital", "another birth", "another INS", "no INS"],
)
def test_what_is_not_surely_one_person_stays_apart(tmp_path: Path, second: Resource, shared: int) -> None:
    staged = stage(tmp_path, known("a", number="1"), second)
    assert len(staged.rows("person", "person_id")) == 2
    assert staged.report.shared_ins == shared


def test_events_of_a_replaced_identity_go_to_the_one_that_replaces_it(tmp_path: Path) -> None:
    link = [{"type": "replaced-by", "other": {"reference": "Patient/p1"}}]
    chain = [{"type": "replaced-by", "other": {"reference": "Patient/old"}}]
    staged = stage(
        tmp_path,
        known("p1", number="7"),
        {**PATIENT, "id": "old", "link": link},
        {**PATIENT, "id": "older", "link": chain},
        {**WEIGHT, "subject": {"reference": "Patient/older"}},
    )
    assert staged.rows("measurement", "person_id") == staged.rows("person", "person_id")
    assert staged.report.left_out == {("Patient", "replaced"): 2}
