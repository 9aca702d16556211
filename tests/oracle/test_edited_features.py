"""The 82 features, opened in the builder, edited there and back, saved, find the rows of the reference."""

import json
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from maillage.cohort import parse_expression
from maillage.cohort.batch import run_cohorts
from maillage.cohort.edit import (
    AddEntry,
    AddRule,
    Duplicate,
    Edit,
    Group,
    Mode,
    Move,
    Remove,
    Rename,
    SetTitle,
    Ungroup,
    change,
    outline,
)
from tests.oracle.conftest import Warehouse
from tests.oracle.test_phenotypes import REFERENCE_FAILS, differing, read_rows
from tests.support.builder import SPECIAL, term
from tests.support.meaning import meaning


def features(folder: Path) -> dict[str, Any]:
    found = {path.stem: json.loads(path.read_bytes()) for path in sorted(folder.glob("*.json"))}
    assert len(found) == 82
    return found


def list_edits(document: Any) -> list[Edit]:
    """Edits of every kind that another one undoes."""
    rules = len(document.get("InclusionRules") or [])
    entries = len(document["PrimaryCriteria"]["CriteriaList"])
    edits: list[Edit] = [
        SetTitle("Relu"),
        AddEntry(term("E11")),
        Remove(f"entry.{entries}"),
        AddRule(SPECIAL["death"]),
        Duplicate(f"rule.{rules}"),
        Group((f"rule.{rules}", f"rule.{rules + 1}"), Mode.ANY),
        Ungroup(f"rule.{rules}"),
        Remove(f"rule.{rules + 1}"),
        Remove(f"rule.{rules}"),
    ]
    if rules:
        edits += [Rename("rule.0", "Renommé"), Duplicate("rule.0"), Move("rule.0", 1), Remove("rule.1")]
    return edits


def there_and_back(document: Any) -> Any:
    """The document after all of them."""
    for edit in list_edits(document):
        document = change(document, edit)
    return document


def test_what_is_edited_there_and_back_means_what_it_meant(shared_data: Path) -> None:
    for name, document in list(features(shared_data / "cohorts" / "features").items())[::4]:
        edited = there_and_back(document)
        assert meaning(parse_expression(edited)) == meaning(parse_expression(document)), name
        assert edited["ConceptSets"] == document["ConceptSets"], name


@pytest.mark.long
def test_a_feature_saved_by_the_builder_finds_the_rows_of_the_reference(
    warehouse: Warehouse, shared_data: Path, tmp_path: Path
) -> None:
    saved = {
        name: parse_expression(json.dumps(there_and_back(document)))
        for name, document in features(shared_data / "cohorts" / "features").items()
        if outline(document) and name not in REFERENCE_FAILS
    }
    run_cohorts(saved, engine=warehouse("duckdb", "combined"), to=tmp_path / "rows.parquet")
    found = read_rows(tmp_path / "rows.parquet")
    expected = read_rows(shared_data / "cohorts" / "expected" / "features_combined.parquet")
    of_features = Counter({row: n for row, n in expected.items() if row[0] in saved})
    assert found
    assert differing(found, of_features) == []
