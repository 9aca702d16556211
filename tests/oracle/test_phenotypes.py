"""Rows and attrition of public definitions equal those of the reference implementation (OHDSI circe-be)."""

from collections import Counter
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pytest

from maillage.cohort import CohortExpression, parse_expression
from maillage.cohort.attrition import attrition
from maillage.cohort.batch import run_cohorts
from maillage.cohort.compile.sql import col, select, table
from maillage.cohort.run import CohortTables, run_cohort
from maillage.warehouse.engines.base import Engine
from tests.oracle.conftest import CHOSEN, EIGHTH, PARTS, Warehouse
from tests.support.in_place import ENGINES
from tests.support.spark import QUIETLY

# The reference writes a query that no engine accepts; tests/spec/chapters/measurements.py has it by hand.
REFERENCE_FAILS = {"052_attr_meas_abnormal"}

Row = tuple[str, int, date, date]


def read_folder(folder: Path) -> dict[str, CohortExpression]:
    found = {path.stem: parse_expression(path.read_bytes()) for path in sorted(folder.glob("*.json"))}
    assert found, f"no definition in {folder}"
    return {name: expression for name, expression in found.items() if name not in REFERENCE_FAILS}


def read_rows(path: Path) -> Counter[Row]:
    query = "SELECT cohort, subject_id, cohort_start_date, cohort_end_date FROM read_parquet(?)"
    return Counter(duckdb.connect().execute(query, [str(path)]).fetchall())


def differing(found: Counter[Row], expected: Counter[Row]) -> list[str]:
    """The cohorts whose rows differ, each with how many are too many and too few."""
    extra, missing = Counter(row[0] for row in found - expected), Counter(row[0] for row in expected - found)
    return [f"{name}: +{extra[name]} -{missing[name]}" for name in sorted(extra | missing)]


ALL_SETS = [
    ("combined", "features"),
    ("combined", "phenotypes"),
    ("gibleed", "phenotypes"),
    ("fuzz", "phenotypes"),
]
SMALLER_SETS = [(f"combined{EIGHTH}", "features"), ("fuzz", "phenotypes")]
FEWER: dict[str, dict[str, int]] = {"spark": {"phenotypes": 60}}
"""Definitions of a set on a slower engine: the whole of CI stays under twenty minutes."""


def on(engine: str, sets: list[tuple[str, str]]) -> list[Any]:
    """One case per set; each engine's in one process, where it is started once."""
    marks = [pytest.mark.xdist_group(f"conformance-{engine}"), QUIETLY]
    return [pytest.param(engine, *one, marks=marks, id=f"{engine}-{one[0]}-{one[1]}") for one in sets]


CASES = (
    on(CHOSEN, ALL_SETS)
    if CHOSEN
    else [*on("duckdb", ALL_SETS), *on("postgres", SMALLER_SETS), *on("spark", SMALLER_SETS)]
)


def some(expressions: dict[str, CohortExpression], engine: str, kind: str) -> dict[str, CohortExpression]:
    """All of them, save on a slower engine unless it was chosen: some at equal distances."""
    wanted = len(expressions) if CHOSEN else FEWER.get(engine, {}).get(kind, len(expressions))
    if wanted >= len(expressions):
        return expressions
    names = list(expressions)
    return {name: expressions[name] for name in (names[n * len(names) // wanted] for n in range(wanted))}


@pytest.mark.parametrize(("engine", "data_set", "kind"), CASES)
def test_rows_equal_the_reference(
    warehouse: Warehouse, shared_data: Path, tmp_path: Path, engine: str, data_set: str, kind: str
) -> None:
    expressions = some(read_folder(shared_data / "cohorts" / kind), engine, kind)
    run_cohorts(expressions, engine=warehouse(engine, data_set), to=tmp_path / "rows.parquet")
    whole = data_set.removesuffix(EIGHTH)
    expected = read_rows(shared_data / "cohorts" / "expected" / f"{kind}_{whole}.parquet")
    asked = Counter({row: number for row, number in expected.items() if row[0] in expressions})
    if whole != data_set:
        asked = Counter({row: number for row, number in asked.items() if row[1] % len(PARTS) == 0})
    assert differing(read_rows(tmp_path / "rows.parquet"), asked) == []


@pytest.mark.parametrize(
    "kind",
    [
        pytest.param(one, marks=[pytest.mark.xdist_group(f"conformance-{one}"), QUIETLY])
        for one in ENGINES
        if one != "duckdb" and CHOSEN in ("", one)
    ],
)
@pytest.mark.parametrize("name", REFERENCE_FAILS)
def test_engines_agree_where_the_reference_fails(
    warehouse: Warehouse, shared_data: Path, tmp_path: Path, kind: str, name: str
) -> None:
    definition = shared_data / "cohorts" / "features" / f"{name}.json"
    expressions = {name: parse_expression(definition.read_bytes())}
    rows: list[Counter[Row]] = []
    for engine in ("duckdb", kind):
        run_cohorts(expressions, engine=warehouse(engine, "fuzz"), to=tmp_path / f"{engine}.parquet")
        rows.append(read_rows(tmp_path / f"{engine}.parquet"))
    assert rows[0]
    assert rows[0] == rows[1]


@pytest.fixture(scope="module")
def with_rules(shared_data: Path) -> dict[str, CohortExpression]:
    phenotypes = read_folder(shared_data / "cohorts" / "phenotypes")
    return {name: expression for name, expression in phenotypes.items() if expression.rules}


@QUIETLY
@pytest.mark.parametrize("kind", [CHOSEN] if CHOSEN else ["duckdb", "postgres"])
def test_masks_equal_the_reference(
    warehouse: Warehouse, shared_data: Path, with_rules: Mapping[str, CohortExpression], kind: str
) -> None:
    expected = read_masks(shared_data / "cohorts" / "expected" / "attrition_fuzz_res.parquet")
    engine = warehouse(kind, "fuzz")
    found: Counter[tuple[str, int]] = Counter()
    for name, expression in with_rules.items():
        with run_cohort(expression, engine=engine) as tables:
            events = events_of(engine, tables)
            check_attrition(engine, tables, events)
        found.update((name, mask) for _person, mask in events)
    assert found == expected


def read_masks(path: Path) -> Counter[tuple[str, int]]:
    """Events of each mask: mode 0 of the reference counts events, mode 1 the best event of each person."""
    query = "SELECT cohort, inclusion_rule_mask, person_count FROM read_parquet(?) WHERE mode_id = 0"
    rows = duckdb.connect().execute(query, [str(path)]).fetchall()
    return Counter({(name, mask): events for name, mask, events in rows})


def events_of(engine: Engine, tables: CohortTables) -> list[tuple[int, int]]:
    columns = [col("e", "person_id"), col("e", "inclusion_mask")]
    return engine.fetch(select(columns, table(tables.events, "e")))


def check_attrition(engine: Engine, tables: CohortTables, events: list[tuple[int, int]]) -> None:
    """The SQL of attrition says what the masks say, counted plainly."""
    plainly = []
    for held in range(tables.rules + 1):
        bits = 2**held - 1
        plainly.append((held, len({person for person, mask in events if mask & bits == bits})))
    assert engine.fetch(attrition(tables)) == plainly
