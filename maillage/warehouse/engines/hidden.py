"""Persons of a warehouse file who objected since it was made: out of every query, and the file is as it was.

Before each table of the model stands a view of the engine that leaves them out. Whom the file's own list
names is moved apart already (`build/withhold.py`), which costs a scan nothing; these cost it a filter.
"""

from collections.abc import Iterator

import duckdb

from maillage.warehouse.build.withhold import points_to_withheld, withheld_facts
from maillage.warehouse.engines.base import FindObjected, Persons
from maillage.warehouse.file import MODEL, OWN, find_day_copies
from maillage.warehouse.layout import RESERVED, THIN_COPIES, WITHHELD_SCHEMA
from maillage.warehouse.schema.persons import FACT_LINKS, PARENT_LINKS, PERSON_COLUMNS, SOURCE_VALUE

BATCH_ROWS = 20_000
_HIDDEN = f"{OWN}.{RESERVED}hidden"
_FACTS = f"{OWN}.{RESERVED}hidden_fact"


def hide_persons(connection: duckdb.DuckDBPyConnection, find_objected: FindObjected) -> None:
    """Ask who objected, and hide them in all sessions; call it before the engine is locked."""
    # Before the first view: afterwards these tables would be the views.
    hidden = find_objected(_read_persons(connection))
    if not hidden:
        return
    connection.execute(f"CREATE TABLE {_HIDDEN} AS FROM unnest(?) AS listed (person_id)", [list(hidden)])
    _show_facts(connection)
    for table, column in PERSON_COLUMNS.items():
        _show(connection, table, _without(_HIDDEN, "person_id", column))
    for table, link in PARENT_LINKS.items():
        parents = f"(FROM {_rows_of_hidden(link.parent)} SELECT {link.column})"
        _show(connection, table, _without(parents, link.column, link.column))
    for copy in (*THIN_COPIES.values(), *find_day_copies(connection).values()):
        _show(connection, copy.table, _without(_HIDDEN, "person_id", "person_id"))


def _show_facts(connection: duckdb.DuckDBPyConnection) -> None:
    """Tables whose rows name facts of any table; where they are empty, the facts need no list."""
    if not any(connection.table(f"{MODEL}.{table}").limit(1).fetchall() for table in FACT_LINKS):
        return
    connection.execute(f"CREATE TABLE {_FACTS} AS {withheld_facts(_rows_of_hidden)}")
    for table, links in FACT_LINKS.items():
        points = " OR ".join(points_to_withheld(link, among=_FACTS) for link in links)
        _show(connection, table, f"WHERE NOT coalesce({points}, false)")


def _read_persons(connection: duckdb.DuckDBPyConnection) -> Persons:
    """Everybody in the file, those that its own list withholds too: who is counted as found is found."""
    seen, withheld = (connection.table(f"{schema}.person") for schema in (MODEL, WITHHELD_SCHEMA))
    people = seen.union(withheld).project(f"person_id, {SOURCE_VALUE}")
    return _batches(connection.execute(people.sql_query()))


def _batches(found: duckdb.DuckDBPyConnection) -> Iterator[tuple[int, str | None]]:
    while rows := found.fetchmany(BATCH_ROWS):
        yield from rows


def _rows_of_hidden(table: str) -> str:
    return f"(FROM {MODEL}.{table} WHERE person_id IN (FROM {_HIDDEN}))"


def _without(rows: str, key: str, column: str) -> str:
    # Measured at half the price of NOT IN, which must think of nulls.
    return f"ANTI JOIN {rows} AS hidden ON hidden.{key} = seen.{column}"


def _show(connection: duckdb.DuckDBPyConnection, table: str, seen: str) -> None:
    connection.execute(f"CREATE VIEW {OWN}.{table} AS FROM {MODEL}.{table} AS seen {seen}")
