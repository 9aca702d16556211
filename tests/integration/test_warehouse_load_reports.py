"""What a load from FHIR or the PMSI tells at its end: lines in, rows out, and what was lost by reason."""

from dataclasses import replace
from pathlib import Path

import pytest

from maillage.cli.main import run
from tests.support.fhir import PATIENT, SUBJECT, concept, lines_of
from tests.support.omop import write_folder
from tests.support.pmsi_lines import Act, Stay, Unit, write_rum

CONCEPTS = [{"concept_id": 2000100160, "concept_code": "E11.9", "vocabulary_id": "CIM10"}]
PERSONS = 12
LABORATORY = "https://chu.example/labo"
NAME = "Dosage de M. Dupont"


def load(folder: Path, command: str, source: Path, *options: str) -> int:
    vocabulary = write_folder(folder / "vocabulary", {"concept": CONCEPTS})
    to = ["--to", str(folder / "w.duckdb"), "--batch"]
    assert run(["warehouse", "load", str(vocabulary), *to, "vocabulary"]) == 0
    return run(["warehouse", command, str(source), *to, "data", *options])


def told(capsys: pytest.CaptureFixture[str]) -> str:
    return " ".join(capsys.readouterr().out.split())


def result(number: int, code: object, person: int) -> dict[str, object]:
    return {
        "resourceType": "Observation",
        "id": f"o{number}",
        "code": code,
        "subject": {"reference": f"Patient/p{person}"},
        "effectiveDateTime": "2024-01-02",
        "valueQuantity": {"value": 1, "code": "mmol/L"},
    }


def write_export(path: Path) -> None:
    codes = [
        concept(LABORATORY, "[GLY]"),
        concept(LABORATORY, "[GLY]"),
        concept("http://loinc.org", "4548-4"),
    ]
    results = [
        result(number, code, person)
        for number, (person, code) in enumerate((person, code) for person in range(PERSONS) for code in codes)
    ]
    few = [result(100 + number, concept(LABORATORY, f"SECRET{number}"), number) for number in range(3)]
    many_of_one = [result(200 + number, concept(LABORATORY, "SECRET"), 1) for number in range(20)]
    lost = [{**result(300, codes[0], 1), "status": "entered-in-error"}, result(301, {"text": NAME}, 1)]
    persons = [{**PATIENT, "id": f"p{number}"} for number in range(PERSONS)]
    path.write_bytes(lines_of([*persons, *results, *few, *many_of_one, *lost]) + b"SECRET\n\xe9\n")


def test_a_fhir_load_tells_what_came_in_what_was_lost_and_which_codes_are_unknown(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "all.ndjson"
    write_export(source)
    assert load(tmp_path, "load-fhir", source, "--tolerate", "0.1") == 0
    text = told(capsys)
    for expected in (
        "Observation 61 1 : saisie par erreur",
        "2 lignes illisibles : n’est pas du JSON, ou est coupée (1), n’est pas en UTF-8 (1)",
        "measurement 60 person 12",
        "measurement, measurement_concept_id : 60 lignes sur 60 sans concept",
        f"{LABORATORY} [GLY] 24 LOINC 4548-4 12 d’autres codes",
        "plus rares ou chacun chez moins de 11 personnes : 23",
        "un libellé sans code : 1",
        "UCUM mmol/L 60",
    ):
        assert expected in text
    assert "SECRET" not in text
    assert "Dupont" not in text


def test_a_pmsi_load_tells_the_same(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    unit = Unit(principal="e119", associated=("Z998",), documentary=("Z00",), acts=(Act(),))
    stays = [Stay(number=str(number), admission=f"A{number}", units=(unit,)) for number in range(PERSONS)]
    lines = [line for stay in stays for line in write_rum(stay)]
    lines += [lines[0], write_rum(replace(stays[0], number="99"))[0][:-3]]
    source = tmp_path / "rum.txt"
    source.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    assert load(tmp_path, "load-pmsi", source, "--tolerate", "10") == 0
    text = told(capsys)
    for expected in (
        "rum.txt 14",
        "compteurs qui dépassent la ligne 1 rum.txt : 14",
        "Écarté : lignes déjà lues, identiques : 1.",
        "Écarté : diagnostics à visée documentaire : 12.",
        "condition_occurrence 24",
        "condition_occurrence, condition_concept_id : 12 lignes sur 24 sans concept",
        "CIM10 Z998 12",
        "CCAM NEKA020 12",
    ):
        assert expected in text


def test_without_a_vocabulary_there_is_no_list_of_every_code(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    source = tmp_path / "all.ndjson"
    source.write_bytes(
        lines_of([PATIENT, {**result(1, concept("http://loinc.org", "1"), 1), "subject": SUBJECT}])
    )
    assert (
        run(["warehouse", "load-fhir", str(source), "--to", str(tmp_path / "w.duckdb"), "--batch", "b"]) == 0
    )
    assert "sans concept" not in told(capsys)
