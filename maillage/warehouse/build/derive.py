"""What OMOP asks for and hospitals' files do not hold: periods of observation and eras, from the events."""

from functools import reduce

import duckdb

from maillage.base.statements import load_statements
from maillage.warehouse.build.finish import count_rows
from maillage.warehouse.build.stored import DERIVED_TABLES
from maillage.warehouse.layout import WITHHELD_SCHEMA
from maillage.warehouse.schema import EVENT_TABLES

_ERAS = DERIVED_TABLES[1:]
_NO_SIGN_OF_LIFE = frozenset({"death", *_ERAS})


def derive_tables(connection: duckdb.DuckDBPyConnection, *, withheld: bool) -> None:
    """Give a period to each person who has none, and eras where no input had any of the table.

    Where rows are `withheld`, theirs too: they must be whole when an objection is withdrawn.
    """
    schemas = ("main", WITHHELD_SCHEMA) if withheld else ("main",)
    wanted = [table for table in _ERAS if not any(_count(connection, table, schema) for schema in schemas)]
    statements = load_statements("maillage.warehouse.build", "sql/derive.sql")
    for schema in schemas:
        _view_events(connection, schema)
        for table in ("observation_period", *wanted):
            connection.execute(statements[table].format(schema=schema))
    connection.execute("DROP VIEW seen")


def _count(connection: duckdb.DuckDBPyConnection, table: str, schema: str) -> int:
    return count_rows(connection, f"{schema}.{table}")


def _view_events(connection: duckdb.DuckDBPyConnection, schema: str) -> None:
    """seen(person_id, start_date, end_date): every sign that a person was alive and looked after."""
    seen = [
        connection.table(f"{schema}.{event.table}").project(
            f"person_id, {event.start} AS start_date,"
            f" greatest({event.start}, coalesce({event.end or event.start}, {event.start})) AS end_date"
        )
        for event in EVENT_TABLES.values()
        if event.table not in _NO_SIGN_OF_LIFE
    ]
    reduce(duckdb.DuckDBPyRelation.union, seen).create_view("seen", replace=True)
