"""The count of the demo's questions: persons, steps and years on PostgreSQL and Spark as on DuckDB."""

from collections.abc import Generator
from pathlib import Path

import pytest

from maillage.analysis.count.local import find_persons
from maillage.cohort import parse_expression
from maillage.cohort.run import compile_for
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.engines.open import open_engine
from maillage.warehouse.place import FilePlace
from maillage.warehouse.synthetic import synthesize
from tests.support.in_place import make_place
from tests.support.spark import QUIETLY

EXAMPLES = sorted((Path(__file__).parents[2] / "maillage" / "cli" / "examples").glob("*.json"))
PATIENTS = 1_500
Counted = list[tuple[int, int, int]]
"""By person: the id, how many rules hold together, the year of entry or 0."""


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(kind, marks=[pytest.mark.xdist_group(f"conformance-{kind}"), QUIETLY])
        for kind in ("postgres", "spark")
    ],
)
def both(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Generator[tuple[Engine, Engine]]:
    """One synthetic hospital on DuckDB, and on the engine in question."""
    folder = tmp_path_factory.mktemp("count")
    warehouse = folder / "hospital.duckdb"
    synthesize("hcl", patients=PATIENTS, target=warehouse)
    engines = [
        open_engine(place)
        for place in (FilePlace(path=warehouse, threads=1), make_place(request.param, folder, warehouse))
    ]
    yield engines[0], engines[1]
    for engine in engines:
        engine.close()


def count_all(engine: Engine) -> dict[str, Counted]:
    counted: dict[str, Counted] = {}
    for path in EXAMPLES:
        found = find_persons(compile_for(engine, parse_expression(path.read_bytes())), engine=engine)
        counted[path.stem] = sorted(
            zip(found.ids.tolist(), found.held.tolist(), found.year.tolist(), strict=True)
        )
    return counted


def test_every_person_is_counted_alike(both: tuple[Engine, Engine]) -> None:
    expected, found = (count_all(engine) for engine in both)
    assert found == expected
    with_a_cohort = [name for name, rows in expected.items() if any(year for *_rest, year in rows)]
    assert len(with_a_cohort) >= len(EXAMPLES) - 1, f"too small a hospital: only {with_a_cohort}"
