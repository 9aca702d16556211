"""The 82 features, imported in the portal, edited there and back by its forms, saved and exported, find the
rows of the reference."""

import json
import re
from collections import Counter
from dataclasses import fields
from enum import StrEnum
from pathlib import Path
from typing import Any

import httpx2
import pytest

from maillage.cohort import parse_expression
from maillage.cohort.batch import run_cohorts
from maillage.cohort.edit import Edit, Term
from maillage.cohort.edit.edits import EDITS
from tests.integration.hub.conftest import Network
from tests.oracle.conftest import Warehouse, warehouse
from tests.oracle.test_edited_features import features, list_edits, there_and_back
from tests.oracle.test_phenotypes import REFERENCE_FAILS, differing, read_rows
from tests.support.meaning import meaning
from tests.support.people import browse

__all__ = ["warehouse"]

NAMES = {edit: name for name, edit in EDITS.items()}
FRAGMENT = {"HX-Request": "true"}


def test_features_saved_in_the_portal_mean_what_they_meant(network: Network, shared_data: Path) -> None:
    for name, document in list(features(shared_data / "cohorts" / "features").items())[::30]:
        edited = save_edited(network, name, document)
        assert meaning(parse_expression(edited)) == meaning(parse_expression(document)), name
        assert edited["ConceptSets"] == document["ConceptSets"], name


@pytest.mark.long
def test_every_feature_saved_in_the_portal_finds_the_rows_of_the_reference(
    network: Network, warehouse: Warehouse, shared_data: Path, tmp_path: Path
) -> None:
    saved: dict[str, Any] = {}
    for name, document in features(shared_data / "cohorts" / "features").items():
        saved[name] = parse_expression(save_edited(network, name, document))
        assert meaning(saved[name]) == meaning(parse_expression(document)), name
        # The limit of one person's pages: eighty cohorts are not written in a second.
        network.clock.advance(seconds=30)
    counted = {name: found for name, found in saved.items() if name not in REFERENCE_FAILS}
    run_cohorts(counted, engine=warehouse("duckdb", "combined"), to=tmp_path / "rows.parquet")
    found = read_rows(tmp_path / "rows.parquet")
    expected = read_rows(shared_data / "cohorts" / "expected" / "features_combined.parquet")
    assert found
    assert differing(found, Counter({row: n for row, n in expected.items() if row[0] in counted})) == []


def save_edited(network: Network, name: str, document: Any) -> Any:
    """What ATLAS gets back of the feature after edits there and back; saved unedited, it is what came."""
    with browse(network, "alice") as browser:
        fields = {"cohort": json.dumps(document), "name": name}
        page = browser.post("/cohortes/importer", data=fields).headers["location"]
        assert name in browser.get(page).text
        assert save(browser, page, number=1) == document, name
        for edit in list_edits(document):
            change(browser, page, edit)
        edited = save(browser, page, number=2)
    assert edited == there_and_back(document), "a form was lost"
    return edited


def save(browser: httpx2.Client, page: str, *, number: int) -> Any:
    """Save a version and export it."""
    assert browser.post(f"{page}/enregistrer", data={"name": f"Version {number}"}).status_code == 302
    return browser.get(f"{page}/atlas.json?v={number}").json()


def change(browser: httpx2.Client, page: str, edit: Edit) -> None:
    """Send the edit's form from the page as it is now."""
    step = re.search(r'data-step="(\d+)"', browser.get(page).text)
    assert step is not None
    form = write_form(edit) | {"seen": step[1]}
    answer = browser.post(f"{page}/modifier", data=form, headers=FRAGMENT)
    assert answer.status_code == 200, (edit, answer.text)


def write_form(edit: Edit) -> dict[str, str]:
    """The fields that a form of the builder sends for it."""
    form = {"edit": NAMES[type(edit)]}
    for one in fields(edit):
        form |= write_field(one.name, getattr(edit, one.name))
    return form


def write_field(name: str, value: Any) -> dict[str, str]:
    match value:
        case None:
            return {}
        case Term():
            return {one.name: write_text(getattr(value, one.name)) for one in fields(value)}
        case tuple():
            return {name: " ".join(value)}
        case _:
            return {name: write_text(value)}


def write_text(value: Any) -> str:
    match value:
        case bool():
            return str(int(value))
        case StrEnum():
            return value.value
        case _:
            return str(value)
