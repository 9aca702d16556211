"""Reading a release: a code with what stands around it, the difference between two releases."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from maillage.base.i18n import _
from maillage.warehouse.layout import DUCKDB_TYPES
from maillage.warehouse.vocabulary.errors import ReleaseNotFoundError
from maillage.warehouse.vocabulary.release import OMOP_TABLES, OWN_TABLES, Release, columns_of

_SAME_CODE = "replace(upper(concept_code), '.', '') = replace(upper(?), '.', '')"


@dataclass(frozen=True)
class Entry:
    """A concept in short."""

    concept_id: int
    vocabulary: str
    code: str
    name: str


@dataclass(frozen=True)
class Surroundings:
    """A concept, everything above it from the root down, what is right below it, its other labels."""

    concept: Entry
    kind: str
    domain: str
    ancestors: Sequence[Entry]
    children: Sequence[Entry]
    descendants: int
    synonyms: Sequence[str]


@dataclass(frozen=True)
class Change:
    """A concept of two releases; `before` or `after` is the label, None where the concept is not there."""

    concept: Entry
    before: str | None
    after: str | None


def connect_release(
    release: Release, *, tables: Sequence[str] = (*OMOP_TABLES, *OWN_TABLES)
) -> duckdb.DuckDBPyConnection:
    """A connection with a view of each of these tables of the release; those that it has not are empty."""
    connection = duckdb.connect()
    for table in tables:
        types = {name: DUCKDB_TYPES[kind] for name, kind in columns_of(table).items()}
        if release.has(table):
            read_table(connection, release.path(table), types).create_view(table)
        else:
            columns = ", ".join(f"{name} {kind}" for name, kind in types.items())
            connection.execute(f"CREATE TABLE {table} ({columns})")
    return connection


def read_table(
    connection: duckdb.DuckDBPyConnection, path: Path, types: dict[str, str]
) -> duckdb.DuckDBPyRelation:
    """The typed rows of a release's file."""
    return connection.read_csv(
        str(path), auto_detect=False, header=True, sep=",", quotechar='"', escapechar='"', columns=types
    )


def find_concepts(
    connection: duckdb.DuckDBPyConnection, code: str, *, vocabulary: str | None = None
) -> list[Entry]:
    """The concepts that bear a code, dot and case aside. Raises ReleaseNotFoundError."""
    found = connection.execute(
        "SELECT concept_id, vocabulary_id, concept_code, concept_name FROM concept "  # noqa: S608 - a constant
        f"WHERE {_SAME_CODE} AND (? IS NULL OR upper(vocabulary_id) = upper(?)) ORDER BY concept_id",
        [code, vocabulary, vocabulary],
    ).fetchall()
    if not found:
        raise ReleaseNotFoundError(
            _("Le code {code} n’est pas dans ce référentiel.").format(code=code[:60]),
            remedy=_("Cherchez-le par son nom : maillage vocabulary search « … »."),
        )
    return [Entry(*row) for row in found]


def look_around(connection: duckdb.DuckDBPyConnection, concept: Entry) -> Surroundings:
    """What stands above and below a concept."""
    kind, domain = connection.execute(
        "SELECT concept_class_id, domain_id FROM concept WHERE concept_id = ?", [concept.concept_id]
    ).fetchall()[0]
    below = connection.execute(
        "SELECT count(*) FROM concept_ancestor WHERE ancestor_concept_id = ?", [concept.concept_id]
    ).fetchall()[0][0]
    labels = connection.execute(
        "SELECT concept_synonym_name FROM concept_synonym WHERE concept_id = ? ORDER BY 1",
        [concept.concept_id],
    ).fetchall()
    return Surroundings(
        concept=concept,
        kind=kind,
        domain=domain,
        ancestors=_read(connection, _ANCESTORS, concept),
        children=_read(connection, _CHILDREN, concept),
        descendants=max(below - 1, 0),
        synonyms=[label for (label,) in labels],
    )


_ANCESTORS = """
SELECT c.concept_id, c.vocabulary_id, c.concept_code, c.concept_name
FROM concept_ancestor a JOIN concept c ON c.concept_id = a.ancestor_concept_id
WHERE a.descendant_concept_id = ? AND a.min_levels_of_separation > 0
ORDER BY a.max_levels_of_separation DESC, c.concept_id
"""
_CHILDREN = """
SELECT c.concept_id, c.vocabulary_id, c.concept_code, c.concept_name
FROM concept_ancestor a JOIN concept c ON c.concept_id = a.descendant_concept_id
WHERE a.ancestor_concept_id = ? AND a.min_levels_of_separation = 1
ORDER BY c.vocabulary_id, c.concept_code, c.concept_id
"""


def _read(connection: duckdb.DuckDBPyConnection, query: str, concept: Entry) -> list[Entry]:
    return [Entry(*row) for row in connection.execute(query, [concept.concept_id]).fetchall()]


def compare(before: Release, after: Release) -> list[Change]:
    """Concepts that came, went, or have another label, in order of vocabulary and code."""
    types = {name: DUCKDB_TYPES[kind] for name, kind in columns_of("concept").items()}
    with duckdb.connect() as connection:
        for name, release in (("before", before), ("after", after)):
            read_table(connection, release.path("concept"), types).create_view(name)
        rows = connection.execute(_CHANGES).fetchall()
    return [
        Change(Entry(number, vocabulary, code, new or old), old, new)
        for number, vocabulary, code, old, new in rows
    ]


_CHANGES = """
SELECT coalesce(a.concept_id, b.concept_id), coalesce(a.vocabulary_id, b.vocabulary_id) AS vocabulary,
    coalesce(a.concept_code, b.concept_code) AS code, b.concept_name, a.concept_name
FROM before b FULL JOIN after a ON a.concept_id = b.concept_id
WHERE a.concept_name IS DISTINCT FROM b.concept_name
ORDER BY vocabulary, code, 1
"""
