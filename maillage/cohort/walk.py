"""Every node of an expression below a node, found by its fields: a new kind of node is not forgotten."""

from collections.abc import Iterator
from dataclasses import fields, is_dataclass
from typing import cast

from maillage.cohort.expression import CohortExpression, ConceptSet, CustomEraExit
from maillage.cohort.expression.values import CodesetRef, ConceptSetChoice


def nodes_of(expression: CohortExpression) -> Iterator[object]:
    """Every node and value but those of the concept sets, in reading order."""
    for field in fields(expression):
        if field.name != "concept_sets":
            yield from _below(getattr(expression, field.name))


def used_sets(expression: CohortExpression) -> set[int | None]:
    """The ids of the concept sets that the definition uses."""
    return {
        node.codeset_id
        for node in nodes_of(expression)
        if isinstance(node, CodesetRef | ConceptSetChoice | CustomEraExit)
    }


def _below(value: object) -> Iterator[object]:
    if isinstance(value, tuple):
        for member in cast("tuple[object, ...]", value):
            yield from _below(member)
    elif is_dataclass(value) and not isinstance(value, type | ConceptSet):
        yield value
        for field in fields(value):
            yield from _below(getattr(value, field.name))
