"""What a person picks in the search field and drops into a draft: a concept, or a thing of its own kind."""

from dataclasses import dataclass
from enum import StrEnum


class Kind(StrEnum):
    """What a term becomes: CODE is a concept of its domain, the others need no code list."""

    CODE = "code"
    DEATH = "death"
    READMISSION = "readmission"
    STAY = "stay"
    """A kind of stay; `concept_id` says which."""
    INTENSIVE_CARE = "intensive_care"
    AGE = "age"
    SEX = "sex"
    """`concept_id` says which."""


@dataclass(frozen=True)
class Term:
    """A hit of the search. `domain` is OMOP's (Condition, Drug, …).

    `standard` is false for a concept that only codes of origin carry (OMOP's standard_concept is null): it is
    then looked for among these.
    """

    concept_id: int
    name: str
    code: str = ""
    vocabulary: str = ""
    domain: str = ""
    standard: bool = True
    descendants: bool = True
    kind: Kind = Kind.CODE


@dataclass(frozen=True)
class Special:
    """A term that no classification lists, with the words by which it is looked for."""

    term: Term
    key: str
    words: tuple[str, ...]


def special_terms(text: str = "", *, limit: int = 5) -> tuple[Special, ...]:
    """Death, readmission, intensive care, kinds of stay, sex and age that the text names; all without a text."""
    raise NotImplementedError
