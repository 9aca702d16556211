"""The end of every load: what is derived from the tables, then what the file says of itself."""

from collections.abc import Collection, Mapping, Sequence
from types import MappingProxyType

import duckdb

from maillage import __version__
from maillage.base.clock import format_instant, utc_now
from maillage.base.i18n import _
from maillage.warehouse.build.diagnose import find_repeated
from maillage.warehouse.build.insert import Input
from maillage.warehouse.errors import SourceError
from maillage.warehouse.layout import (
    LAYOUT_VERSION,
    METADATA_TABLE,
    OBJECTION_TABLE,
    OWN_SCHEMA,
    WITHHELD_SCHEMA,
    column_definitions,
)
from maillage.warehouse.schema import CDM_VERSION, TABLES
from maillage.warehouse.schema.persons import LINKED_TABLES


def create_tables(
    connection: duckdb.DuckDBPyConnection,
    *,
    empty: Mapping[str, Collection[str]] = MappingProxyType({}),
) -> None:
    """Every table of the model, without rows, and the room's own; `empty` columns by table are not stored."""
    connection.execute(f"CREATE SCHEMA {OWN_SCHEMA}")
    connection.execute(f"CREATE SCHEMA {WITHHELD_SCHEMA}")
    connection.execute(f"CREATE TABLE {OBJECTION_TABLE} (person_id BIGINT NOT NULL)")
    connection.execute(f"CREATE TABLE {METADATA_TABLE} (name VARCHAR NOT NULL, value VARCHAR NOT NULL)")
    columns = {name: column_definitions(table, empty=empty.get(name, ())) for name, table in TABLES.items()}
    for name in TABLES:
        connection.execute(f"CREATE TABLE main.{name} ({columns[name]})")
    for name in LINKED_TABLES:
        connection.execute(f"CREATE TABLE {WITHHELD_SCHEMA}.{name} ({columns[name]})")


def check_persons(connection: duckdb.DuckDBPyConnection, files: Sequence[Input]) -> None:
    """Raise SourceError when one person has two rows: every count would be wrong.

    It names the lines of `files`, those that the persons come from.
    """
    people = connection.table("main.person").union(connection.table(f"{WITHHELD_SCHEMA}.person"))
    rows, persons = people.aggregate("count(*), count(DISTINCT person_id)").fetchall()[0]
    if rows != persons:
        places = " ; ".join(place for one in files for place in find_repeated(one, "person_id"))
        raise SourceError(
            _("La table person contient {count} ligne(s) de trop.").format(count=rows - persons),
            why=_("Un person_id y est absent ou répété : {places}.").format(places=places)
            if places
            else _("Un person_id y est absent ou répété, et toute personne serait comptée plusieurs fois."),
            remedy=_("Gardez une ligne par personne dans l’extraction, puis rechargez."),
        )


def add_self_ancestors(connection: duckdb.DuckDBPyConnection) -> int:
    """Make every concept its own descendant, as Athena does for standard concepts; how many rows that took.

    A concept set that includes descendants then needs no special case for the concept itself.
    """
    ancestors = connection.table("main.concept_ancestor")
    known = ancestors.filter("ancestor_concept_id = descendant_concept_id").project("ancestor_concept_id")
    alone = connection.table("main.concept").project("concept_id").except_(known)
    before = count_rows(connection, "main.concept_ancestor")
    alone.order("concept_id").project("concept_id, concept_id, 0, 0").insert_into("main.concept_ancestor")
    return count_rows(connection, "main.concept_ancestor") - before


def write_metadata(
    connection: duckdb.DuckDBPyConnection, *, source_name: str, facts: Mapping[str, str]
) -> None:
    """What a reader must know before it trusts the file."""
    # Athena puts the version of a whole release in the row of the vocabulary called None.
    release = connection.table("main.vocabulary").filter("vocabulary_id = 'None'")
    versions = release.project("vocabulary_version").limit(1).fetchall()
    metadata = {
        "layout_version": str(LAYOUT_VERSION),
        "cdm_version": CDM_VERSION,
        "source_name": source_name,
        "vocabulary_version": (versions[0][0] or "") if versions else "",
        "created_at": format_instant(utc_now()),
        "maillage_version": __version__,
        **facts,
    }
    insertion = f"INSERT INTO {METADATA_TABLE} VALUES (?, ?)"  # noqa: S608 - a constant
    for name, value in metadata.items():
        connection.execute(insertion, [name, value])


def count_rows(connection: duckdb.DuckDBPyConnection, table: str) -> int:
    """Rows of a qualified table."""
    return connection.table(table).aggregate("count(*)").fetchall()[0][0]
