"""Four hospitals that hold a quarter of the patients each answer what one warehouse of them all would.

The expected rows were computed with OHDSI's reference implementation on the pooled data.
"""

import os
from collections.abc import Generator, Mapping
from contextlib import contextmanager
from pathlib import Path

import duckdb
import pytest

from maillage.cli.demo.network import Hospital, NetworkOptions, running_network
from maillage.cli.demo.permits import STUDY
from maillage.client import CountResult, Hub
from maillage.disclosure import Cell, Count, Suppressed, Suppression
from maillage.warehouse.build.omop import load_omop
from tests.support.split import split_by_person

PARTS = ("nord", "sud", "est", "ouest")
PHENOTYPES = 40 if os.environ.get("MAILLAGE_TEST_LONG") else 4
FLOOR = 11

pytestmark = pytest.mark.xdist_group("federated")


@pytest.fixture(scope="module", params=["gibleed", pytest.param("combined", marks=pytest.mark.long)])
def data_set(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def hospitals(data_set: str, shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> list[Hospital]:
    folder = tmp_path_factory.mktemp(data_set)
    parts = split_by_person(shared_data / "omop" / data_set, target=folder / "parts", parts=PARTS)
    for part, source in parts.items():
        load_omop(source, target=folder / f"{part}.duckdb", source_name=part)
    return [Hospital(part, part, folder / f"{part}.duckdb") for part in PARTS]


Truth = Mapping[str, Mapping[str, int]]
"""Distinct persons by phenotype, then by hospital; a hospital without any is absent."""


@pytest.fixture(scope="module")
def truth(data_set: str, shared_data: Path) -> Truth:
    """What the reference found, for the first phenotypes that return rows."""
    rows = shared_data / "cohorts" / "expected" / f"phenotypes_{data_set}.parquet"
    query = f"""
        SELECT cohort, abs(subject_id) % {len(PARTS)}, count(DISTINCT subject_id)
        FROM '{rows}' GROUP BY ALL ORDER BY ALL
    """
    found: dict[str, dict[str, int]] = {}
    with duckdb.connect() as connection:
        for phenotype, rank, persons in connection.execute(query).fetchall():
            found.setdefault(phenotype, {})[PARTS[rank]] = persons
    return {phenotype: found[phenotype] for phenotype in sorted(found)[:PHENOTYPES]}


@contextmanager
def network(hospitals: list[Hospital], *, folder: Path, floor: int) -> Generator[Hub]:
    options = NetworkOptions(floor=floor, worker_threads=1)
    with running_network(hospitals, folder=folder, options=options) as running, running.connect() as hub:
        yield hub


def count(hub: Hub, *, shared_data: Path, phenotype: str) -> CountResult:
    path = shared_data / "cohorts" / "phenotypes" / f"{phenotype}.json"
    result = hub.count(path, title=phenotype, permit=STUDY)
    assert {site.status for site in result.sites} == {"answered"}, str(result)
    return result


def test_the_total_is_the_pooled_number_of_persons(
    hospitals: list[Hospital], truth: Truth, shared_data: Path, tmp_path: Path
) -> None:
    assert len(truth) == PHENOTYPES
    with network(hospitals, folder=tmp_path, floor=1) as hub:
        totals = {
            phenotype: count(hub, shared_data=shared_data, phenotype=phenotype).combined.persons
            for phenotype in truth
        }
    assert totals == {phenotype: Count(sum(parts.values())) for phenotype, parts in truth.items()}


def stands_for(cell: Cell | None, *, persons: int) -> bool:
    """Whether a cell that is not the cohort's own number is hidden, or that of a former set near enough."""
    if isinstance(cell, Count):
        return abs(cell.value - persons) < FLOOR
    return cell == Suppressed(Suppression.PROTECTED)


def test_under_the_floor_every_cell_is_suppressed_and_none_is_zero(
    hospitals: list[Hospital], truth: Truth, shared_data: Path, tmp_path: Path
) -> None:
    small = exact = 0
    with network(hospitals, folder=tmp_path, floor=FLOOR) as hub:
        for phenotype, parts in truth.items():
            result = count(hub, shared_data=shared_data, phenotype=phenotype)
            for site in result.sites:
                persons = parts.get(site.id, 0)
                small += persons < FLOOR
                if persons < FLOOR:
                    assert site.persons == Suppressed(Suppression.BELOW_FLOOR)
                elif site.persons == Count(persons):
                    exact += 1
                else:
                    assert stands_for(site.persons, persons=persons)
            cells = [*result.combined.steps, *(year.persons for year in result.combined.years)]
            assert all(cell.value >= FLOOR for cell in cells if isinstance(cell, Count))
    assert small > 0
    assert exact > (len(truth) * len(PARTS) - small) / 2
