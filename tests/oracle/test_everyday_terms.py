"""The public lists against 100 terms that clinicians use, written before the search was.

Half of the terms were held out while it was tuned. CCAM and LOINC are the demonstration's own extracts.
"""

import csv
from collections import Counter
from importlib.util import find_spec
from pathlib import Path

import pytest

from maillage.warehouse.vocabulary.build import build_release
from maillage.warehouse.vocabulary.release import Release
from maillage.warehouse.vocabulary.search import SearchIndex, Suggestion, open_index

TERMS = Path(__file__).with_name("everyday_terms.csv")
FIRST = 5


@pytest.fixture(scope="module")
def release(tmp_path_factory: pytest.TempPathFactory) -> Release:
    if find_spec("edsnlp") is None:
        pytest.skip("the public lists come from the package edsnlp, which is not installed")
    target = tmp_path_factory.mktemp("public") / "release"
    return build_release(["maillage", "edsnlp"], target=target, version="test").release


@pytest.fixture(scope="module")
def index(release: Release) -> SearchIndex:
    return open_index(release.folder)


def is_right(hit: Suggestion, term: dict[str, str]) -> bool:
    """A `*` takes every code that begins so."""
    return hit.vocabulary == term["vocabulary"] and any(
        hit.code.startswith(code[:-1]) if code.endswith("*") else hit.code == code
        for code in term["codes"].split()
    )


def test_the_right_code_is_among_the_first_five(index: SearchIndex) -> None:
    found: Counter[str] = Counter()
    missed: list[str] = []
    with TERMS.open(encoding="utf-8", newline="") as stream:
        for term in csv.DictReader(stream):
            right = any(is_right(hit, term) for hit in index.search(term["term"], limit=FIRST))
            found[term["half"]] += right
            missed += [] if right else [term["term"]]
    assert found["tune"] + found["held"] >= 95, missed
    assert found["held"] >= 47, missed


def test_the_list_is_what_it_says() -> None:
    with TERMS.open(encoding="utf-8", newline="") as stream:
        terms = list(csv.DictReader(stream))
    assert Counter(term["half"] for term in terms) == {"tune": 50, "held": 50}
    assert len({term["term"] for term in terms}) == 100


def test_the_public_lists_have_the_codes_that_they_are_known_to_have(release: Release) -> None:
    with release.path("concept").open(encoding="utf-8", newline="") as stream:
        counts = Counter(line["vocabulary_id"] for line in csv.DictReader(stream))
    assert counts["CIM10"] >= 42_886
    assert counts["ATC"] >= 1_968
    assert counts["ADICAP"] >= 7_600
