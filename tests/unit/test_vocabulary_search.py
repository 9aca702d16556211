"""Search: what a clinician types finds what the classification writes."""

from pathlib import Path

import numpy as np
import pytest

from maillage.warehouse.vocabulary.release import Release
from maillage.warehouse.vocabulary.search import SearchIndex, open_index
from maillage.warehouse.vocabulary.search.fuzzy import distance, find_near, signatures
from maillage.warehouse.vocabulary.search.words import split, stem, stems
from tests.support.vocabularies import make_release

CODES = """vocabulary_id,code,label,domain_id,synonyms
CIM10,S72.0,Fracture du col du fémur,Condition,
CIM10,S52.5,Fracture de l’extrémité inférieure du radius,Condition,
CIM10,I21,Infarctus aigu du myocarde,Condition,
CIM10,I63,Infarctus cérébral,Condition,
CIM10,C50,Tumeur maligne du sein,Condition,
CIM10,C50.1,"Tumeur maligne de la partie centrale du sein, autre que le mamelon",Condition,
CIM10,B15,Hépatite aiguë A,Condition,
CIM10,B18.2,Hépatite virale chronique C,Condition,
CIM10,N17,Insuffisance rénale aiguë,Condition,
CIM10,I10,Hypertension essentielle,Condition,
CIM10,E11.9,"Diabète sucré de type 2, sans complication",Condition,
CIM10,H25,Œdème de la cornée et cataracte,Condition,
CCAM,JVJF004,Séance d’hémodialyse pour insuffisance rénale chronique,Procedure,
ATC,N02BE01,Paracétamol,Drug,DOLIPRANE|EFFERALGAN
"""


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    return make_release(tmp_path_factory.mktemp("search"), lists={"codes.csv": CODES})


@pytest.fixture(scope="module")
def index(release: Release) -> SearchIndex:
    return open_index(release.folder)


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("fracture du col", "S72.0"),
        ("FRACTURES DES COLS DU FEMUR", "S72.0"),
        ("col fémur fracture", "S72.0"),
        ("infarctus", "I21"),
        ("infarctus cérébraux", "I63"),
        ("infarctu", "I21"),
        ("insufisance renal aigue", "N17"),
        ("rénlae aiguë insuffisance", "N17"),
        ("cancer du sein", "C50"),
        ("l'hépatite A", "B15"),
        ("hépatite C", "B18.2"),
        ("HTA", "I10"),
        ("IDM", "I21"),
        ("oedeme cornee", "H25"),
        ("doliprane", "N02BE01"),
        ("efferalgn", "N02BE01"),
        ("e119", "E11.9"),
        ("E11.9", "E11.9"),
        ("c50.", "C50"),
        ("n02be01", "N02BE01"),
    ],
)
def test_the_first_hit_is_what_was_meant(index: SearchIndex, text: str, code: str) -> None:
    assert [hit.code for hit in index.search(text, limit=5)][:1] == [code]


def test_a_hit_says_how_it_was_found(index: SearchIndex) -> None:
    (hit, *_rest) = index.search("doliprane")
    assert (hit.name, hit.matched, hit.badge) == ("Paracétamol", "DOLIPRANE", "ATC")
    assert index.search("fracture du col")[0].badge == "CIM-10"
    assert index.search("fracture du col")[0].matched is None


def test_the_wider_category_comes_first(index: SearchIndex) -> None:
    found = [hit.code for hit in index.search("tumeur maligne sein")]
    assert found.index("C50") < found.index("C50.1")


def test_filters_keep_what_they_name(index: SearchIndex) -> None:
    assert index.search("doliprane", domains=["condition"]) == []
    assert index.search("doliprane", domains=["DRUG"], vocabularies=["atc"])[0].code == "N02BE01"


def test_a_word_is_found_inside_a_longer_one(index: SearchIndex) -> None:
    assert [hit.code for hit in index.search("dialyse")] == ["JVJF004"]


def test_several_codes_are_all_found_first(index: SearchIndex) -> None:
    assert {hit.code for hit in index.search("c50, i10")[:2]} == {"C50", "I10"}
    assert {hit.code for hit in index.search("B18.2 I21 N17", limit=3)} == {"B18.2", "I21", "N17"}
    assert [(hit.code, hit.whole) for hit in index.search("C50 Z99")[:1]] == [("C50", False)]


def test_what_holds_all_the_words_comes_before_what_holds_some(index: SearchIndex) -> None:
    found = index.search("aiguë rénale insuffisance")
    assert (found[0].code, found[0].whole) == ("N17", True)
    assert [hit.whole for hit in found] == sorted((hit.whole for hit in found), reverse=True)
    assert not any(hit.whole for hit in index.search("fracture du col opérée"))


def test_a_word_like_none_finds_nothing(index: SearchIndex) -> None:
    for text in ("stroke", "zzzzqq", "mastectomie"):
        assert index.search(text) == index.search_near(text) == []
    near = index.search_near("paracétamolique")
    assert [(hit.code, hit.whole) for hit in near] == [("N02BE01", False)]


@pytest.mark.parametrize("text", ["", "   ", "!!!", "de la", "zzzzqqqq", "é" * 5_000, "\x00'; DROP", "a"])
def test_whatever_is_typed_is_answered(index: SearchIndex, text: str) -> None:
    assert len(index.search(text, limit=3)) <= 3


def test_the_cache_gives_the_same_answers_and_a_broken_one_is_made_again(release: Release) -> None:
    first = open_index(release.folder).search("infarctus")
    cache = release.folder / "search.npz"
    assert open_index(release.folder).search("infarctus") == first
    cache.write_bytes(cache.read_bytes()[:500])
    assert open_index(release.folder).search("infarctus") == first
    assert cache.stat().st_size > 500


def test_the_cache_of_another_release_is_not_used(release: Release, tmp_path: Path) -> None:
    other = make_release(tmp_path, lists={"codes.csv": "vocabulary_id,code,label\nCIM10,A00,Choléra\n"})
    (other.folder / "search.npz").write_bytes((release.folder / "search.npz").read_bytes())
    assert [hit.code for hit in open_index(other.folder).search("choléra")] == ["A00"]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("cérébraux", "cérébrale"),
        ("chroniques", "chronique"),
        ("aiguë", "aigu"),
        ("coronarienne", "coronariens"),
        ("digestive", "digestif"),
        ("veineuse", "veineux"),
    ],
)
def test_plurals_and_feminines_are_one_word(one: str, other: str) -> None:
    assert stems(one) == stems(other)


def test_the_small_words_go_and_the_letters_of_hepatitis_stay() -> None:
    assert split("l’hépatite à virus C") == ["hepatite", "virus", "c"]
    assert stem("19") == "19"


@pytest.mark.parametrize(
    ("one", "other", "edits"),
    [
        ("renal", "rneal", 1),
        ("renal", "renal", 0),
        ("renal", "enal", 1),
        ("renal", "venale", 2),
        ("ab", "xyz", 3),
    ],
)
def test_slips_are_counted(one: str, other: str, edits: int) -> None:
    assert distance(one, other, limit=2) == min(edits, 3)
    assert distance(other, one, limit=2) == min(edits, 3)


def test_near_words_are_found_among_many() -> None:
    words = sorted({"insuffisanc", "fractur", "pneumopathi", *(f"mot{number}" for number in range(2_000))})
    lengths = np.array([len(word) for word in words])
    near = find_near("insufisanc", words=words, known=signatures(words), lengths=lengths)
    assert {words[place]: edits for place, edits in near.items()} == {"insuffisanc": 1}
