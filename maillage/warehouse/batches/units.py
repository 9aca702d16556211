"""Units that UCUM does not know as they were written are looked up as what the laboratory meant."""

import duckdb

from maillage.warehouse.batches.codes import UCUM, look_up
from maillage.warehouse.vocabulary.units import name_units

UNIT_CODE = "unit_code"
_WRITTEN = "unit_as_written"


def look_up_with_units(
    connection: duckdb.DuckDBPyConnection,
    rows: duckdb.DuckDBPyRelation,
    *,
    table: str,
    files: duckdb.DuckDBPyRelation,
) -> duckdb.DuckDBPyRelation:
    """Staged rows with concepts for their codes (`codes.look_up`), and for units in any usual spelling.

    `files` are all the staged rows of the table: their units are listed once. A unit that the vocabulary, or
    the hospital's own map, knows as it is written keeps that concept; the text stays in unit_source_value.
    """
    if UNIT_CODE not in rows.columns:
        return look_up(connection, rows, table=table)
    meant = _list_meant(connection, files, table=table)
    joined = rows.set_alias("staged").join(meant, f"meant.text = staged.{UNIT_CODE}", how="left")
    kept = ", ".join(f"staged.{name}" for name in rows.columns if name != UNIT_CODE)
    unit = f"coalesce(meant.code, staged.{UNIT_CODE}) AS {UNIT_CODE}, staged.{UNIT_CODE} AS {_WRITTEN}"
    found = look_up(connection, joined.project(f"{kept}, {unit}"), table=table)
    source = f"coalesce({_WRITTEN}, unit_source_value) AS unit_source_value"
    return found.project(f"* EXCLUDE ({_WRITTEN}) REPLACE ({source})")


def _list_meant(
    connection: duckdb.DuckDBPyConnection, files: duckdb.DuckDBPyRelation, *, table: str
) -> duckdb.DuckDBPyRelation:
    """What the units of some files mean where that is not what they say: `text`, `code`."""
    own = connection.table("main.source_to_concept_map").filter(f"source_vocabulary_id = '{UCUM}'")
    known = connection.table("main.concept").filter(f"vocabulary_id = '{UCUM}' AND invalid_reason IS NULL")
    mapped, codes = _texts(own, "source_code"), _texts(known, "concept_code")
    meant = name_units(_texts(files, UNIT_CODE) - mapped - codes, codes=codes)
    name = f"meant_{table}_unit"
    connection.execute(f"CREATE OR REPLACE TEMP TABLE {name} (text VARCHAR, code VARCHAR)")
    if meant:
        connection.executemany(f"INSERT INTO {name} VALUES (?, ?)", sorted(meant.items()))  # noqa: S608 - a table of the model
    return connection.table(name).set_alias("meant")


def _texts(rows: duckdb.DuckDBPyRelation, column: str) -> set[str]:
    return {text for (text,) in rows.project(column).distinct().fetchall() if text is not None}
