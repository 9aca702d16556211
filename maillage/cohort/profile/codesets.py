"""How many concepts each set resolves to, and which of its lines name none."""

from collections.abc import Container, Iterable
from dataclasses import dataclass

from sqlglot import exp

from maillage.cohort.compile.sql import col, count, equal, in_numbers, inner_join, is_null, select, table
from maillage.cohort.expression import CohortExpression, ConceptSet
from maillage.warehouse.engines.base import Engine


@dataclass(frozen=True)
class ResolvedSet:
    """A concept set: how many concepts it has here, None when no criterion uses it.

    `empty` holds the concept ids of its lines that name nothing in this vocabulary.
    """

    id: int
    name: str
    path: str
    items: int
    concepts: int | None
    empty: tuple[int, ...]


def resolve_sets(
    expression: CohortExpression, *, used: Container[int], resolved: str | None, engine: Engine
) -> list[ResolvedSet]:
    """Every set of the expression; `used` are the ids of those that a criterion asks for.

    `resolved` names the table (codeset_id, concept_id), None when there is none.
    """
    counts = _count_concepts(resolved, engine=engine) if resolved else {}
    known = _find_known(expression.concept_sets, engine=engine)
    return [
        ResolvedSet(
            found.id,
            found.name,
            f"$.ConceptSets[{rank}]",
            len(found.items),
            counts.get(found.id, 0) if resolved and found.id in used else None,
            tuple(
                item.concept.id for item in found.items if (item.concept.id, item.descendants) not in known
            ),
        )
        for rank, found in enumerate(expression.concept_sets)
    ]


def _count_concepts(resolved: str, *, engine: Engine) -> dict[int, int]:
    distinct = count(col("s", "concept_id"), distinct=True)
    query = select([col("s", "codeset_id"), distinct], table(resolved, "s"), group=[col("s", "codeset_id")])
    return {int(codeset): int(number) for codeset, number in engine.fetch(query)}


def _find_known(sets: Iterable[ConceptSet], *, engine: Engine) -> set[tuple[int, bool]]:
    """(concept, with descendants) of the lines that the vocabulary knows."""
    wanted = {item.concept.id for found in sets for item in found.items}
    if not wanted:
        return set()
    named = _ids(
        engine,
        select([col("c", "concept_id")], table("concept", "c"), where=[_among("c", "concept_id", wanted)]),
    )
    above = wanted - named
    return {(concept, flag) for concept in named for flag in (False, True)} | {
        (concept, True) for concept in (_with_descendants(above, engine=engine) if above else ())
    }


def _with_descendants(concepts: set[int], *, engine: Engine) -> set[int]:
    valid = [
        equal(col("c", "concept_id"), col("a", "descendant_concept_id")),
        is_null(col("c", "invalid_reason")),
    ]
    query = select(
        [col("a", "ancestor_concept_id")],
        table("concept_ancestor", "a"),
        joins=[inner_join(table("concept", "c"), valid)],
        where=[_among("a", "ancestor_concept_id", concepts)],
    )
    return _ids(engine, query)


def _among(alias: str, column: str, values: set[int]) -> exp.Expr:
    return in_numbers(col(alias, column), sorted(values))


def _ids(engine: Engine, query: exp.Query) -> set[int]:
    return {int(concept) for (concept,) in engine.fetch(query)}
