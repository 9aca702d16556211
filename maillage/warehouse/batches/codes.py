"""Codes of the sources become concepts when the warehouse is made, so that a newer vocabulary maps them anew.

A staged table may hold, instead of concepts, `source_vocabulary_id` and `source_code` for its main concept,
`unit_code` for a UCUM unit, `value_vocabulary_id` and `value_code` for a coded value. A code that nobody
knows keeps its text in the source value and gets the concept 0.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import duckdb

from maillage.base.statements import load_statements
from maillage.warehouse.schema import EVENT_TABLES, TABLES

UCUM = "UCUM"
MAIN_CODE = "source_code"
VOCABULARY_TABLES = frozenset({"concept", "concept_relationship", "source_to_concept_map"})
"""The tables in which codes are looked up."""


@dataclass(frozen=True)
class Coded:
    """A code column of staged rows, and the columns of the table that it fills; None where there is none."""

    vocabulary: str
    code: str
    concept: str
    source_concept: str | None
    source_value: str | None


def coded_columns(table: str, present: set[str]) -> Iterator[Coded]:
    """What of a staged table must be looked up, by the columns that it has."""
    if MAIN_CODE in present and table in EVENT_TABLES:
        concept = EVENT_TABLES[table].concept
        stem = concept.removesuffix("_concept_id")
        source = (f"{stem}_source_concept_id", f"{stem}_source_value")
        yield Coded("source_vocabulary_id", MAIN_CODE, concept, *source)
    if "unit_code" in present:
        yield Coded(f"'{UCUM}'", "unit_code", "unit_concept_id", None, "unit_source_value")
    if "value_code" in present:
        value = "value_source_value" if "value_source_value" in TABLES[table].column_names else None
        yield Coded("value_vocabulary_id", "value_code", "value_as_concept_id", None, value)


def look_up(
    connection: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyRelation, *, table: str
) -> duckdb.DuckDBPyRelation:
    """Staged rows with concepts for their codes, and the `domain_id` of their main one.

    Rows without a code, of a batch that knows the concepts, keep theirs. The vocabulary's tables must be
    filled already.
    """
    for coded in coded_columns(table, set(rows.columns)):
        rows = _look_up_one(connection, rows, table=table, coded=coded)
    return rows


def _look_up_one(
    connection: duckdb.DuckDBPyConnection, rows: duckdb.DuckDBPyRelation, *, table: str, coded: Coded
) -> duckdb.DuckDBPyRelation:
    _list_codes(connection)
    found, staged = f"found_{table}_{coded.code}", f"staged_{table}_{coded.code}"
    rows.create_view(staged, replace=True)
    names = {"found": found, "rows": staged, "vocabulary": coded.vocabulary, "code": coded.code}
    connection.execute(_statements()["find_codes"].format(**names))
    filled = _filled(coded)
    kept = [name for name in rows.columns if name not in {*filled, coded.code, coded.vocabulary}]
    columns = [f'staged."{name}"' for name in kept]
    for name, value in filled.items():
        known = f"CASE WHEN staged.{coded.code} IS NULL THEN staged.{name} ELSE {value} END"
        columns.append(f"{known if name in rows.columns else value} AS {name}")
    same = f"found.code = staged.{coded.code} AND found.vocabulary = {_of(coded.vocabulary)}"
    joined = (
        connection.view(staged)
        .set_alias("staged")
        .join(connection.table(found).set_alias("found"), same, how="left")
    )
    return joined.project(", ".join(columns))


def _filled(coded: Coded) -> Mapping[str, str]:
    """SQL by the columns that a code fills."""
    filled = {
        coded.concept: "coalesce(found.concept_id, 0)",
        coded.source_concept: "coalesce(found.source_concept_id, 0)",
        coded.source_value: f"staged.{coded.code}",
        "domain_id" if coded.code == MAIN_CODE else None: "found.domain_id",
    }
    return {name: value for name, value in filled.items() if name is not None}


def _of(vocabulary: str) -> str:
    return vocabulary if vocabulary.startswith("'") else f"staged.{vocabulary}"


def _list_codes(connection: duckdb.DuckDBPyConnection) -> None:
    """Once in a session: the codes that the vocabulary and the hospital's own map know."""
    made = connection.sql("SHOW TABLES").filter("name = 'known_code'").fetchall()
    if not made:
        for name in ("code_key", "code_prefixes", "list_codes"):
            connection.execute(_statements()[name])


def _statements() -> Mapping[str, str]:
    return load_statements("maillage.warehouse.batches", "sql/codes.sql")
