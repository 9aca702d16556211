"""A hospital's own extract, from a proposed mapping to a cohort; then newer, undone, refused."""

import json
from pathlib import Path

import duckdb
import pytest

from maillage.cli.main import run
from maillage.warehouse.batches import list_batches
from maillage.warehouse.engines.duckdb import open_warehouse
from tests.conftest import ROOT
from tests.support.circe import persons_found
from tests.support.extract import FILES, STROKES, load, load_vocabulary, suggest, write_extract
from tests.support.omop import write_folder

STROKE = ROOT / "maillage" / "cli" / "examples" / "avc-ischemique.json"


def read(target: Path, columns: str, table: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(target), read_only=True) as connection:
        return sorted(connection.table(f"main.{table}").project(columns).fetchall())


@pytest.fixture
def loaded(tmp_path: Path) -> Path:
    """A folder with an extract, the mapping proposed for it, and the warehouse that they make."""
    folder = write_extract(tmp_path / "extract")
    mapping = suggest(folder, to=tmp_path / "mapping.yaml")
    load_vocabulary(tmp_path / "vocabulary", tmp_path / "w.duckdb")
    assert run(["warehouse", "map", "--check", str(mapping), "--from", str(folder)]) == 0
    assert load(mapping, folder, tmp_path / "w.duckdb") == 0
    return tmp_path


def test_the_proposed_mapping_answers_a_cohort(loaded: Path) -> None:
    rows = read(loaded / "w.duckdb", "person_id, person_source_value", "person")
    persons = {one[0]: one[1] for one in rows}
    assert sorted(persons.values(), key=str) == ["P1", "P2", "P3", "P4", "P5", "P6"]
    engine = open_warehouse(loaded / "w.duckdb")
    found = persons_found(engine, json.loads(STROKE.read_text(encoding="utf-8")))
    engine.close()
    assert sorted(str(persons[one]) for one in found) == STROKES


def test_every_kind_of_fact_is_read_as_it_was_meant(loaded: Path) -> None:
    target = loaded / "w.duckdb"
    born = "person_source_value, gender_concept_id, year_of_birth, month_of_birth, day_of_birth"
    assert read(target, born, "person")[1] == ("P2", 8532, 1962, 11, 1)
    assert read(target, "death_date::VARCHAR", "death") == [("2024-12-24",)]
    stays = read(
        target, "visit_source_value, visit_start_date::VARCHAR, visit_end_date::VARCHAR", "visit_occurrence"
    )
    assert stays[4] == ("S5", "2024-04-01", "2024-04-11")
    results = "value_source_value, value_as_number, unit_concept_id, measurement_date::VARCHAR"
    labs = read(target, results, "measurement")
    assert [one[:2] for one in labs] == [
        ("0,9", 0.9),
        ("1,2", 1.2),
        ("5,1", 5.1),
        ("8,5", 8.5),
        ("<0,5", None),
    ]
    assert labs[3] == ("8,5", 8.5, 8554, "2024-01-04")
    codes = read(target, "condition_source_value, condition_concept_id = 0", "condition_occurrence")
    assert len(codes) == 7
    assert [code for code, unknown in codes if unknown] == ["I64"]


def test_a_newer_extract_replaces_the_batch_and_undo_brings_the_former_back(
    loaded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    mapping, folder, target = loaded / "mapping.yaml", loaded / "extract", loaded / "w.duckdb"
    assert load(mapping, folder, target) == 0
    assert "rien n’a changé" in capsys.readouterr().out
    newer = FILES["patients.csv"].replace("P5;Garçon;M;17/07/1948;\n", "")
    write_extract(folder, {"patients.csv": newer})
    assert load(mapping, folder, target) == 0
    told = capsys.readouterr().out
    told = " ".join(told.split())
    lost = "visit_occurrence, person_id : personnes que la table person de ce lot n’a pas (1) sejours.csv:6"
    assert lost in told
    assert len(read(target, "person_id", "person")) == 5
    assert run(["warehouse", "undo", str(target), "extract"]) == 0
    assert len(read(target, "person_id", "person")) == 6
    assert [batch.name for batch in list_batches(target)] == ["vocabulary", "extract"]


def test_the_ids_are_the_same_in_another_warehouse(loaded: Path) -> None:
    assert load(loaded / "mapping.yaml", loaded / "extract", loaded / "other.duckdb") == 0
    ids = "person_id, person_source_value"
    assert read(loaded / "other.duckdb", ids, "person") == read(loaded / "w.duckdb", ids, "person")


def test_the_proposal_shows_no_value_and_is_not_overwritten(
    loaded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    proposal = (loaded / "mapping.yaml").read_text(encoding="utf-8")
    values = {cell for text in FILES.values() for line in text.splitlines()[1:] for cell in line.split(";")}
    assert [value for value in values if len(value) > 3 and value in proposal] == []
    files = [str(path) for path in (loaded / "extract").glob("*.csv")]
    assert run(["warehouse", "map", "--suggest", *files, "--to", str(loaded / "mapping.yaml")]) == 2
    assert "une correspondance corrigée ne se remplace pas" in " ".join(capsys.readouterr().err.split())


def test_too_many_bad_rows_are_refused_and_named(loaded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    before = (loaded / "w.duckdb").read_bytes()
    bad = FILES["sejours.csv"].replace("14/03/2024 09:30", "le 14 mars")
    write_extract(loaded / "extract", {"sejours.csv": bad})
    assert load(loaded / "mapping.yaml", loaded / "extract", loaded / "w.duckdb") == 2
    told = " ".join(capsys.readouterr().err.split())
    assert "visit_occurrence : 2 lignes rejetées sur 6" in told
    assert "colonne DATE_ENTREE (2) sejours.csv:4, sejours.csv:5" in told
    assert "mars" not in told
    assert (loaded / "w.duckdb").read_bytes() == before
    assert load(loaded / "mapping.yaml", loaded / "extract", loaded / "w.duckdb", "--tolerate", "50") == 0
    assert len(read(loaded / "w.duckdb", "visit_occurrence_id", "visit_occurrence")) == 4


def test_an_unknown_code_is_shown_when_enough_persons_have_it(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    persons = "".join(f"Q{number};M;01/01/1950\n" for number in range(20))
    codes = "".join(
        f"Q{number};{'XCOMMON' if number < 11 else 'XRARE'};01/01/2024;{'zorg/L' if number < 11 else 'G/L'}\n"
        for number in range(20)
    )
    alone = "Q0;PERSONAL;{:02}/01/2024;\n"
    codes += "".join(alone.format(day) for day in range(1, 16))
    write_extract(
        tmp_path / "extract",
        {"p.csv": "IPP;SEXE;DDN\n" + persons, "labo.csv": "IPP;CODE_LABO;DATE_ANALYSE;UNITE\n" + codes},
    )
    mapping = suggest(tmp_path / "extract", to=tmp_path / "m.yaml")
    capsys.readouterr()
    assert load(mapping, tmp_path / "extract", tmp_path / "w.duckdb") == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "Cet entrepôt n’a pas de vocabulaire : aucun code n’y a de concept." in told
    assert "measurement, codes sans concept : 35 lignes sur 35 XCOMMON (11)" in told
    assert "d’autres, chacun chez moins de 11 personnes ou moins fréquent (24)" in told
    assert "measurement, unités sans concept : 20 lignes sur 20 zorg/L (11)" in told
    assert "XRARE" not in told
    assert "PERSONAL" not in told


def test_a_batch_without_persons_tells_rows_of_persons_that_nobody_has(
    loaded: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = write_extract(loaded / "late", {"sejours.csv": FILES["sejours.csv"].replace("S6;P6", "S6;P9")})
    (loaded / "late.yaml").write_text(
        "version: 1\nsources:\n  a: {file: sejours.csv, datetime_formats: ['%d/%m/%Y %H:%M']}\ntables:\n"
        "  - table: visit_occurrence\n    source: a\n    key: [num_sejour]\n    columns:\n"
        "      person_id: {ref: person, by: [ipp]}\n      visit_start_date: {column: date_entree}\n"
        "      visit_end_date: {column: date_sortie}\n",
        encoding="utf-8",
    )
    options = ["--from", str(folder), "--to", str(loaded / "w.duckdb"), "--batch", "late"]
    assert run(["warehouse", "load-tables", str(loaded / "late.yaml"), *options]) == 0
    told = " ".join(capsys.readouterr().out.split())
    assert "lignes de personnes que l’entrepôt n’a pas, qu’aucune cohorte ne compte (1)" in told


def test_units_are_found_as_they_are_written_and_as_the_hospital_maps_them(tmp_path: Path) -> None:
    concept = {"vocabulary_id": "UCUM", "standard_concept": "S", "domain_id": "Unit"}
    codes = {"umol/L": 8749, "10*9/L": 9444, "[U]/L": 8645}
    concepts = [{"concept_id": id_, "concept_code": code, **concept} for code, id_ in codes.items()]
    own = {"source_vocabulary_id": "UCUM", "source_code": "UI/L", "target_concept_id": 8749}
    source = write_folder(tmp_path / "omop", {"concept": concepts, "source_to_concept_map": [own]})
    target = tmp_path / "w.duckdb"
    assert run(["warehouse", "load", str(source), "--to", str(target), "--batch", "vocabulary"]) == 0
    units = ["μmol/l", "µmol/L", "umol/L", "G/L", "UI/L", "U/L", "zorg"]
    lines = "".join(f"P1;4548-4;0{day}/01/2024;1;{unit}\n" for day, unit in enumerate(units, start=1))
    folder = tmp_path / "extract"
    folder.mkdir()
    (folder / "p.csv").write_text("IPP;DDN\nP1;01/01/1950\n", encoding="utf-8")
    header = "IPP;CODE_LOINC;DATE_PRELEVEMENT;RESULTAT;UNITE\n"
    (folder / "l.csv").write_text(header + lines, encoding="utf-8")
    assert load(suggest(folder, to=tmp_path / "m.yaml"), folder, target) == 0
    expected = zip(units, [8749, 8749, 8749, 9444, 8749, 8645, 0], strict=True)
    assert read(target, "unit_source_value, unit_concept_id", "measurement") == sorted(expected)
