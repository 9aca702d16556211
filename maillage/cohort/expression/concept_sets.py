"""Concept sets: which concepts count as the thing that the author named."""

from dataclasses import dataclass

from maillage.cohort.expression.values import Concept


@dataclass(frozen=True)
class ConceptSetItem:
    """A concept, with its descendants, with the source concepts mapped to it, taken or left out."""

    concept: Concept
    exclude: bool = False
    descendants: bool = False
    mapped: bool = False


@dataclass(frozen=True)
class ConceptSet:
    """A named set; criteria refer to it by `id`, which is unique in an expression."""

    id: int
    name: str
    items: tuple[ConceptSetItem, ...]
