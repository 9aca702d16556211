"""S6: expressions and queries that would see who objected, other files, or the engine’s own secrets."""

import copy
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import sqlglot

from maillage.analysis.count.local import run
from maillage.analysis.count.spec import CountParameters
from maillage.cohort import parse_expression
from maillage.disclosure import DisclosureRules
from maillage.disclosure.gates import ExactGate
from maillage.warehouse.engines import duckdb
from maillage.warehouse.engines.duckdb import DuckDBEngine, open_warehouse
from maillage.warehouse.errors import EngineError
from maillage.warehouse.objections import add_objections
from tests.redteam.test_s03_nothing_of_a_patient import PERSON, VISITS, observations, warehouse
from tests.support.omop import write_csv

ANY_FLOOR = DisclosureRules(floor=1, network_floor=1)
OBJECTED = 7
TEXTS = (
    "D",
    "DUPONT MARIE",
    "%",
    "_",
    "' OR '1'='1",
    "'; DROP TABLE person; --",
    "' UNION SELECT person_id FROM maillage_withheld.person --",
    "maillage_withheld.person",
    "\\' OR 1=1 --",
    "\\",
    "\x00",
    "$$ OR 1=1 $$",
    "E'\\x27'",
    "/*",
    "\u2019 OR 1=1",
)
QUERIES = (
    "SELECT * FROM maillage_withheld.person",
    'SELECT * FROM "maillage_withheld"."person"',
    "SELECT * FROM warehouse.maillage_withheld.person",
    "SELECT * FROM maillage_own.objection",
    "SELECT (SELECT count(*) FROM maillage_withheld.person) FROM person",
    "SELECT * FROM query('SELECT * FROM maillage_withheld.person')",
    "SELECT * FROM query('SELECT * FROM mai' || 'llage_withheld.person')",
    "SELECT * FROM query_table(['person'])",
    "SELECT * FROM read_text('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM glob('/*')",
    "SELECT * FROM duckdb_tables()",
    "SELECT * FROM duckdb_secrets()",
    "SELECT * FROM information_schema.tables",
    "SELECT * FROM sqlite_master",
    "SELECT * FROM person, LATERAL (SELECT * FROM read_text('/etc/passwd')) x",
    "WITH x AS (SELECT * FROM read_text('/etc/passwd')) SELECT * FROM x",
    "FROM pragma_database_list()",
)


@pytest.fixture(scope="module")
def engine(tmp_path_factory: pytest.TempPathFactory) -> Iterator[DuckDBEngine]:
    """Forty patients, of whom seven objected after the load."""
    folder = tmp_path_factory.mktemp("objections")
    path = warehouse(folder, 40)
    listed = [{"person_id": PERSON + number} for number in range(OBJECTED)]
    add_objections(path, persons=write_csv(folder / "objections.csv", listed))
    with open_warehouse(path) as found:
        yield found


def count(engine: DuckDBEngine, expression: dict[str, Any]) -> dict[str, Any]:
    cohort = parse_expression(expression)
    return run(
        cohort=cohort, parameters=CountParameters(), engine=engine, gate=ExactGate(ANY_FLOOR)
    ).content.model_dump(mode="json")


def test_who_objected_is_in_no_cell(engine: DuckDBEngine) -> None:
    found = count(engine, VISITS)
    assert found["persons"] == found["steps"][0] == {"count": 40 - OBJECTED}


@pytest.mark.parametrize("text", TEXTS)
def test_a_text_of_a_cohort_stays_a_text(engine: DuckDBEngine, text: str) -> None:
    try:
        found = count(engine, observations(text))["persons"]
    except EngineError:
        # Refused by the guard or by the engine's parser: nothing was answered.
        found = {"suppressed": "below_floor"}
    matches = text in ("D", "DUPONT MARIE", "%", "_")
    assert found == ({"count": 40 - OBJECTED} if matches else {"suppressed": "below_floor"})
    assert count(engine, VISITS)["persons"] == {"count": 40 - OBJECTED}


@pytest.mark.parametrize("key", ["Title", "name"])
def test_names_of_an_expression_never_reach_the_engine(engine: DuckDBEngine, key: str) -> None:
    expression = copy.deepcopy(VISITS)
    hostile = "'; SELECT * FROM maillage_withheld.person; --"
    expression["ConceptSets"][0]["name"] = expression[key] = hostile
    assert count(engine, expression)["persons"] == {"count": 40 - OBJECTED}


@pytest.mark.parametrize("query", QUERIES)
def test_no_query_names_what_lies_beside_the_model(engine: DuckDBEngine, query: str) -> None:
    tree = sqlglot.parse_one(query, read="duckdb")
    with pytest.raises(EngineError):
        engine.fetch(tree)  # pyright: ignore[reportArgumentType]


def test_with_queries_unchecked_who_objected_is_read(
    engine: DuckDBEngine, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(duckdb, "check_query", lambda query, sql, *, tables: None)
    tree = sqlglot.parse_one("SELECT count(*) AS n FROM warehouse.maillage_withheld.person", read="duckdb")
    assert engine.fetch(tree) == [(OBJECTED,)]  # pyright: ignore[reportArgumentType]


def test_an_objection_counts_from_the_next_question_on(tmp_path: Path) -> None:
    path = warehouse(tmp_path, 5)
    add_objections(path, persons=write_csv(tmp_path / "o.csv", [{"person_id": PERSON}]))
    with open_warehouse(path) as engine:
        assert count(engine, VISITS)["persons"] == {"count": 4}
