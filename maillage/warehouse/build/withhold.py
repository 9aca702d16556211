"""Setting apart the rows of persons who objected, and bringing them back.

Their rows leave the schema `main` altogether: no query can reach them by mistake, and no query pays for a
filter, which was measured to cost a scan from 1.3 to 13 times its price.
"""

from collections.abc import Callable

import duckdb
from sqlglot import exp

from maillage.warehouse.build.stored import stored_columns
from maillage.warehouse.layout import OBJECTION_TABLE, WITHHELD_SCHEMA
from maillage.warehouse.schema.persons import (
    FACT_LINKS,
    FACTS,
    PARENT_LINKS,
    PERSON_COLUMNS,
    Fact,
    FactLink,
)
from maillage.warehouse.sql import quote

_WITHHELD_FACTS = "withheld_fact"


def withhold_persons(connection: duckdb.DuckDBPyConnection) -> None:
    """Make the tables that name a person agree with the table of objections."""
    for name, column in PERSON_COLUMNS.items():
        _separate(connection, name, f"{column} IN (FROM {OBJECTION_TABLE})")


def withhold_linked(connection: duckdb.DuckDBPyConnection) -> None:
    """The same for the rows that find their person through another row; call it after `withhold_persons`."""
    for name, link in PARENT_LINKS.items():
        _separate(connection, name, is_among(link.column, f"{WITHHELD_SCHEMA}.{link.parent}", link.column))
    facts = withheld_facts(lambda table: f"{WITHHELD_SCHEMA}.{table}")
    connection.execute(f"CREATE TEMP TABLE {_WITHHELD_FACTS} AS {facts}")
    for name, links in FACT_LINKS.items():
        points = [points_to_withheld(link, among=_WITHHELD_FACTS) for link in links]
        _separate(connection, name, " OR ".join(points))
    connection.execute(f"DROP TABLE {_WITHHELD_FACTS}")


def _separate(connection: duckdb.DuckDBPyConnection, table: str, withheld: str) -> None:
    """Rows that must be withheld leave `main`; those that must no longer be come back."""
    _move(connection, f"main.{table}", f"{WITHHELD_SCHEMA}.{table}", f"coalesce({withheld}, false)")
    _move(connection, f"{WITHHELD_SCHEMA}.{table}", f"main.{table}", f"NOT coalesce({withheld}, false)")


def _move(connection: duckdb.DuckDBPyConnection, origin: str, target: str, condition: str) -> None:
    columns = ", ".join(map(quote, stored_columns(connection, origin)))
    connection.table(origin).filter(condition).project(columns).insert_into(target)
    connection.execute(exp.delete(origin).where(condition, dialect="duckdb").sql("duckdb"))


def withheld_facts(rows_of: Callable[[str], str]) -> str:
    """SQL for the facts (domain's concept, its name, id) of withheld rows, given as SQL by table."""
    return " UNION ALL ".join(_facts_of(fact, rows_of(fact.table)) for fact in FACTS)


def _facts_of(fact: Fact, rows: str) -> str:
    concept = "NULL" if fact.domain_concept_id is None else str(fact.domain_concept_id)
    domain = "NULL" if fact.domain_id is None else f"'{fact.domain_id.lower()}'"
    return (
        f"FROM {rows} SELECT CAST({concept} AS BIGINT) AS domain_concept_id,"
        f" CAST({domain} AS VARCHAR) AS domain_id, {fact.id} AS fact_id"
    )


def points_to_withheld(link: FactLink, *, among: str) -> str:
    """SQL for: the row names a fact of the table `among`, which `withheld_facts` gives.

    A fact of a known domain must be of that domain; one of another domain may be any.
    """
    if link.by_concept:
        known = ", ".join(str(fact.domain_concept_id) for fact in FACTS if fact.domain_concept_id is not None)
        domain, column = link.domain, "domain_concept_id"
    else:
        known = ", ".join(f"'{fact.domain_id.lower()}'" for fact in FACTS if fact.domain_id is not None)
        domain, column = f"lower({link.domain})", "domain_id"
    of_domain = is_among(f"({domain}, {link.fact})", among, f"({column}, fact_id)")
    of_any = is_among(link.fact, among, "fact_id")
    return f"CASE WHEN {domain} IN ({known}) THEN {of_domain} ELSE {of_any} END"


def is_among(value: str, table: str, column: str) -> str:
    """SQL for: the value is one of those of a table's column."""
    rows = exp.select(exp.maybe_parse(column, dialect="duckdb")).from_(table)
    return f"{value} IN ({rows.sql('duckdb')})"
