"""A session that keeps what codes chose finds what the reference finds, whatever was asked of it before."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from maillage.cohort import CohortExpression
from maillage.cohort.compile.cohort import ROW_COLUMNS
from maillage.cohort.compile.sql import col, select, table
from maillage.cohort.run import run_cohort
from maillage.warehouse.build.omop import load_omop
from maillage.warehouse.engines.duckdb import DuckDBEngine, open_warehouse
from tests.oracle.test_phenotypes import Row, differing, read_folder, read_rows

SETS = {"features": 3, "phenotypes": 15}
"""Of each folder of definitions, one in so many."""


@pytest.fixture(scope="module")
def engine(shared_data: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    path = tmp_path_factory.mktemp("kept") / "combined.duckdb"
    load_omop(shared_data / "omop" / "combined", target=path)
    with open_warehouse(path, keep=True) as opened:
        yield opened


@pytest.mark.parametrize("kind", SETS)
def test_a_cohort_asked_twice_has_the_rows_of_the_reference_each_time(
    engine: DuckDBEngine, shared_data: Path, kind: str
) -> None:
    definitions = [*read_folder(shared_data / "cohorts" / kind).items()][:: SETS[kind]]
    expected = read_rows(shared_data / "cohorts" / "expected" / f"{kind}_combined.parquet")
    names = {name for name, _definition in definitions}
    wanted = Counter({row: number for row, number in expected.items() if row[0] in names})
    for _time in range(2):
        found = [rows_of(name, one, engine=engine) for name, one in definitions]
        assert differing(sum(found, Counter[Row]()), wanted) == []


def rows_of(name: str, definition: CohortExpression, *, engine: DuckDBEngine) -> Counter[Row]:
    with run_cohort(definition, engine=engine) as tables:
        rows = engine.fetch(select([col("r", column) for column in ROW_COLUMNS], table(tables.rows, "r")))
    return Counter((name, *row) for row in rows)
