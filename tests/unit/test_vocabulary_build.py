"""Releases: ids given once for ever, whole hierarchies, and clear words about a broken list."""

import csv
import gzip
from collections.abc import Mapping
from pathlib import Path

import pytest

from maillage.base.errors import MaillageError
from maillage.cohort.compile.codesets import resolve_codesets
from maillage.cohort.expression.concept_sets import ConceptSetItem
from maillage.cohort.expression.values import Concept
from maillage.warehouse.synthetic.vocabulary import read_vocabulary
from maillage.warehouse.vocabulary import registry
from maillage.warehouse.vocabulary.build import build_release
from maillage.warehouse.vocabulary.codes import WITHDRAWN, Code, Key
from maillage.warehouse.vocabulary.errors import (
    ArchiveLimitError,
    ReleaseBrokenError,
    ReleaseExistsError,
    VocabularyError,
    VocabularySourceError,
)
from maillage.warehouse.vocabulary.hierarchy import Ancestor, close
from maillage.warehouse.vocabulary.lookup import compare, connect_release, find_concepts, look_around
from maillage.warehouse.vocabulary.release import Release, open_release, verify_release
from maillage.warehouse.vocabulary.sources import files
from tests.support.vocabularies import CIM10, LISTS, make_release

MAP_HEADER = "source_vocabulary_id,source_code,target_vocabulary_id,target_code\n"


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("release"))


def ids(release: Release) -> Mapping[tuple[str, str], int]:
    with release.path("registry").open(encoding="utf-8", newline="") as stream:
        return {
            (line["vocabulary_id"], line["concept_code"]): int(line["concept_id"])
            for line in csv.DictReader(stream)
        }


def path_to(release: Release, code: str) -> list[str]:
    with connect_release(release) as connection:
        (concept,) = find_concepts(connection, code)
        return [entry.code for entry in look_around(connection, concept).ancestors]


# --- ids


def test_the_demonstrations_codes_keep_their_ids(release: Release) -> None:
    given = {(one.vocabulary, one.code): one.id for one in read_vocabulary().concepts}
    assert given.items() <= ids(release).items()


def test_two_offices_that_build_alike_get_the_same_bytes(release: Release, tmp_path: Path) -> None:
    assert make_release(tmp_path).manifest == release.manifest


def test_an_id_is_never_given_again(release: Release, tmp_path: Path) -> None:
    shorter = LISTS | {"cim10.csv": CIM10.replace("K35,", "A00,").replace("K350,", "A009,")}
    second = make_release(tmp_path, lists=shorter, version="2026.12", former=release)
    third = make_release(tmp_path, version="2027.01", former=second)
    before, after = ids(release), ids(third)
    assert before.items() <= ids(second).items() <= after.items()
    assert len(set(after.values())) == len(after)
    with connect_release(second) as connection:
        (lost,) = find_concepts(connection, "K35.0")
        around = look_around(connection, lost)
        (back,) = (
            connect_release(third)
            .execute("SELECT concept_class_id FROM concept WHERE concept_code = 'K35'")
            .fetchall()
        )
    assert (around.kind, around.ancestors[-1].code) == (WITHDRAWN, "K35")
    assert back == ("Catégorie",)


def test_a_full_block_is_followed_by_a_free_one() -> None:
    last = 2_000_199_999
    former = {Key("CIM10", "Z99.9"): last, Key("Maillage", "X"): 2_000_700_001}
    grown = registry.extend(former, [Code(Key("CIM10", "A00"), "a"), Code(Key("Nouveau", "1"), "b")])
    assert grown[Key("CIM10", "A00")] == 2_000_800_001
    assert grown[Key("Nouveau", "1")] == 2_000_900_001


def test_an_id_claimed_twice_is_refused() -> None:
    codes = [Code(Key("Labo", name), name, concept_id=2_000_000_007) for name in ("a", "b")]
    with pytest.raises(VocabularyError, match="ne peut pas être celui"):
        registry.extend({}, codes)


def test_a_registry_that_contradicts_itself_is_refused() -> None:
    with pytest.raises(ReleaseBrokenError):
        registry.check_registry([(Key("A", "1"), 5), (Key("A", "2"), 5)])


# --- hierarchies


def test_cim10_has_its_chapters_blocks_and_extensions(release: Release) -> None:
    assert path_to(release, "e1190") == ["IV", "E10-E14", "E11", "E11.9"]
    assert path_to(release, "B24.+0") == ["I", "B20-B24", "B24"]


def test_atc_has_its_five_levels_named_or_not(release: Release) -> None:
    assert path_to(release, "A10BA02") == ["A", "A10", "A10B", "A10BA"]


def test_ccam_acts_stand_under_their_organ(release: Release) -> None:
    assert path_to(release, "HHQE002") == ["H"]


def test_levels_are_the_least_and_the_most() -> None:
    lines = close({1: [], 2: [1], 3: [1, 2]}, names={1: "a", 2: "b", 3: "c"})
    assert Ancestor(1, 3, least=1, most=2) in list(lines)


def test_a_cycle_is_named(tmp_path: Path) -> None:
    text = "vocabulary_id,code,label,parent_code\nL,A,a,C\nL,B,b,A\nL,C,c,B\nL,D,d,C\n"
    with pytest.raises(VocabularyError, match="A → C → B → A"):
        make_release(tmp_path, lists={"codes.csv": text})
    assert not (tmp_path / "2026.11").exists()


def test_a_withdrawn_code_still_counts_in_its_category(release: Release) -> None:
    with connect_release(release) as connection:
        (category,) = find_concepts(connection, "K35")
        items = [ConceptSetItem(Concept(category.concept_id), descendants=True)]
        found = connection.execute(resolve_codesets({0: items}).sql("duckdb")).fetchall()
        (withdrawn,) = find_concepts(connection, "K35.0")
    assert withdrawn.concept_id in {concept for _set, concept in found}


# --- labels, maps, units


def test_the_first_source_names_and_the_others_add_labels(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "cim10.csv").write_text(CIM10, encoding="utf-8")
    built = build_release(["maillage", str(folder)], target=tmp_path / "r", version="1")
    with connect_release(built.release) as connection:
        (concept,) = find_concepts(connection, "E11")
        assert concept.name == "Diabète de type 2"
        assert "Diabète sucré de type 2" in look_around(connection, concept).synonyms
    assert built.ignored == ()
    assert built.withdrawn == 1


def test_maps_and_factors_find_their_concepts(tmp_path: Path) -> None:
    maps = MAP_HEADER + "Labo,GLU,LOINC,14749-6\n"
    codes = "vocabulary_id,code,label\nLOINC,14749-6,Glycémie\nUCUM,mmol/L,mmol\nUCUM,g/L,g\n"
    lists = {
        "codes.csv": codes,
        "source_to_concept_map.csv": maps,
        "unit_conversion.csv": "from_unit_code,to_unit_code,factor\ng/L,mmol/L,2.5\n",
    }
    release = make_release(tmp_path, lists=lists)
    known = ids(release)
    with connect_release(release) as connection:
        (row,) = connection.execute(
            "SELECT source_code, target_concept_id FROM source_to_concept_map"
        ).fetchall()
        factors = connection.execute("SELECT * FROM unit_conversion").fetchall()
    assert row == ("GLU", known["LOINC", "14749-6"])
    units = (known["UCUM", "g/L"], known["UCUM", "mmol/L"])
    assert (*units, known["LOINC", "14749-6"], 5.5507) in factors
    assert (*units, 0, 2.5) in factors


# --- what is wrong with a list


@pytest.mark.parametrize(
    ("lists", "told"),
    [
        (
            {"cim10.csv": "code,long\nE11,Diabète\nE11,Diabète\n"},
            "cim10.csv, ligne 3 : le code E11 vient deux",
        ),
        ({"cim10.csv": "code,long\nE1,Diabète\n"}, "cim10.csv, ligne 2 : ce n’est pas un code CIM-10"),
        ({"cim10.csv": "code,text\nE11,Diabète\n"}, "n’a pas la colonne concept_name"),
        ({"cim10.csv": "code,long\nE11\n"}, "cim10.csv, ligne 2 : 1 colonnes au lieu de 2"),
        ({"cim10.csv": 'code,long\nE11,"Diab"ète\n'}, "cim10.csv, ligne 2 : illisible"),
        ({"cim10.csv": "code,long\nE11,\n"}, "cim10.csv, ligne 2 : un code sans"),
        ({"drugs.json": '{"A10BA02": []}'}, "drugs.json n’a pas la forme"),
        ({"drugs.json": '{"A10BA02": ["X"'}, "drugs.json, ligne 1 : illisible"),
        ({"drugs.json": '{"A1": ["X"]}'}, "drugs.json/A1 : ce n’est pas un code ATC"),
        ({"adicap.json": "[1]"}, "adicap.json n’a pas la forme"),
        (
            {"codes.csv": "vocabulary_id,code,label,concept_id\nL,A,a,1e3\n"},
            "codes.csv, ligne 2 : concept_id",
        ),
        ({"codes.csv": "vocabulary_id,code,label,parent_code\nL,A,a,Z\n"}, "ligne 2 : le code parent Z"),
        (
            {"source_to_concept_map.csv": MAP_HEADER + "L,1,X,9\n"},
            "ligne 2 : le code X/9 n’est pas dans ce référentiel",
        ),
        ({"notes.txt": "rien"}, "ne contient aucune liste connue"),
    ],
)
def test_a_broken_list_is_named_with_its_line(tmp_path: Path, lists: dict[str, str], told: str) -> None:
    with pytest.raises(MaillageError) as trouble:
        make_release(tmp_path, lists=lists)
    assert told in trouble.value.what
    assert not (tmp_path / "2026.11").exists()


def test_a_list_in_another_encoding_or_cut_short_is_named(tmp_path: Path) -> None:
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "cim10.csv").write_bytes("code,long\nE11,Diabète\n".encode("latin-1"))
    with pytest.raises(VocabularySourceError, match=r"cim10\.csv n’est pas en UTF-8"):
        build_release([str(folder)], target=tmp_path / "r", version="1")
    (folder / "cim10.csv").unlink()
    (folder / "cim10.csv.gz").write_bytes(gzip.compress(CIM10.encode() * 50)[:200])
    with pytest.raises(VocabularySourceError, match=r"cim10\.csv\.gz"):
        build_release([str(folder)], target=tmp_path / "r", version="1")


def test_a_list_that_grows_without_end_is_stopped(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(files, "MAX_LIST_BYTES", 1_000_000)
    folder = tmp_path / "lists"
    folder.mkdir()
    (folder / "cim10.csv.gz").write_bytes(gzip.compress(b"code,long\nE11," + b"a" * 5_000_000))
    with pytest.raises((ArchiveLimitError, VocabularySourceError)):
        build_release([str(folder)], target=tmp_path / "r", version="1")


def test_an_unknown_source_says_which_are_known(tmp_path: Path) -> None:
    with pytest.raises(VocabularySourceError) as trouble:
        build_release(["nowhere"], target=tmp_path / "r", version="1")
    assert "maillage, edsnlp" in trouble.value.why


# --- releases


def test_a_release_is_never_written_over(release: Release) -> None:
    with pytest.raises(ReleaseExistsError):
        build_release(["maillage"], target=release.folder, version="9")


def test_an_altered_file_or_manifest_is_noticed(tmp_path: Path) -> None:
    altered = make_release(tmp_path)
    concept = altered.path("concept")
    concept.write_bytes(concept.read_bytes().replace(b"Appendicite", b"appendicite"))
    with pytest.raises(ReleaseBrokenError, match=r"concept\.csv"):
        verify_release(open_release(altered.folder))
    manifest = altered.folder / "manifest.json"
    manifest.write_bytes(manifest.read_bytes().replace(b"2026.11", b"2026.12"))
    with pytest.raises(ReleaseBrokenError, match="manifeste"):
        open_release(altered.folder)


def test_a_difference_says_what_came_went_and_changed(release: Release, tmp_path: Path) -> None:
    changed = LISTS | {"cim10.csv": CIM10.replace("Appendicite aiguë", "Appendicite") + "J45,3,,,,Asthme\n"}
    after = make_release(tmp_path, lists=changed, version="2026.12", former=release)
    found = {change.concept.code: (change.before, change.after) for change in compare(release, after)}
    assert found == {"K35": ("Appendicite aiguë", "Appendicite"), "J45": (None, "Asthme")}
