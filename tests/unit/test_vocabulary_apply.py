"""A release enters a warehouse beside what was loaded, or not at all."""

from pathlib import Path
from typing import Any

import duckdb
import pytest

from maillage.cli.main import run
from maillage.warehouse.build.omop import load_omop
from maillage.warehouse.engines.duckdb import open_warehouse
from maillage.warehouse.errors import WarehouseNotFoundError
from maillage.warehouse.info import read_info
from maillage.warehouse.vocabulary.apply import apply_release
from maillage.warehouse.vocabulary.build import build_release
from maillage.warehouse.vocabulary.codes import Key
from maillage.warehouse.vocabulary.errors import ReleaseBrokenError, VocabularyError
from maillage.warehouse.vocabulary.registry import first_ids
from tests.support.omop import people, write_folder
from tests.support.vocabularies import CIM10, LISTS, make_release

DIABETES, PARENT = 201826, 201820


def concept(number: int, name: str, *, vocabulary: str = "SNOMED", code: str = "") -> dict[str, object]:
    return {
        "concept_id": number,
        "concept_name": name,
        "domain_id": "Condition",
        "vocabulary_id": vocabulary,
        "concept_class_id": "Disorder",
        "standard_concept": "S",
        "concept_code": code or str(number),
        "valid_start_date": "1970-01-01",
        "valid_end_date": "2099-12-31",
        "invalid_reason": None,
    }


def load(folder: Path, *concepts: dict[str, object]) -> Path:
    ancestor = {
        "ancestor_concept_id": PARENT,
        "descendant_concept_id": DIABETES,
        "min_levels_of_separation": 1,
        "max_levels_of_separation": 1,
    }
    tables = {"person": people(1, 2), "concept": list(concepts), "concept_ancestor": [ancestor]}
    target = folder / "w.duckdb"
    load_omop(write_folder(folder / "omop", tables), target=target)
    return target


ATHENA = (
    concept(DIABETES, "Type 2 diabetes mellitus", code="44054006"),
    concept(PARENT, "Diabetes mellitus", code="73211009"),
)


def ask(warehouse: Path, query: str) -> list[tuple[Any, ...]]:
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.execute(query).fetchall()


def test_local_codes_come_in_and_omops_stay_as_they_were(tmp_path: Path) -> None:
    warehouse = load(tmp_path, *ATHENA)
    release = make_release(tmp_path)
    demo = make_release(tmp_path, version="demo")
    report = apply_release(warehouse, release)
    assert report.after > report.before
    assert read_info(warehouse).vocabulary_version == release.manifest.reference
    names = dict(ask(warehouse, "SELECT concept_id, concept_name FROM concept"))
    assert names[DIABETES] == "Type 2 diabetes mellitus"
    local = first_ids()[Key("CIM10", "E11")]
    assert names[local] == "Diabète sucré de type 2"
    assert demo.manifest.files["registry.csv"] == release.manifest.files["registry.csv"]


def test_a_standard_concept_hands_its_ancestors_to_the_codes_below(tmp_path: Path) -> None:
    warehouse = load(tmp_path, *ATHENA)
    release = build_release(["maillage"], target=tmp_path / "demo", version="1").release
    apply_release(warehouse, release)
    above = dict(
        ask(
            warehouse,
            "SELECT ancestor_concept_id, min_levels_of_separation FROM concept_ancestor "
            f"WHERE descendant_concept_id = {first_ids()[Key('CIM10', 'E11')]}",
        )
    )
    assert above[DIABETES] == 1
    assert above[PARENT] == 2


def test_the_next_release_replaces_and_applying_again_changes_nothing(tmp_path: Path) -> None:
    warehouse = load(tmp_path, *ATHENA)
    first = make_release(tmp_path)
    lists = LISTS | {"cim10.csv": CIM10.replace("Appendicite aiguë", "Appendicite")}
    second = make_release(tmp_path, lists=lists, version="2026.12", former=first)
    for release in (first, second, second):
        apply_release(warehouse, release)
    found = ask(warehouse, "SELECT concept_name FROM concept WHERE concept_code = 'K35'")
    assert found == [("Appendicite",)]
    twice = "SELECT count(*) - count(DISTINCT {0}) FROM {1}"
    pairs = "(ancestor_concept_id, descendant_concept_id)"
    assert ask(warehouse, twice.format(pairs, "concept_ancestor")) == [(0,)]
    assert ask(warehouse, twice.format("concept_id", "concept")) == [(0,)]
    links = "(concept_id_1, concept_id_2, relationship_id)"
    assert ask(warehouse, twice.format(links, "concept_relationship")) == [(0,)]


def test_a_reader_goes_on_and_learns_that_the_file_changed(tmp_path: Path) -> None:
    warehouse = load(tmp_path, *ATHENA)
    engine = open_warehouse(warehouse)
    assert not engine.is_outdated()
    apply_release(warehouse, make_release(tmp_path))
    assert engine.is_outdated()
    engine.close()


def test_an_id_used_for_another_code_stops_everything(tmp_path: Path) -> None:
    taken = first_ids()[Key("CIM10", "E11")]
    warehouse = load(tmp_path, concept(taken, "Mon code", vocabulary="Labo", code="X1"))
    before = warehouse.read_bytes()
    with pytest.raises(VocabularyError, match="1 identifiants"):
        apply_release(warehouse, make_release(tmp_path))
    assert warehouse.read_bytes() == before
    assert sorted(path.name for path in tmp_path.glob(".w*")) == []


def test_a_release_that_is_not_whole_changes_nothing(tmp_path: Path) -> None:
    warehouse = load(tmp_path, *ATHENA)
    release = make_release(tmp_path)
    path = release.path("concept")
    path.write_bytes(path.read_bytes().replace(b"K35", b"K36"))
    before = warehouse.read_bytes()
    with pytest.raises(ReleaseBrokenError):
        apply_release(warehouse, release)
    assert warehouse.read_bytes() == before


def test_a_warehouse_must_be_there(tmp_path: Path) -> None:
    with pytest.raises(WarehouseNotFoundError):
        apply_release(tmp_path / "none.duckdb", make_release(tmp_path))


def test_a_warehouse_of_batches_keeps_the_release_through_later_loads(tmp_path: Path) -> None:
    source = write_folder(tmp_path / "a", {"person": people(1)})
    warehouse, release = tmp_path / "w.duckdb", make_release(tmp_path)
    load = ["warehouse", "load", str(source), "--to", str(warehouse), "--batch"]
    assert run([*load, "first"]) == 0
    report = apply_release(warehouse, release)
    assert report.after > report.before
    assert run([*load, "second"]) == 0
    found = read_info(warehouse)
    assert (found.rows["concept"], found.vocabulary_version) == (report.after, release.manifest.reference)
    assert run(["warehouse", "undo", str(warehouse), "referentiel"]) == 0
    assert read_info(warehouse).vocabulary_version == ""


def test_a_release_in_a_whole_warehouse_is_named_once_it_has_batches(tmp_path: Path) -> None:
    warehouse, release = load(tmp_path, *ATHENA), make_release(tmp_path)
    apply_release(warehouse, release)
    more = write_folder(tmp_path / "more", {"person": people(7)})
    assert run(["warehouse", "load", str(more), "--to", str(warehouse), "--batch", "more"]) == 0
    assert read_info(warehouse).vocabulary_version == release.manifest.reference
