"""Codes of a source become concepts: known, refined, mapped by the hospital, unknown."""

from collections.abc import Mapping
from pathlib import Path

import duckdb
import pytest

from maillage.warehouse.batches import load_batch
from maillage.warehouse.build.omop import stage_omop
from tests.support.omop import Rows, write_folder

CONCEPTS = [
    {"concept_id": 2000100154, "concept_code": "E11", "vocabulary_id": "CIM10"},
    {"concept_id": 2000100160, "concept_code": "E11.9", "vocabulary_id": "CIM10"},
    {"concept_id": 2000100300, "concept_code": "I50", "vocabulary_id": "CIM10"},
    {"concept_id": 316139, "concept_code": "84114007", "vocabulary_id": "SNOMED"},
    {"concept_id": 3004410, "concept_code": "4548-4", "vocabulary_id": "LOINC"},
    {"concept_id": 8554, "concept_code": "%", "vocabulary_id": "UCUM"},
]
MAPS = [
    {"concept_id_1": 2000100300, "concept_id_2": 316139, "relationship_id": "Maps to", "invalid_reason": ""}
]
OWN_MAP = [
    {
        "source_code": "GLY",
        "source_vocabulary_id": "LABO",
        "target_concept_id": 3004410,
        "target_vocabulary_id": "LOINC",
        "invalid_reason": "",
    }
]


def load_vocabulary(folder: Path, name: str, tables: Mapping[str, Rows]) -> None:
    source = write_folder(folder / name, tables)
    load_batch(
        folder / "w.duckdb",
        name="vocabulary",
        kind="omop",
        digest=name,
        write=lambda staged: stage_omop(source, folder=staged),
        source_name="test",
    )


def load_coded(folder: Path, table: str, rows: str, columns: str) -> None:
    def write(staged: Path) -> None:
        with duckdb.connect() as connection:
            connection.values([1, 8507, 1950, 0, 0]).project(
                "col0 AS person_id, col1 AS gender_concept_id, col2 AS year_of_birth,"
                " col3 AS race_concept_id, col4 AS ethnicity_concept_id"
            ).write_parquet(str(staged / "person.parquet"))
            connection.sql(f"SELECT * FROM (VALUES {rows}) AS t({columns})").write_parquet(
                str(staged / f"{table}.parquet")
            )

    load_batch(folder / "w.duckdb", name="coded", kind="test", digest=rows, write=write, source_name="test")


def read(folder: Path, columns: str, table: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(folder / "w.duckdb"), read_only=True) as connection:
        return sorted(connection.table(table).project(columns).fetchall())


CONDITION = (
    "condition_occurrence_id, person_id, condition_start_date, condition_type_concept_id,"
    " source_vocabulary_id, source_code"
)
FOUND = "condition_concept_id, condition_source_concept_id, condition_source_value"


@pytest.mark.parametrize(
    ("code", "concept", "source"),
    [
        ("E11.9", 2000100160, 2000100160),
        ("E119", 2000100160, 2000100160),
        ("e11 9", 2000100160, 2000100160),
        ("E1198", 2000100160, 2000100160),
        ("E112", 2000100154, 2000100154),
        ("I50", 316139, 2000100300),
        ("I501", 316139, 2000100300),
        ("Z99", 0, 0),
        ("E1", 0, 0),
    ],
)
def test_a_code_of_the_classification(tmp_path: Path, code: str, concept: int, source: int) -> None:
    load_vocabulary(tmp_path, "v", {"concept": CONCEPTS, "concept_relationship": MAPS})
    row = f"(1, 1, DATE '2020-01-01', 0, 'CIM10', '{code}')"
    load_coded(tmp_path, "condition_occurrence", row, CONDITION)
    assert read(tmp_path, FOUND, "condition_occurrence") == [(concept, source, code)]


WRITTEN = [
    *(("CIM10", code, 2000100160) for code in ("e11.9", " E119 ", "E11.9+", "e11,9*", "E11.9\u00a0")),
    *(("CCAM", code, 2000200001) for code in ("hbkd396 ", "HBKD 396", "HBKD396·0·1", "hbkd396-02")),
    *(("ATC", code, 2000300001) for code in ("a10ba02", "A10 BA02", " A10BA02\t")),
    *(("UCD", code, 2000400001) for code in ("9.261.110", " 9261110")),
    ("LABO", " GLY ", 3004410),
    ("LABO", "gly", 0),
    ("LABO", "Mg", 8576),
    ("LABO", "mg", 9655),
]
NATIONAL = [
    {"concept_id": 2000200001, "concept_code": "HBKD396", "vocabulary_id": "CCAM"},
    {"concept_id": 2000300001, "concept_code": "A10BA02", "vocabulary_id": "ATC"},
    {"concept_id": 2000400001, "concept_code": "9261110", "vocabulary_id": "UCD"},
    {"concept_id": 8576, "concept_code": "Mg", "vocabulary_id": "LABO"},
    {"concept_id": 9655, "concept_code": "mg", "vocabulary_id": "LABO"},
]


def test_codes_without_case_are_found_however_they_are_written(tmp_path: Path) -> None:
    vocabulary = {"concept": [*CONCEPTS, *NATIONAL], "source_to_concept_map": OWN_MAP}
    load_vocabulary(tmp_path, "v", vocabulary)
    rows = ", ".join(
        f"({number}, 1, DATE '2020-01-01', 0, '{vocabulary}', '{code}')"
        for number, (vocabulary, code, _concept) in enumerate(WRITTEN)
    )
    load_coded(tmp_path, "condition_occurrence", rows, CONDITION)
    found = read(
        tmp_path,
        "condition_occurrence_id, condition_source_value, condition_concept_id",
        "condition_occurrence",
    )
    assert found == [(number, code, concept) for number, (_name, code, concept) in enumerate(WRITTEN)]


def test_a_newer_vocabulary_maps_the_same_codes_anew(tmp_path: Path) -> None:
    load_vocabulary(tmp_path, "v1", {"concept": CONCEPTS})
    load_coded(tmp_path, "condition_occurrence", "(1, 1, DATE '2020-01-01', 0, 'CIM10', 'I50')", CONDITION)
    assert read(tmp_path, "condition_concept_id", "condition_occurrence") == [(2000100300,)]
    load_vocabulary(tmp_path, "v2", {"concept": CONCEPTS, "concept_relationship": MAPS})
    assert read(tmp_path, "condition_concept_id", "condition_occurrence") == [(316139,)]


def test_a_hospitals_own_map_a_unit_and_an_unknown_code(tmp_path: Path) -> None:
    load_vocabulary(tmp_path, "v", {"concept": CONCEPTS, "source_to_concept_map": OWN_MAP})
    columns = (
        "measurement_id, person_id, measurement_date, measurement_type_concept_id, value_as_number,"
        " source_vocabulary_id, source_code, unit_code"
    )
    rows = (
        "(1, 1, DATE '2020-01-01', 0, 8.1, 'LABO', 'GLY', '%'),"
        "(2, 1, DATE '2020-01-02', 0, 8.2, 'LOINC', '4548-4', 'mmol/mol'),"
        "(3, 1, DATE '2020-01-03', 0, 8.3, 'LABO', 'XYZ', NULL)"
    )
    load_coded(tmp_path, "measurement", rows, columns)
    found = (
        "measurement_id, measurement_concept_id, measurement_source_value, unit_concept_id, unit_source_value"
    )
    assert read(tmp_path, found, "measurement") == [
        (1, 3004410, "GLY", 8554, "%"),
        (2, 3004410, "4548-4", 0, "mmol/mol"),
        (3, 0, "XYZ", 0, None),
    ]


CHEMOTHERAPY = {
    "concept_id": 2000100500,
    "concept_code": "Z51.1",
    "vocabulary_id": "CIM10",
    "domain_id": "Observation",
}
STATED = f"{CONDITION}, condition_status_concept_id, condition_status_source_value, visit_occurrence_id"


def test_a_diagnosis_of_another_domain_is_a_row_there_with_its_rank(tmp_path: Path) -> None:
    load_vocabulary(tmp_path, "v", {"concept": [*CONCEPTS, CHEMOTHERAPY]})
    rows = (
        "(1, 1, DATE '2020-01-01', 32810, 'CIM10', 'Z511', 32902, 'DP', 7),"
        "(2, 1, DATE '2020-01-01', 32810, 'CIM10', 'E11', 32908, 'DA', 7)"
    )
    load_coded(tmp_path, "condition_occurrence", rows, STATED)
    assert read(tmp_path, "condition_occurrence_id, condition_concept_id", "condition_occurrence") == [
        (2, 2000100154)
    ]
    found = (
        "observation_id, person_id, observation_concept_id, CAST(observation_date AS VARCHAR),"
        " observation_type_concept_id, observation_source_value, observation_source_concept_id,"
        " qualifier_concept_id, qualifier_source_value, visit_occurrence_id"
    )
    expected = (1, 1, 2000100500, "2020-01-01", 32810, "Z511", 2000100500, 32902, "DP", 7)
    assert read(tmp_path, found, "observation") == [expected]


def test_a_batch_that_knows_its_concepts_keeps_them_beside_one_of_codes(tmp_path: Path) -> None:
    known = {"condition_occurrence_id": 9, "condition_concept_id": 2000100500, "person_id": 1}
    vocabulary = {"concept": [*CONCEPTS, CHEMOTHERAPY], "condition_occurrence": [known]}
    load_vocabulary(tmp_path, "v", vocabulary)
    load_coded(tmp_path, "condition_occurrence", "(1, 1, DATE '2020-01-01', 0, 'CIM10', 'E11')", CONDITION)
    columns = "condition_occurrence_id, condition_concept_id"
    expected = [(1, 2000100154), (9, 2000100500)]
    assert read(tmp_path, columns, "condition_occurrence") == expected
