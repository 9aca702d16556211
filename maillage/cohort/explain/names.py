"""What the concept sets and the concepts of one expression are called in its explanation."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass

from maillage.base.i18n import _
from maillage.cohort.explain.grammar import clean, quote, together
from maillage.cohort.expression import CohortExpression
from maillage.cohort.expression.values import Concept, ConceptList
from maillage.cohort.walk import nodes_of


@dataclass(frozen=True)
class Names:
    """Two different lists, or two different concepts, never bear the same name here."""

    lists: Mapping[int, str]
    quoted: tuple[Concept, ...]
    ambiguous: frozenset[str]

    def concept_set(self, codeset_id: int) -> str:
        """The name of the list with this id, in quotation marks."""
        if codeset_id in self.lists:
            return self.lists[codeset_id]
        return _("n° {id}, qui manque dans la définition,").format(id=codeset_id)

    def concept(self, concept: Concept) -> str:
        """The label of a concept quoted by a condition; its number too where the label is not enough."""
        label = clean(concept.name or "")
        number = together(_("concept {id}").format(id=concept.id))
        if not label:
            return number
        return f"{label} ({number})" if label in self.ambiguous else label


def names_of(expression: CohortExpression) -> Names:
    """The names for one expression, in the language in force."""
    quoted = _quoted(expression)
    bearers = Counter(label for label, _id in {(clean(one.name or ""), one.id) for one in quoted})
    return Names(
        _list_names(expression), quoted, frozenset(label for label, count in bearers.items() if count > 1)
    )


def _list_names(expression: CohortExpression) -> Mapping[int, str]:
    labels = [clean(one.name) or _("liste sans nom") for one in expression.concept_sets]
    bearers = Counter(labels)
    return {
        one.id: quote(label)
        if bearers[label] == 1
        else _("{name} (n° {rank})").format(name=quote(label), rank=rank)
        for rank, (one, label) in enumerate(zip(expression.concept_sets, labels, strict=True), start=1)
    }


def _quoted(expression: CohortExpression) -> tuple[Concept, ...]:
    """The concepts that conditions quote one by one, each once, in reading order."""
    lists = (node for node in nodes_of(expression) if isinstance(node, ConceptList))
    return tuple(dict.fromkeys(concept for one in lists for concept in one.concepts))
