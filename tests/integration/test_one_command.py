"""One command each: FHIR, PMSI, own CSV files and PostgreSQL become nodes that answer the demo's question.

Real processes: a hub, four nodes, a PostgreSQL server. The expected numbers are counted in the synthetic
warehouses that the sources were written from, without a network.
"""

import json
import os
import subprocess
import sys
from collections.abc import Generator, Mapping
from pathlib import Path
from typing import Any

import pytest

from maillage.disclosure import NETWORK_FLOOR
from maillage.disclosure.values import Cell, Private, Suppressed, bounds, cell_from_json
from maillage.warehouse.intake import FileSource, Intake, build_warehouse, recognise
from maillage.warehouse.synthetic import SITES, synthesize
from tests.conftest import ROOT
from tests.support.doors import FHIR, PMSI, POSTGRES, SCHEMA, TABLES, Doors, count_persons, open_doors

EXAMPLES = ROOT / "maillage" / "cli" / "examples"
DIABETES = EXAMPLES / "diabete-type-2-metformine.json"
HIP_FRACTURE = EXAMPLES / "fracture-hanche-personne-agee.json"
PATIENTS = 1_200

pytestmark = pytest.mark.xdist_group("conformance-postgres")


@pytest.fixture(scope="module")
def doors(tmp_path_factory: pytest.TempPathFactory) -> Generator[Doors]:
    with open_doors(tmp_path_factory.mktemp("doors"), patients=PATIENTS) as found:
        yield found


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Where the demo keeps warehouses, from one run to the next."""
    return tmp_path_factory.mktemp("home")


def demo(doors: Doors, home: Path, *options: str) -> tuple[Mapping[str, Any], str]:
    """The document of one run of the command, and what it told besides."""
    command = [sys.executable, "-m", "maillage", "demo", "--once", "--json", "--home", str(home)]
    data = [word for site, source in doors.sources.items() for word in ("--data", f"{site}={source}")]
    objections = ["--objections", str(doors.objections)]
    done = subprocess.run(
        [*command, *data, *objections, *options],
        capture_output=True,
        text=True,
        check=False,
        env={**os.environ, "COLUMNS": "200"},
    )
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout), done.stderr


def cell_of(document: Mapping[str, Any]) -> Cell:
    kinds = ("count", "noisy", "deviation", "band", "suppressed")
    return cell_from_json({kind: document[kind] for kind in kinds if kind in document})


def check(cell: Cell, persons: int) -> None:
    """A cell tells this number: as it is, with its noise around it, or hidden because it is small."""
    if persons < NETWORK_FLOOR:
        assert isinstance(cell, Suppressed)
        return
    assert not isinstance(cell, Suppressed | Private)
    low, high = bounds(cell)
    assert low <= persons <= high


def test_the_demo_question_is_answered_by_all_four_as_their_data_have_it(doors: Doors, home: Path) -> None:
    found, told = demo(doors, home)
    expected = {site: count_persons(path, DIABETES) for site, path in doors.originals.items()}
    assert all(persons >= NETWORK_FLOOR for site, persons in expected.items() if site != PMSI)
    # The PMSI knows no drug: that hospital has nobody who answers, which no message tells from a few.
    assert expected[PMSI] == 0
    assert {site["id"]: site["status"] for site in found["sites"]} == dict.fromkeys(SITES, "answered")
    for site in found["sites"]:
        check(cell_of(site), expected[site["id"]])
    check(cell_of(found["combined"]), sum(expected.values()))
    for site in doors.sources:
        assert f"{SITES[site].name} : " in told
    for read in ("MedicationRequest", "RUM : ", "diagnoses"):
        assert read in told, "each load tells what it read"


@pytest.mark.long
def test_a_question_that_the_pmsi_carries_is_answered_by_all_four_and_nothing_is_loaded_twice(
    doors: Doors, home: Path
) -> None:
    found, told = demo(doors, home, "--question", str(HIP_FRACTURE))
    expected = {site: count_persons(path, HIP_FRACTURE) for site, path in doors.originals.items()}
    assert expected[PMSI] >= NETWORK_FLOOR
    for site in found["sites"]:
        check(cell_of(site), expected[site["id"]])
    assert "MedicationRequest" not in told, "the same files again are not read again"


CARRIED = {
    FHIR: [path.stem for path in sorted(EXAMPLES.glob("*.json"))],
    TABLES: [path.stem for path in sorted(EXAMPLES.glob("*.json")) if "covid" not in path.stem],
    PMSI: ["fracture-hanche-personne-agee", "insuffisance-cardiaque-readmission"],
}
"""The six examples; those without a result that is a code; those of stays, diagnoses and acts alone."""


@pytest.mark.parametrize("site", CARRIED)
def test_what_was_written_and_loaded_has_the_cohorts_of_the_original(
    doors: Doors, tmp_path: Path, site: str
) -> None:
    source = recognise(doors.sources[site])
    assert isinstance(source, FileSource)
    build_warehouse(Intake(source, site, "maillage"), target=tmp_path / "w.duckdb")
    questions = {name: EXAMPLES / f"{name}.json" for name in CARRIED[site]}
    loaded = {name: count_persons(tmp_path / "w.duckdb", path) for name, path in questions.items()}
    assert loaded == {name: count_persons(doors.originals[site], path) for name, path in questions.items()}
    assert max(loaded.values()) >= NETWORK_FLOOR


@pytest.mark.long
def test_a_database_alone_joins_the_synthetic_hospitals(doors: Doors, home: Path, tmp_path: Path) -> None:
    alone = Doors({POSTGRES: doors.sources[POSTGRES]}, doors.objections, doors.originals)
    found, _told = demo(alone, home, "--patients", str(PATIENTS), "--schema", SCHEMA)
    assert {site["id"]: site["status"] for site in found["sites"]} == dict.fromkeys(SITES, "answered")
    # The original of the PMSI has only what PMSI files say; here that hospital is whole.
    synthesize(PMSI, patients=PATIENTS, target=tmp_path / "whole.duckdb")
    originals = {**doors.originals, PMSI: tmp_path / "whole.duckdb"}
    for site in found["sites"]:
        check(cell_of(site), count_persons(originals[site["id"]], DIABETES))
