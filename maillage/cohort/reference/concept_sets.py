"""Which concepts a concept set holds, by the vocabulary of the warehouse."""

from collections.abc import Iterable, Mapping

from maillage.cohort.expression import CohortExpression, ConceptSetItem
from maillage.cohort.reference.tables import Tables


def resolve(expression: CohortExpression, *, tables: Tables) -> Mapping[int, frozenset[int]]:
    """The members of each set of the expression: what its items reach, without what an exclusion reaches."""
    vocabulary = _Vocabulary(tables)
    return {
        found.id: frozenset(
            vocabulary.reached(item for item in found.items if not item.exclude)
            - vocabulary.reached(item for item in found.items if item.exclude)
        )
        for found in expression.concept_sets
    }


class _Vocabulary:
    def __init__(self, tables: Tables) -> None:
        concepts = tables.get("concept", ())
        self._known = {row["concept_id"] for row in concepts}
        self._valid = {row["concept_id"] for row in concepts if row.get("invalid_reason") is None}
        self._ancestry = [
            (row["ancestor_concept_id"], row["descendant_concept_id"])
            for row in tables.get("concept_ancestor", ())
        ]
        self._mappings = [
            (row["concept_id_1"], row["concept_id_2"])
            for row in tables.get("concept_relationship", ())
            if row["relationship_id"] == "Maps to" and row.get("invalid_reason") is None
        ]

    def reached(self, items: Iterable[ConceptSetItem]) -> set[int]:
        """The concepts of the items, with their descendants and with the sources mapped to both."""
        found: set[int] = set()
        for item in items:
            found |= self._reached_by(item)
        return found

    def _reached_by(self, item: ConceptSetItem) -> set[int]:
        # A concept taken by name may be deprecated; a descendant may not.
        found = {item.concept.id} & self._known
        if item.descendants:
            found |= {below for above, below in self._ancestry if above == item.concept.id} & self._valid
        if item.mapped:
            found |= {source for source, target in self._mappings if target in found}
        return found
