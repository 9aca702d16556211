"""A synthetic hospital written as PMSI and loaded has the same cohorts, patient by patient and day by day."""

from collections.abc import Mapping
from pathlib import Path

import pytest
from sqlglot import exp

from maillage.cli.main import run
from maillage.cohort import parse_expression
from maillage.cohort.run import run_cohort
from maillage.warehouse.engines.duckdb import open_warehouse
from tests.conftest import ROOT
from tests.support.pmsi_writer import PmsiHospital, make_hospital, write_files

PATIENTS = 4000
CARRIED = ("fracture-hanche-personne-agee", "insuffisance-cardiaque-readmission")
"""The examples that stays, diagnoses and acts answer."""

NOT_CARRIED = (
    *("avc-ischemique", "covid-19-hospitalise"),
    *("diabete-type-2-metformine", "tumeur-neuroendocrine-lutetium"),
)
"""Those that want a drug, a laboratory result, or an act of the emergency ward."""

FILES = (("rum", 2021), ("rss", 2023), ("rsa", 2025))

Rows = Mapping[str, list[tuple[object, ...]]]


@pytest.fixture(scope="module")
def hospital(tmp_path_factory: pytest.TempPathFactory) -> PmsiHospital:
    return make_hospital(tmp_path_factory.mktemp("hospital"), patients=PATIENTS)


@pytest.fixture(scope="module")
def original(hospital: PmsiHospital, tmp_path_factory: pytest.TempPathFactory) -> Rows:
    target = tmp_path_factory.mktemp("original") / "w.duckdb"
    for name, folder in (("vocabulary", hospital.vocabulary), ("facts", hospital.facts)):
        assert run(["warehouse", "load", str(folder), "--to", str(target), "--batch", name]) == 0
    return read_cohorts(target, patient="CAST(person.person_id AS VARCHAR)")


def read_cohorts(target: Path, *, patient: str) -> Rows:
    """For each example: patient, first and last day; and the deaths."""
    engine = open_warehouse(target)
    try:
        found = {name: _cohort(name, engine, patient=patient) for name in (*CARRIED, *NOT_CARRIED)}
        deaths = exp.select(patient, "CAST(death_date AS VARCHAR)").from_("death")
        deaths = deaths.join("person", on="person.person_id = death.person_id")
        return {**found, "death": sorted(engine.fetch(deaths))}
    finally:
        engine.close()


def _cohort(name: str, engine: object, *, patient: str) -> list[tuple[object, ...]]:
    path = ROOT / "maillage" / "cli" / "examples" / f"{name}.json"
    with run_cohort(parse_expression(path.read_text(encoding="utf-8")), engine=engine) as tables:  # pyright: ignore[reportArgumentType]
        days = ("CAST(cohort_start_date AS VARCHAR)", "CAST(cohort_end_date AS VARCHAR)")
        query = exp.select(patient, *days).from_(tables.rows)
        query = query.join("person", on=f"person.person_id = {tables.rows}.subject_id")
        return sorted(engine.fetch(query))  # pyright: ignore[reportAttributeAccessIssue]


@pytest.mark.parametrize(("kind", "year"), FILES)
def test_the_same_cohorts(
    hospital: PmsiHospital, original: Rows, tmp_path: Path, kind: str, year: int
) -> None:
    lines, links = write_files(hospital, tmp_path / "pmsi", kind=kind, year=year)
    target = tmp_path / "w.duckdb"
    assert run(["warehouse", "load", str(hospital.vocabulary), "--to", str(target), "--batch", "v"]) == 0
    loaded = ["warehouse", "load-pmsi", str(lines), "--to", str(target), "--batch", "pmsi"]
    assert run([*loaded, "--patients", str(links)]) == 0
    found = read_cohorts(target, patient="ltrim(person.person_source_value, '0')")
    assert found == original


def test_the_cohorts_are_not_empty(original: Rows) -> None:
    assert min(len(original[name]) for name in (*CARRIED, "death")) > 5
    assert all(len(original[name]) == 0 for name in NOT_CARRIED)
