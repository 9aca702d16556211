"""Which concepts a set holds in a release: the same query as a cohort's, so that the two never differ."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from maillage.base.i18n import _
from maillage.cohort import CohortError, parse_expression
from maillage.cohort.compile.codesets import resolve_codesets
from maillage.cohort.expression.concept_sets import ConceptSet, ConceptSetItem
from maillage.cohort.expression.values import Concept
from maillage.warehouse.vocabulary.lookup import Entry, find_concepts


@dataclass(frozen=True)
class ResolvedSet:
    """Concepts by vocabulary and code; `unknown` are ids that the set names and the release has not."""

    name: str
    concepts: Sequence[Entry]
    unknown: Sequence[int]


def resolve_sets(
    connection: duckdb.DuckDBPyConnection,
    texts: Sequence[str],
    *,
    without: Sequence[str],
    descendants: bool,
) -> list[ResolvedSet]:
    """The sets of an expression's file, or the one set that codes make. `VOCABULARY:CODE` names one code."""
    if len(texts) == 1 and texts[0].endswith(".json"):
        sets = _read(Path(texts[0]))
    else:
        sets = (_make_set(connection, texts, without=without, descendants=descendants),)
    query = resolve_codesets({one.id: one.items for one in sets}).sql("duckdb")
    members: dict[int, set[int]] = {}
    for number, concept in connection.execute(query).fetchall():
        members.setdefault(number, set()).add(concept)
    return [_describe(connection, one, members.get(one.id, set())) for one in sets]


def _read(path: Path) -> Sequence[ConceptSet]:
    try:
        return parse_expression(path.read_bytes()).concept_sets
    except OSError as error:
        raise CohortError(
            _("{path} est illisible.").format(path=path), why=error.strerror or type(error).__name__
        ) from error


def _make_set(
    connection: duckdb.DuckDBPyConnection, codes: Sequence[str], *, without: Sequence[str], descendants: bool
) -> ConceptSet:
    items = [
        ConceptSetItem(Concept(entry.concept_id), exclude=exclude, descendants=descendants or exclude)
        for texts, exclude in ((codes, False), (without, True))
        for text in texts
        for entry in _find(connection, text)
    ]
    return ConceptSet(id=0, name=", ".join(codes), items=tuple(items))


def _find(connection: duckdb.DuckDBPyConnection, text: str) -> list[Entry]:
    vocabulary, colon, code = text.rpartition(":")
    return find_concepts(connection, code, vocabulary=vocabulary if colon else None)


def _describe(connection: duckdb.DuckDBPyConnection, found: ConceptSet, members: set[int]) -> ResolvedSet:
    named = sorted({item.concept.id for item in found.items})
    rows = connection.execute(
        "SELECT concept_id, vocabulary_id, concept_code, concept_name FROM concept "
        "WHERE list_contains(?, concept_id) ORDER BY vocabulary_id, concept_code, concept_id",
        [sorted({*members, *named})],
    ).fetchall()
    entries = [Entry(*row) for row in rows]
    known = {entry.concept_id for entry in entries}
    return ResolvedSet(
        name=found.name or _("Ensemble {id}").format(id=found.id),
        concepts=[entry for entry in entries if entry.concept_id in members],
        unknown=[number for number in named if number not in known],
    )
