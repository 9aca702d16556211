"""Rows that would be counted twice are left out, rows of persons whom nobody knows stay: both are told.

Nothing is rewritten where nothing is wrong, which is looked for in two columns of each table.
"""

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import asdict, dataclass
from typing import Any

import duckdb

from maillage.base.canon import read_json
from maillage.warehouse.build.repeats import count_repeats, has_one_key
from maillage.warehouse.build.stored import stored_columns
from maillage.warehouse.layout import WITHHELD_SCHEMA, column_definitions, sort_key
from maillage.warehouse.schema import TABLES
from maillage.warehouse.schema.keys import key_of
from maillage.warehouse.schema.persons import LINKED_TABLES, PERSON_COLUMNS
from maillage.warehouse.sql import quote

FAULTS_FACT = "faults"
"""Under this name a warehouse's metadata say what was wrong with the rows that it was made of."""

_MAX_BYTES = 1_000_000
_REPEATED = "repeated_key"


@dataclass(frozen=True)
class Faults:
    """Rows of one table. `strangers` are of persons who are not in the table person; they are kept.

    `repeated` rows say the same as another in every column, and were left out; `clashing` ones bear the key
    of another row and say something else: which is right is not known, and all of them are kept.
    """

    strangers: int = 0
    persons: int = 0
    """The distinct persons of whom `strangers` are."""
    repeated: int = 0
    clashing: int = 0
    clashing_persons: int = 0
    """The distinct persons whose rows bear one key; 0 where the table names no person."""


NO_FAULTS = Faults()


def format_faults(found: Mapping[str, Faults]) -> str:
    """For the metadata."""
    return json.dumps({table: asdict(faults) for table, faults in found.items()}, sort_keys=True)


def parse_faults(text: str) -> Mapping[str, Faults]:
    """From what `format_faults` wrote."""
    found: dict[str, dict[str, Any]] = read_json(text, max_bytes=_MAX_BYTES)
    return {table: Faults(**counts) for table, counts in found.items()}


def settle_faults(
    connection: duckdb.DuckDBPyConnection, tables: Collection[str], *, withheld: bool
) -> Mapping[str, Faults]:
    """Leave out the rows of these tables that count twice; what was found, by table.

    Call it once every table has its rows. Where rows are `withheld`, these are made single too.
    """
    found = {table: _settle(connection, table, withheld=withheld) for table in sorted(tables)}
    return {table: faults for table, faults in found.items() if faults != NO_FAULTS}


def _settle(connection: duckdb.DuckDBPyConnection, table: str, *, withheld: bool) -> Faults:
    rows, persons = _count_strangers(connection, table)
    # The table of persons has one row for each, or the load was refused before.
    if not has_one_key(table) or table == "person":
        return Faults(rows, persons)
    schemas = ("main", WITHHELD_SCHEMA) if withheld and table in LINKED_TABLES else ("main",)
    counts = [_leave_out_repeated(connection, schema, table) for schema in schemas]
    return Faults(rows, persons, *map(sum, zip(*counts, strict=True)))


def _count_strangers(connection: duckdb.DuckDBPyConnection, table: str) -> tuple[int, int]:
    """How many rows are of nobody known, and of how many persons. A cohort's subject may be no person."""
    column = PERSON_COLUMNS.get(table)
    if column is None or table in ("person", "cohort"):
        return 0, 0
    named = connection.table(f"main.{table}").project(f"{column} AS person_id")
    known = connection.table("main.person").project("person_id")
    strangers = named.set_alias("t").join(known.set_alias("p"), "p.person_id = t.person_id", how="anti")
    return strangers.aggregate("count(*), count(DISTINCT person_id)").fetchall()[0]


def _leave_out_repeated(
    connection: duckdb.DuckDBPyConnection, schema: str, table: str
) -> tuple[int, int, int]:
    """Rows that went for saying the same as another; rows that bear another's key and stay, their persons."""
    repeats = count_repeats(connection, schema, table)
    if not repeats:
        return 0, 0, 0
    (name,) = key_of(table)
    key = quote(name)
    _list_repeated(connection, f"{schema}.{table}", key)
    named = f"coalesce({key} IN (FROM {_REPEATED}), false)"

    def make_single(former: duckdb.DuckDBPyRelation) -> duckdb.DuckDBPyRelation:
        return former.filter(f"NOT {named}").union(former.filter(named).distinct())

    _rewrite(connection, schema, table, make_single)
    clashing = count_repeats(connection, schema, table)
    _list_repeated(connection, f"{schema}.{table}", key)
    column = PERSON_COLUMNS.get(table)
    persons = f"count(DISTINCT {column})" if column else "0"
    rows = connection.table(f"{schema}.{table}").filter(named)
    return repeats - clashing, clashing, rows.aggregate(persons).fetchall()[0][0]


def _list_repeated(connection: duckdb.DuckDBPyConnection, table: str, key: str) -> None:
    rows = connection.table(table).filter(f"{key} IS NOT NULL").aggregate(f"{key}, count(*) AS n")
    repeated = rows.filter("n > 1").project(key).sql_query()
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {_REPEATED} AS {repeated}")


def _rewrite(
    connection: duckdb.DuckDBPyConnection,
    schema: str,
    table: str,
    choose: Callable[[duckdb.DuckDBPyRelation], duckdb.DuckDBPyRelation],
) -> None:
    """Make a table again, in its order, from the rows that are chosen of its former ones.

    Rows deleted in place would leave holes that slow every scan.
    """
    stored = stored_columns(connection, f"{schema}.{table}")
    former = f"{schema}.{table}_former"
    connection.execute(f"ALTER TABLE {schema}.{table} RENAME TO {table}_former")
    empty = set(TABLES[table].column_names).difference(stored)
    connection.execute(f"CREATE TABLE {schema}.{table} ({column_definitions(TABLES[table], empty=empty)})")
    rows = connection.table(former).project(", ".join(map(quote, stored)))
    choose(rows).order(", ".join(map(quote, sort_key(table)))).insert_into(f"{schema}.{table}")
    connection.execute(f"DROP TABLE {former}")
