"""How many concepts each set resolves to, and which of its lines name none."""

from collections.abc import Container
from dataclasses import dataclass

from maillage.cohort.compile.sql import col, count, select, table
from maillage.cohort.expression import CohortExpression
from maillage.cohort.known import find_known
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
    known = find_known(expression.concept_sets, engine=engine)
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
