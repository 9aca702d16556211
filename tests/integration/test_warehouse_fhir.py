"""FHIR exports through the command: public data, a whole hospital there and back, updates, undo."""

import json
from pathlib import Path

import duckdb
import pytest

from maillage.analysis.count.local import find_persons
from maillage.cli.main import run
from maillage.cohort import parse_expression
from maillage.cohort.run import compile_for
from maillage.warehouse.batches import list_batches
from maillage.warehouse.engines.duckdb import open_warehouse
from maillage.warehouse.synthetic import synthesize
from tests.conftest import ROOT
from tests.support.fhir import PATIENT, SUBJECT, bundle_of, concept, lines_of
from tests.support.fhir_writer import write_fhir
from tests.support.persons import raw_counts

pytestmark = pytest.mark.xdist_group("fhir-there-and-back")

EXAMPLES = sorted((ROOT / "maillage" / "cli" / "examples").glob("*.json"))
VOCABULARY = (
    *("concept", "concept_relationship", "concept_ancestor", "vocabulary", "domain"),
    *("relationship", "concept_class"),
)
FACTS = {
    "person": "gender_concept_id, year_of_birth, month_of_birth, day_of_birth",
    "death": "death_date",
    "visit_occurrence": "visit_concept_id, visit_start_date, visit_end_date, admitted_from_source_value,"
    " discharged_to_source_value",
    "condition_occurrence": "condition_concept_id, condition_source_concept_id, condition_start_date,"
    " condition_end_date, condition_status_concept_id",
    "drug_exposure": "drug_concept_id, drug_exposure_start_date, drug_exposure_end_date,"
    " drug_type_concept_id",
    "procedure_occurrence": "procedure_concept_id, procedure_source_concept_id, procedure_date",
    "measurement": "measurement_concept_id, measurement_date, value_as_number,"
    " coalesce(unit_concept_id, 0), coalesce(value_as_concept_id, 0), range_low, range_high",
    "observation": "observation_concept_id, observation_date, coalesce(value_as_concept_id, 0)",
}


def load(target: Path, *sources: Path, batch: str = "fhir", command: str = "load-fhir") -> int:
    return run(["warehouse", command, *map(str, sources), "--to", str(target), "--batch", batch])


def read(target: Path, columns: str, table: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(target), read_only=True) as connection:
        return sorted(connection.table(table).project(columns).fetchall(), key=str)


@pytest.fixture(scope="module")
def there_and_back(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path]:
    """A synthetic hospital, and what comes back of it through FHIR."""
    folder = tmp_path_factory.mktemp("fhir")
    first, second = folder / "first.duckdb", folder / "second.duckdb"
    synthesize("hcl", patients=500, target=first)
    vocabulary = folder / "vocabulary"
    vocabulary.mkdir()
    with duckdb.connect(str(first), read_only=True) as connection:
        for table in VOCABULARY:
            connection.table(table).write_parquet(str(vocabulary / f"{table}.parquet"))
    assert run(["warehouse", "load", str(vocabulary), "--to", str(second), "--batch", "vocabulary"]) == 0
    assert load(second, write_fhir(first, folder / "export")) == 0
    return first, second


@pytest.mark.parametrize("table", FACTS)
def test_a_hospital_comes_back_row_for_row(there_and_back: tuple[Path, Path], table: str) -> None:
    first, second = there_and_back
    assert read(first, FACTS[table], table) == read(second, FACTS[table], table)


def test_a_reason_for_contact_is_an_observation(there_and_back: tuple[Path, Path], tmp_path: Path) -> None:
    target = tmp_path / "w.duckdb"
    pregnancy = concept("https://smt.esante.gouv.fr/terminologie-cim-10", "Z34")
    assert load(target, there_and_back[0].with_name("vocabulary"), command="load", batch="vocabulary") == 0
    condition = {
        "resourceType": "Condition",
        "id": "c1",
        "subject": SUBJECT,
        "code": pregnancy,
        "onsetDateTime": "2024-07-02",
    }
    claim = {
        "resourceType": "Claim",
        "id": "rss1",
        "use": "claim",
        "patient": SUBJECT,
        "billablePeriod": {"start": "2024-07-02", "end": "2024-07-03"},
        "diagnosis": [{"type": [concept("", "DP")], "diagnosisCodeableConcept": pregnancy}],
    }
    assert load(target, export(tmp_path, "a.ndjson", condition, claim)) == 0
    assert read(target, "*", "condition_occurrence") == []
    found = read(target, "observation_source_value, qualifier_source_value", "observation")
    assert found == [("Z34", "DP"), ("Z34", None)]


def test_persons_and_stays_still_belong_together(there_and_back: tuple[Path, Path]) -> None:
    query = """
        SELECT measurement_concept_id, measurement_date, value_as_number, visit_start_date, year_of_birth
        FROM measurement JOIN visit_occurrence AS visit USING (visit_occurrence_id, person_id)
        JOIN person USING (person_id) ORDER BY ALL
    """
    answers: list[object] = []
    for path in there_and_back:
        with duckdb.connect(str(path), read_only=True) as connection:
            answers.append(connection.execute(query).fetchall())
    assert answers[0] == answers[1]
    assert answers[0]


@pytest.mark.parametrize("path", EXAMPLES, ids=lambda path: path.stem)
def test_the_examples_count_the_same(there_and_back: tuple[Path, Path], path: Path) -> None:
    cohort = parse_expression(path.read_text(encoding="utf-8"))
    counts: list[object] = []
    for warehouse in there_and_back:
        engine = open_warehouse(warehouse)
        counts.append(raw_counts(find_persons(compile_for(engine, cohort), engine=engine)))
        engine.close()
    assert counts[0] == counts[1]


def test_ten_public_patients(shared_data: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target = tmp_path / "w.duckdb"
    assert load(target, shared_data / "fhir" / "10-patients") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "DocumentReference 1 215 toutes : ce type n’a pas de table ici" in told
    assert "Fichiers sans ressource FHIR, non lus : log.ndjson" in told
    counts = {
        table: len(read(target, "*", table))
        for table in ("person", "death", "visit_occurrence", "condition_occurrence", "procedure_occurrence")
    }
    assert counts == {
        "person": 13,
        "death": 3,
        "visit_occurrence": 1215,
        "condition_occurrence": 555,
        "procedure_occurrence": 2056,
    }
    assert len(read(target, "*", "drug_exposure")) == 1745 + 161
    venues = [concept for (concept,) in read(target, "visit_concept_id", "visit_occurrence")]
    assert {one: venues.count(one) for one in set(venues)} == {
        9201: 49,
        9202: 1133,
        9203: 23,
        581476: 9,
        5083: 1,
    }
    with duckdb.connect(str(target), read_only=True) as connection:
        lost = connection.execute(
            "SELECT count(*) FROM condition_occurrence ANTI JOIN visit_occurrence USING (visit_occurrence_id)"
        ).fetchall()
    assert lost == [(0,)], "every condition of this export names an encounter of it"


WEIGHT = {
    "resourceType": "Observation",
    "id": "w1",
    "status": "final",
    "category": [concept("http://terminology.hl7.org/CodeSystem/observation-category", "vital-signs")],
    "code": concept("http://loinc.org", "29463-7"),
    "subject": SUBJECT,
    "effectiveDateTime": "2024-07-26",
    "valueQuantity": {"value": 96, "code": "kg"},
}


def export(folder: Path, name: str, *resources: object) -> Path:
    path = folder / name
    path.write_bytes(lines_of([PATIENT, *resources]))  # pyright: ignore[reportArgumentType]
    return path


def test_a_newer_export_updates_and_undo_brings_the_former_back(tmp_path: Path) -> None:
    target = tmp_path / "w.duckdb"
    old = export(tmp_path, "a.ndjson", WEIGHT, {**WEIGHT, "id": "w2"})
    new = export(tmp_path, "b.ndjson", {**WEIGHT, "valueQuantity": {"value": 90, "code": "kg"}})
    assert load(target, old) == 0
    first = read(target, "measurement_id, person_id", "measurement")
    assert load(target, new) == 0
    assert read(target, "value_as_number", "measurement") == [(90.0,)]
    assert read(target, "measurement_id, person_id", "measurement")[0] in first, "ids are for ever"
    assert run(["warehouse", "undo", str(target), "fhir"]) == 0
    assert read(target, "measurement_id, person_id", "measurement") == first


def test_a_supplement_replaces_the_resources_that_it_holds(tmp_path: Path) -> None:
    target = tmp_path / "w.duckdb"
    assert load(target, export(tmp_path, "a.ndjson", WEIGHT, {**WEIGHT, "id": "w2"}), batch="year") == 0
    corrected = {**WEIGHT, "valueQuantity": {"value": 69, "code": "kg"}}
    assert load(target, export(tmp_path, "b.ndjson", corrected), batch="corrections") == 0
    assert read(target, "value_as_number", "measurement") == [(69.0,), (96.0,)]
    assert [batch.kind for batch in list_batches(target)] == ["fhir", "fhir"]


def test_the_same_files_again_change_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    target, source = tmp_path / "w.duckdb", export(tmp_path, "a.ndjson", WEIGHT)
    load(target, source)
    capsys.readouterr()
    assert load(target, source) == 0
    assert "rien n’a changé" in capsys.readouterr().out


@pytest.mark.parametrize("urn", [False, True])
def test_a_bundle_is_the_same_as_its_lines(tmp_path: Path, urn: bool) -> None:
    subject = {"reference": "urn:uuid:p1" if urn else "https://chu.example/fhir/Patient/p1"}
    weight = {**WEIGHT, "subject": subject}
    bundle = tmp_path / "bundle.json"
    bundle.write_text(json.dumps(bundle_of([PATIENT, weight], urn=urn), indent=2), encoding="utf-8")
    assert load(tmp_path / "b.duckdb", bundle) == 0
    assert load(tmp_path / "l.duckdb", export(tmp_path, "lines.ndjson", WEIGHT)) == 0
    columns = "measurement_id, person_id, value_as_number"
    assert read(tmp_path / "b.duckdb", columns, "measurement") == read(
        tmp_path / "l.duckdb", columns, "measurement"
    )
