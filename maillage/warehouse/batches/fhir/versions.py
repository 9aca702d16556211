"""One resource, or one person, several times in an export: the last version is the truth, once.

Which one is last is said by `meta.lastUpdated`, then by `meta.versionId` where it is a number, then by the
order of the lines. Exports rarely repeat anything, so that repeats are looked for in what was written, and
only the types that have some are read again, with their lines numbered.
"""

from collections.abc import Collection, Generator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import duckdb

from maillage.warehouse.batches.fhir.columns import IDENTITY, VERSION, columns_of
from maillage.warehouse.batches.fhir.compose import settle_statement, statement_of
from maillage.warehouse.batches.fhir.mappings import ResourceMapping, keys_of
from maillage.warehouse.batches.fhir.session import count_rows, in_order, path_list, read_lines
from maillage.warehouse.sql import text

_OF_ONE_TYPE = ("version", "repeated", "superseded")
WORK_TABLES = (*_OF_ONE_TYPE, "same_person")
_SLICE_ROWS = 2_000_000
"""Ids are compared a slice at a time, so that memory does not grow with the export."""
_ODD = "'unreadable', 'other', 'left.no-id'"
_SUCCESSIONS = 5
"""How many times an identity that replaces another may be replaced itself."""


@dataclass(frozen=True)
class Settled:
    """Lines that are not the truth, by reason; numbers for care that several persons still bear."""

    left: Mapping[str, int] = field(default_factory=dict[str, int])
    shared_ins: int = 0


def settle_versions(
    connection: duckdb.DuckDBPyConnection, mapping: ResourceMapping, written: Path, *, paths: Collection[Path]
) -> Settled:
    """Fill `superseded` with the lines of a type that others replace; `written` has a row for every line."""
    for table in _OF_ONE_TYPE:
        connection.execute(f"TRUNCATE {table}")
    with in_order(connection):
        if mapping.resource == "Patient":
            return _settle_patients(connection, mapping, paths)
        if not _find_repeated(connection, mapping, written):
            return Settled()
        words = {"kind": text(mapping.resource), **keys_of(mapping.resource)}
        source = _numbered(paths, {**IDENTITY, **VERSION})
        connection.execute(settle_statement("list_versions", source=source, **words))
        connection.execute(settle_statement("keep_last"))
    return Settled(_count_superseded(connection))


@contextmanager
def only_last(
    connection: duckdb.DuckDBPyConnection, mapping: ResourceMapping, paths: Collection[Path]
) -> Generator[str]:
    """SQL for the lines of a type without those in `superseded`."""
    with in_order(connection):
        yield settle_statement("kept", numbered=_numbered(paths, columns_of(mapping.resource)))


def _settle_patients(
    connection: duckdb.DuckDBPyConnection, mapping: ResourceMapping, paths: Collection[Path]
) -> Settled:
    """Persons have other identities than their resource: the hospital's number, the INS."""
    source = _numbered(paths, {**columns_of(mapping.resource), **VERSION})
    statement = statement_of(mapping, "versions", source=source)
    connection.execute(settle_statement("list_patients", statement=statement))
    for name in ("keep_last", "drop_older", "unite", "keep_last_person", "know_persons"):
        connection.execute(settle_statement(name, **keys_of(mapping.resource)))
    for _step in range(_SUCCESSIONS):
        connection.execute(settle_statement("know_replaced"))
    shared = connection.execute(settle_statement("count_shared")).fetchall()[0][0]
    return Settled(_count_superseded(connection), shared)


def _find_repeated(connection: duckdb.DuckDBPyConnection, mapping: ResourceMapping, written: Path) -> bool:
    # A power of two: a slice is then the low bits of an id, which cost less than a remainder.
    slices = 1 << (count_rows(connection, [written]) // _SLICE_ROWS).bit_length()
    words = {"key": mapping.key, "files": path_list([written]), "mask": slices - 1, "odd": _ODD}
    found = False
    for number in range(slices):
        counts = connection.execute(settle_statement("count_keys", number=number, **words)).fetchall()
        total, distinct = counts[0]
        if distinct < total:
            connection.execute(settle_statement("find_repeated", number=number, **words))
            found = True
    return found


def _count_superseded(connection: duckdb.DuckDBPyConnection) -> Mapping[str, int]:
    return dict(connection.execute(settle_statement("count_superseded")).fetchall())


def _numbered(paths: Collection[Path], columns: Mapping[str, str]) -> str:
    return settle_statement("numbered", lines=read_lines(sorted(paths), columns))
