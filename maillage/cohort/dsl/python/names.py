"""How code lists and concepts are named in the source: by a variable, by their code where that suffices."""

import re
import unicodedata
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from maillage.cohort.dsl.python.layout import Source
from maillage.cohort.dsl.python.values import write_concept, write_text
from maillage.cohort.dsl.resolve import look_up
from maillage.cohort.dsl.terminologies import vocabularies_of
from maillage.cohort.dsl.vocabulary import NOT_STANDARD, Vocabulary
from maillage.cohort.errors import CodeError
from maillage.cohort.expression import ConceptSet
from maillage.cohort.expression.values import Concept

Speller = Callable[[Concept], Source]

_LENGTH = 40


@dataclass(frozen=True)
class Names:
    """The variable of each code list by its id, and the vocabulary with which the source will be built."""

    lists: Mapping[int, str]
    vocabulary: Vocabulary

    def speller(self, domain: str, attribute: str) -> Speller:
        """What writes the concepts of an attribute."""
        accepted = vocabularies_of(domain, attribute)
        return lambda concept: self._spell(concept, accepted)

    def _spell(self, concept: Concept, accepted: Sequence[str]) -> Source:
        """The code, when the vocabulary gives this very concept back for it; else the whole concept."""
        if concept.code is None or concept.standard == NOT_STANDARD:
            return write_concept(concept)
        try:
            # By id first: it is quick, and most concepts of the world are not in a given vocabulary.
            known = self.vocabulary.find(concept.id) == concept
            known = known and look_up(self.vocabulary, concept.code, accepted) == concept
        except CodeError:
            known = False
        return write_text(concept.code) if known else write_concept(concept)


def name_lists(concept_sets: Sequence[ConceptSet]) -> Mapping[int, str]:
    """A variable for each code list, by its id, after its name."""
    names: dict[int, str] = {}
    for found in concept_sets:
        names[found.id] = _free(_as_identifier(found.name), set(names.values()))
    return names


def _as_identifier(text: str) -> str:
    letters = unicodedata.normalize("NFKD", text.lower())
    plain = "".join(letter for letter in letters if not unicodedata.combining(letter))
    words = "_".join(re.findall(r"[a-z0-9]+", plain))
    if len(words) > _LENGTH:
        words = words[:_LENGTH].rpartition("_")[0] or words[:_LENGTH]
    # The prefix keeps a list apart from the words of the language: a list may well be called « drug ».
    return f"codes_{words or 'without_name'}"


def _free(name: str, taken: set[str]) -> str:
    candidate, number = name, 1
    while candidate in taken:
        number += 1
        candidate = f"{name}_{number}"
    return candidate
