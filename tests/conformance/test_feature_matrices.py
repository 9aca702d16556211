"""The same design matrix on PostgreSQL and Spark as on DuckDB, and as the patients that were written."""

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from maillage.analysis.features.declared import Feature
from maillage.analysis.features.matrix import Matrix, build_matrix
from maillage.analysis.features.reading import indexed, read_feature, read_first_day
from maillage.cohort import parse_expression
from maillage.cohort.run import compile_for, run_plan
from maillage.warehouse.engines.base import Engine
from tests.support.in_place import ENGINES, opened
from tests.support.models import (
    AGE,
    COHORT,
    DIABETIC,
    DOSES,
    FOLLOWED,
    NIGHTS,
    RELAPSED,
    SCANS,
    SEX,
    SUGAR,
    draw_people,
    to_tables,
)
from tests.support.spark import QUIETLY

PEOPLE = draw_people(150, seed=9)
FILLED = {"missing": "indicator", "fill": -1.0}
DECLARED = [
    AGE,
    SEX,
    {"kind": "year", "name": "year"},
    DIABETIC,
    DIABETIC | {"name": "later", "window": {"start": 1}},
    DOSES,
    SCANS,
    NIGHTS,
    SUGAR | FILLED,
    SUGAR | FILLED | {"name": "first", "use": "first"},
    SUGAR | FILLED | {"name": "mean", "use": "mean"},
    SUGAR | FILLED | {"name": "largest", "use": "max", "unit": None},
    FOLLOWED,
]
FEATURES: list[Feature] = TypeAdapter(list[Feature]).validate_python(DECLARED)


@pytest.mark.parametrize(
    "kind",
    [pytest.param(kind, marks=[pytest.mark.xdist_group(f"conformance-{kind}"), QUIETLY]) for kind in ENGINES],
)
def test_the_matrix_is_that_of_the_patients(kind: str, tmp_path: Path) -> None:
    with opened(kind, tmp_path, to_tables(PEOPLE)) as engine:
        matrix, first = read(engine)
    found = {column.name: matrix.values[:, place] for place, column in enumerate(matrix.columns)}
    missing = np.isnan(PEOPLE.hba1c)
    expected = {
        "age": PEOPLE.age,
        "sex[male]": PEOPLE.male,
        "year": np.full(len(PEOPLE), 2020.0),
        "diabetes": PEOPLE.diabetes,
        "later": PEOPLE.diabetes,
        "insulin": PEOPLE.insulin,
        "scans": PEOPLE.scans,
        "nights": PEOPLE.nights,
        "hba1c": np.where(missing, -1.0, PEOPLE.hba1c),
        "hba1c[missing]": missing,
        "first": np.where(missing, -1.0, PEOPLE.hba1c + 1),
        "first[missing]": missing,
        "mean": np.where(missing, -1.0, (PEOPLE.hba1c + 1 + PEOPLE.hba1c) / 2),
        "mean[missing]": missing,
        "largest": np.where(missing, -1.0, 99.0),
        "largest[missing]": missing,
        "days": np.where(PEOPLE.relapsed > 0, PEOPLE.days + 30, PEOPLE.days),
    }
    assert matrix.persons.tolist() == list(range(1, len(PEOPLE) + 1))
    assert list(found) == list(expected)
    for name, values in expected.items():
        np.testing.assert_array_equal(found[name], values, err_msg=name)
    np.testing.assert_array_equal(first, np.where(PEOPLE.relapsed > 0, PEOPLE.days, np.nan))


def read(engine: Engine) -> tuple[Matrix, np.ndarray]:
    event: Any = TypeAdapter(Feature).validate_python(RELAPSED)
    with (
        run_plan(compile_for(engine, parse_expression(COHORT)), engine=engine) as tables,
        indexed(tables, [*FEATURES, event], engine=engine) as index,
    ):
        read_feature(index, event)
        return build_matrix(index, FEATURES), read_first_day(index, event)
