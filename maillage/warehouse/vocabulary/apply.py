"""A release enters a warehouse: its concepts take place beside those loaded, in one swap of files.

The release owns the local ids that its registry names: their rows are replaced. OMOP's own concepts are only
added where the warehouse has none, so that a hospital's Athena export stays as it is.
"""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from importlib import resources
from pathlib import Path

import duckdb

from maillage.base.i18n import _
from maillage.warehouse.batches import list_batches, load_batch
from maillage.warehouse.batches.reserved import REFERENTIEL
from maillage.warehouse.batches.shelf import write_facts
from maillage.warehouse.build.finish import add_self_ancestors, count_rows
from maillage.warehouse.build.writer import replacing
from maillage.warehouse.info import read_info
from maillage.warehouse.layout import DUCKDB_TYPES, METADATA_TABLE
from maillage.warehouse.sql import text
from maillage.warehouse.vocabulary.errors import VocabularyError
from maillage.warehouse.vocabulary.lookup import read_table
from maillage.warehouse.vocabulary.release import OMOP_TABLES, Release, columns_of, verify_release


@dataclass(frozen=True)
class ApplyReport:
    """Concepts of the warehouse before and after."""

    before: int
    after: int


def apply_release(warehouse: Path, release: Release) -> ApplyReport:
    """Put a release into a warehouse, or leave it as it was. A node that has it open goes on, then sees it.

    Raises ReleaseBrokenError, VocabularyError, WarehouseError.
    """
    verify_release(release)
    if list_batches(warehouse):
        return _apply_as_batch(warehouse, release)
    with replacing(warehouse, from_former=True) as connection:
        before = count_rows(connection, "main.concept")
        _enter(connection, release)
        add_self_ancestors(connection)
        _record(connection, release)
        connection.execute("DROP SCHEMA incoming CASCADE")
        after = count_rows(connection, "main.concept")
    return ApplyReport(before=before, after=after)


def _apply_as_batch(warehouse: Path, release: Release) -> ApplyReport:
    """In a warehouse made of batches the release is one of them, so that the next load keeps it.

    The codes of the other batches are then looked up in it.
    """
    former = read_info(warehouse)
    load_batch(
        warehouse,
        name=REFERENTIEL,
        kind=REFERENTIEL,
        digest=release.manifest.hash,
        write=partial(_write_tables, warehouse=warehouse, release=release),
        source_name=former.source_name,
    )
    return ApplyReport(before=former.rows["concept"], after=read_info(warehouse).rows["concept"])


def _write_tables(folder: Path, *, warehouse: Path, release: Release) -> None:
    """The vocabulary as it is once the release has entered it; nothing else of the warehouse is copied."""
    with (
        tempfile.TemporaryDirectory(dir=folder.parent) as scratch,
        duckdb.connect(f"{scratch}/vocabulary.duckdb") as connection,
    ):
        connection.execute(f"ATTACH {text(str(warehouse))} AS warehouse (READ_ONLY)")
        for table in OMOP_TABLES:
            connection.table(f"warehouse.main.{table}").create(f"main.{table}")
        _enter(connection, release)
        for table in OMOP_TABLES:
            connection.table(f"main.{table}").write_parquet(str(folder / f"{table}.parquet"))
    write_facts(folder, release_facts(release))


def _enter(connection: duckdb.DuckDBPyConnection, release: Release) -> None:
    _stage(connection, release)
    _check_owners(connection)
    for statement in _statements():
        connection.execute(statement)


def release_facts(release: Release) -> Mapping[str, str]:
    """What a warehouse says of the release that is in it."""
    return {
        "vocabulary_version": release.manifest.reference,
        "vocabulary_hash": release.manifest.hash,
    }


def _stage(connection: duckdb.DuckDBPyConnection, release: Release) -> None:
    connection.execute("CREATE SCHEMA incoming")
    for table in (*OMOP_TABLES, "registry"):
        types = {name: DUCKDB_TYPES[kind] for name, kind in columns_of(table).items()}
        if release.has(table):
            read_table(connection, release.path(table), types).create(f"incoming.{table}")
        else:
            columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
            connection.execute(f"CREATE TABLE incoming.{table} ({columns})")


def _check_owners(connection: duckdb.DuckDBPyConnection) -> None:
    """A hospital that numbered codes of its own before may use an id that the registry gives to another."""
    clashes = connection.execute(
        "SELECT count(*) FROM main.concept c JOIN incoming.registry r USING (concept_id) "
        "WHERE (c.vocabulary_id, c.concept_code) IS DISTINCT FROM (r.vocabulary_id, r.concept_code)"
    ).fetchall()[0][0]
    if clashes:
        raise VocabularyError(
            _("{count} identifiants de cet entrepôt sont ceux d’autres codes du référentiel.").format(
                count=clashes
            ),
            why=_("L’hôpital les a donnés à des codes à lui avant d’appliquer le référentiel."),
            remedy=_("Rechargez l’entrepôt avec d’autres identifiants pour ces codes, puis recommencez."),
        )


def _statements() -> list[str]:
    script = resources.files("maillage.warehouse.vocabulary").joinpath("apply.sql")
    return [statement for statement in script.read_text(encoding="utf-8").split(";") if statement.strip()]


def _record(connection: duckdb.DuckDBPyConnection, release: Release) -> None:
    for name, value in release_facts(release).items():
        connection.execute(f"DELETE FROM {METADATA_TABLE} WHERE name = ?", [name])  # noqa: S608 - a constant
        connection.execute(f"INSERT INTO {METADATA_TABLE} VALUES (?, ?)", [name, value])  # noqa: S608
