"""What a person picks in the search field and drops into a draft: a concept, or a thing of its own kind."""

import unicodedata
from dataclasses import dataclass
from enum import StrEnum

from maillage.base.i18n import _, mark
from maillage.cohort.edit.options import INTENSIVE_CARE, OPTIONS, STAYS
from maillage.cohort.expression.values import Concept

_WITHOUT_CODE = 2


class Kind(StrEnum):
    """What a term becomes: CODE is a concept of its domain, the others need no code list."""

    CODE = "code"
    DEATH = "death"
    DRUG = "drug"
    """Any drug, to count how many."""
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


def concepts_of(term: Term) -> tuple[Concept, ...]:
    """The concepts that say a term in warehouses: a stay by way of the emergency ward is a stay."""
    stay = next((one for one in STAYS if one.concepts[0].id == term.concept_id), None)
    if stay is not None:
        return stay.concepts
    return (
        Concept(
            term.concept_id,
            term.name or None,
            term.code or None,
            term.vocabulary or None,
            term.domain or None,
            standard="S" if term.standard else "N",
            invalid_reason="V",
        ),
    )


def kind_of(term: Term) -> Kind:
    """The kind, also of a concept that a search gave as any other."""
    if term.kind is not Kind.CODE or term.domain != "Visit":
        return term.kind
    if term.concept_id == INTENSIVE_CARE:
        return Kind.INTENSIVE_CARE
    return Kind.STAY if any(one.concepts[0].id == term.concept_id for one in STAYS) else Kind.CODE


_SPECIAL = (
    ("death", Kind.DEATH, 0, mark("Décès"), "décès mort décédé mortalité death"),
    (
        "drug",
        Kind.DRUG,
        0,
        mark("Médicament, quel qu’il soit"),
        "médicaments polymédication polymédiqué traitements ordonnance drug polypharmacy",
    ),
    (
        "readmission",
        Kind.READMISSION,
        9201,
        mark("Réhospitalisation"),
        "réhospitalisation réadmission nouvelle hospitalisation readmission",
    ),
    (
        "intensive_care",
        Kind.INTENSIVE_CARE,
        INTENSIVE_CARE,
        mark("Séjour en réanimation ou en soins intensifs"),
        "réanimation soins intensifs continus usi usc intensive care icu",
    ),
    ("inpatient", Kind.STAY, 9201, mark("Hospitalisation"), "hospitalisation hospitalisé séjour inpatient"),
    ("emergency", Kind.STAY, 9203, mark("Passage aux urgences"), "urgences passage saau emergency"),
    (
        "outpatient",
        Kind.STAY,
        9202,
        mark("Consultation ou soins ambulatoires"),
        "consultation externe ambulatoire outpatient",
    ),
    ("age", Kind.AGE, 0, mark("Âge à l’entrée"), "âge ans adultes enfants mineurs age"),
    ("F", Kind.SEX, 8532, mark("Femmes"), "femme féminin sexe women female sex"),
    ("M", Kind.SEX, 8507, mark("Hommes"), "homme masculin sexe men male sex"),
)
"""Key, kind, concept, French name, words."""


def special_terms(text: str = "", *, limit: int = 5) -> tuple[Special, ...]:
    """Terms without a code that the text names, death or age for example; all of them without a text."""
    asked = [_fold(word) for word in text.split()]
    found = [one for one in map(_special, _SPECIAL) if _names(asked, list(map(_fold, one.words)))]
    return tuple(found[:limit] if asked else found)


def _special(line: tuple[str, Kind, int, str, str]) -> Special:
    key, kind, concept, _name, words = line
    name = _(line[3])
    return Special(Term(concept, name, kind=kind), key, (*name.split(), *words.split()))


def _names(asked: list[str], words: list[str]) -> bool:
    """Every word asked begins one of the words: `réa` is enough."""
    long_enough = sum(map(len, asked)) > _WITHOUT_CODE or not asked
    return long_enough and all(any(word.startswith(one.removesuffix("s")) for word in words) for one in asked)


def _fold(word: str) -> str:
    plain = unicodedata.normalize("NFKD", word.casefold())
    return "".join(sign for sign in plain if sign.isalnum())


SEXES = {option.concepts[0].id: option for option in OPTIONS["sex"]}
