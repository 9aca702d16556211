"""Which queries reach the engine."""

import pytest
from sqlglot import exp, parse_one

from maillage.warehouse.engines.guard import check_query
from maillage.warehouse.errors import QueryRefusedError

TABLES = frozenset({"person", "measurement_by_concept"})

ACCEPTED = [
    "SELECT * FROM person",
    "SELECT count(*) FROM person AS p JOIN measurement_by_concept AS m USING (person_id)",
    "WITH old AS (SELECT * FROM person) SELECT * FROM old WHERE person_id IN (SELECT person_id FROM old)",
    "SELECT * FROM (SELECT 1 AS one) AS t UNION ALL SELECT * FROM (VALUES (2)) AS v(one)",
    "SELECT * FROM person, UNNEST([1, 2]) AS u(x)",
    "SELECT * FROM GENERATE_SERIES(1, 3) AS s(x)",
    "SELECT 'FROM measurement' AS words",
]

REFUSED = [
    "SELECT * FROM maillage_withheld.person",
    "SELECT * FROM warehouse.maillage_withheld.person",
    "SELECT * FROM MAILLAGE_WITHHELD.person",
    "SELECT * FROM maillage_own.objection",
    "SELECT * FROM main.person",
    "SELECT (SELECT count(*) FROM other) FROM person",
    "SELECT * FROM query('SELECT * FROM ' || 'maillage' || '_withheld.person')",
    "SELECT * FROM query_table('person')",
    "SELECT * FROM duckdb_tables()",
    "SELECT * FROM duckdb_tables",
    "SELECT * FROM read_csv('/etc/passwd')",
    "SELECT * FROM '/etc/passwd'",
    "SELECT * FROM pragma_table_info('person')",
    "SELECT * FROM (DESCRIBE person)",
    "SELECT * FROM (SUMMARIZE person)",
]


@pytest.mark.parametrize("sql", ACCEPTED)
def test_a_query_over_known_tables_is_accepted(sql: str) -> None:
    query = parse_one(sql, dialect="duckdb")
    assert isinstance(query, exp.Query)
    check_query(query, query.sql("duckdb"), tables=TABLES)


@pytest.mark.parametrize("sql", REFUSED)
def test_a_query_that_names_anything_else_is_refused(sql: str) -> None:
    query = parse_one(sql, dialect="duckdb")
    assert isinstance(query, exp.Query)
    with pytest.raises(QueryRefusedError):
        check_query(query, query.sql("duckdb"), tables=TABLES)


def test_text_hidden_in_an_identifier_is_refused() -> None:
    hidden = exp.column(exp.to_identifier("x FROM maillage_withheld.person --", quoted=False))
    query = exp.select(hidden).from_("person")
    with pytest.raises(QueryRefusedError):
        check_query(query, query.sql("duckdb"), tables=TABLES)
