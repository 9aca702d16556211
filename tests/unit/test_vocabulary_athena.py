"""An Athena export: tab-separated, bare quotes, dates without hyphens, archives that lie."""

import zipfile
from pathlib import Path

import pytest

from maillage.base.errors import MaillageError
from maillage.warehouse.vocabulary import archive
from maillage.warehouse.vocabulary.athena import import_athena
from maillage.warehouse.vocabulary.errors import ArchiveLimitError, VocabularySourceError
from maillage.warehouse.vocabulary.lookup import connect_release, find_concepts, look_around

HEADER = (
    "concept_id\tconcept_name\tdomain_id\tvocabulary_id\tconcept_class_id\tstandard_concept\tconcept_code\t"
    "valid_start_date\tvalid_end_date\tinvalid_reason\n"
)
CONCEPT = HEADER + (
    '201826\t5" "quoted, Diabète; type 2\tCondition\tSNOMED\tDisorder\tS\t44054006\t20020131\t20991231\t\n'
    "201820\tDiabetes mellitus\tCondition\tSNOMED\tDisorder\tS\t73211009\t20020131\t20991231\t\n"
)
ANCESTOR = (
    "ancestor_concept_id\tdescendant_concept_id\tmin_levels_of_separation\tmax_levels_of_separation\n"
    "201820\t201826\t1\t1\n201826\t201826\t0\t0\n"
)
FILES = {"CONCEPT.csv": CONCEPT, "CONCEPT_ANCESTOR.csv": ANCESTOR, "CONCEPT_CPT4.csv": "x\n"}


def write(folder: Path, files: dict[str, str]) -> Path:
    folder.mkdir()
    for name, text in files.items():
        (folder / name).write_text(text, encoding="utf-8")
    return folder


def pack(path: Path, files: dict[str, str]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as packed:
        for name, text in files.items():
            packed.writestr(f"export/{name}", text)
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_rows_come_in_whole(tmp_path: Path, packed: bool) -> None:
    source = pack(tmp_path / "e.zip", FILES) if packed else write(tmp_path / "e", FILES)
    release = import_athena(source, target=tmp_path / "r", version="v5")
    with connect_release(release) as connection:
        (concept,) = find_concepts(connection, "44054006")
        assert concept.name == '5" "quoted, Diabète; type 2'
        assert [one.concept_id for one in look_around(connection, concept).ancestors] == [201820]
        dates = connection.execute("SELECT min(valid_start_date)::VARCHAR FROM concept").fetchall()
    assert dates == [("2002-01-31",)]
    assert set(release.manifest.files) == {"concept.csv", "concept_ancestor.csv"}
    assert release.manifest.files["concept.csv"].rows == 2


def test_the_same_export_in_another_order_is_the_same_release(tmp_path: Path) -> None:
    head, *lines = CONCEPT.splitlines(keepends=True)
    turned = FILES | {"CONCEPT.csv": head + "".join(reversed(lines))}
    one = import_athena(write(tmp_path / "a", FILES), target=tmp_path / "ra", version="v5")
    other = import_athena(write(tmp_path / "b", turned), target=tmp_path / "rb", version="v5")
    assert one.manifest == other.manifest


@pytest.mark.parametrize(
    ("changed", "told"),
    [
        ({"CONCEPT.csv": CONCEPT + CONCEPT.splitlines()[1] + "\n"}, "plusieurs fois, dont 201826"),
        (
            {"CONCEPT.csv": CONCEPT.replace("201820\tDiab", "20x\tDiab")},
            "CONCEPT.csv, ligne 3, colonne concept_id",
        ),
        ({"CONCEPT.csv": CONCEPT.replace("concept_code", "code")}, "n’a pas la colonne concept_code"),
        ({"CONCEPT.csv": CONCEPT + "1\tx\n"}, "CONCEPT.csv, ligne 4"),
    ],
)
def test_a_broken_export_is_named_with_its_place(tmp_path: Path, changed: dict[str, str], told: str) -> None:
    with pytest.raises(MaillageError) as trouble:
        import_athena(write(tmp_path / "e", FILES | changed), target=tmp_path / "r", version="v5")
    assert told in trouble.value.what
    assert list(tmp_path.iterdir()) == [tmp_path / "e"]


def test_an_export_without_concepts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(VocabularySourceError, match=r"CONCEPT\.csv"):
        import_athena(write(tmp_path / "e", {"DOMAIN.csv": "x\n"}), target=tmp_path / "r", version="v5")


def test_a_truncated_archive_is_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "e.zip", FILES)
    path.write_bytes(path.read_bytes()[:-40])
    with pytest.raises(VocabularySourceError, match="archive illisible"):
        import_athena(path, target=tmp_path / "r", version="v5")


def test_an_archive_damaged_within_is_refused(tmp_path: Path) -> None:
    path = pack(tmp_path / "e.zip", FILES)
    data = bytearray(path.read_bytes())
    data[60:80] = b"\xff" * 20
    path.write_bytes(data)
    with pytest.raises(VocabularySourceError):
        import_athena(path, target=tmp_path / "r", version="v5")


def test_an_archive_that_would_fill_the_disk_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(archive, "MAX_BYTES", 1_000)
    path = pack(tmp_path / "e.zip", FILES | {"CONCEPT.csv": HEADER + "0" * 5_000})
    with pytest.raises(ArchiveLimitError):
        import_athena(path, target=tmp_path / "r", version="v5")
    assert not (tmp_path / "r").exists()
