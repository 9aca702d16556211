"""The plain reading of a definition finds what OHDSI circe-be finds, for a sample of persons: it is slow."""

from collections import Counter
from pathlib import Path

import pytest
from sqlglot import exp

from maillage.cohort.compile.sql import col, equal, num, select, table
from maillage.cohort.reference import Row, Tables, find_rows
from maillage.warehouse.engines.base import Engine
from maillage.warehouse.schema import TABLES, CdmType
from tests.oracle.conftest import Warehouse
from tests.oracle.test_phenotypes import differing, read_folder, read_rows

VOCABULARY = ("concept", "concept_ancestor", "concept_relationship", "provider", "care_site")
OF_A_PERSON = tuple(name for name, known in TABLES.items() if "person_id" in known.column_names)
SHARE = 61


@pytest.mark.parametrize(
    ("data_set", "kind", "every"),
    [
        ("combined", "features", 4),
        ("fuzz", "phenotypes", 12),
        pytest.param("combined", "features", 1, marks=pytest.mark.long),
        pytest.param("fuzz", "phenotypes", 6, marks=pytest.mark.long),
    ],
)
def test_rows_of_a_sample_equal_those_of_circe(
    warehouse: Warehouse, shared_data: Path, data_set: str, kind: str, every: int
) -> None:
    tables = sample(warehouse("duckdb", data_set))
    chosen = list(read_folder(shared_data / "cohorts" / kind).items())[::every]
    found = Counter(
        (name, row.subject_id, row.cohort_start_date, row.cohort_end_date)
        for name, expression in chosen
        for row in find_rows(expression, tables=tables)
    )
    expected = read_rows(shared_data / "cohorts" / "expected" / f"{kind}_{data_set}.parquet")
    asked = {name for name, _expression in chosen}
    of_sample = Counter({row: n for row, n in expected.items() if row[0] in asked and row[1] % SHARE == 0})
    assert of_sample
    assert differing(found, of_sample) == []


def sample(engine: Engine) -> Tables:
    """All tables, of one person in `SHARE`, as a load left them."""
    return {name: rows_of(engine, name) for name in (*VOCABULARY, *OF_A_PERSON)}


def rows_of(engine: Engine, name: str) -> list[Row]:
    kinds = (CdmType.INTEGER, CdmType.FLOAT, CdmType.DATE, CdmType.VARCHAR)
    names = [column.name for column in TABLES[name].columns if column.type in kinds]
    chosen = [equal(exp.Mod(this=col("t", "person_id"), expression=num(SHARE)), num(0))]
    where = chosen if name in OF_A_PERSON else []
    query = select([col("t", column) for column in names], table(name, "t"), where=where)
    return [dict(zip(names, row, strict=True)) for row in engine.fetch(query)]
