"""From a code to its concept: in the référentiel that the package ships, or in an open warehouse."""

import unicodedata
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator, Mapping, Sequence
from difflib import SequenceMatcher
from functools import cache
from heapq import nlargest
from typing import TYPE_CHECKING, Protocol

from sqlglot import exp

from maillage.base.i18n import _
from maillage.cohort.compile.sql import Condition, any_of, col, equal, in_numbers, select, table, text
from maillage.cohort.errors import AmbiguousCodeError, UnknownCodeError
from maillage.cohort.expression.values import Concept
from maillage.warehouse.engines.base import Engine

if TYPE_CHECKING:
    from maillage.warehouse.synthetic.vocabulary import Concept as ShippedConcept

VALID = "V"
NOT_STANDARD = "N"

_SUGGESTED = 4
_ENOUGH = 0.5
_CANDIDATES = 400
_PREFIX = 3


class Vocabulary(Protocol):
    """Whatever knows concepts by their code."""

    def find(self, code: str | int, vocabulary: str | None = None) -> Concept:
        """The concept of a code, in one vocabulary or in all; of an id when `code` is a number.

        `standard` and `invalid_reason` are said in full, as ATLAS has them: N and V where OMOP has a null.
        Raises UnknownCodeError, AmbiguousCodeError.
        """
        ...


class _Catalogue(ABC):
    """What any table of concepts can do once it finds lines by id, by code and by likeness."""

    @abstractmethod
    def _by_id(self, identifier: int) -> Sequence[Concept]: ...

    @abstractmethod
    def _by_code(self, spellings: Sequence[str], vocabulary: str | None) -> Sequence[Concept]: ...

    @abstractmethod
    def _alike(self, code: str, vocabulary: str | None) -> Sequence[Concept]: ...

    def find(self, code: str | int, vocabulary: str | None = None) -> Concept:
        """The concept of a code, or of an id. Raises UnknownCodeError, AmbiguousCodeError."""
        if isinstance(code, int):
            found = self._by_id(code)
        else:
            found = _best_spelled(self._by_code(list(spellings(code)), vocabulary), code)
        if not found:
            raise self._unknown(code, vocabulary)
        valid = [concept for concept in found if concept.invalid_reason == VALID] or found
        if len(valid) > 1:
            raise _ambiguous(code, valid)
        return valid[0]

    def _unknown(self, code: str | int, vocabulary: str | None) -> UnknownCodeError:
        nearest = () if isinstance(code, int) else self._nearest(code, vocabulary)
        what = (
            _("Le code {code} n’existe pas dans le vocabulaire {vocabulary}.")
            if vocabulary
            else _("Le code {code} n’existe dans aucun vocabulaire.")
        )
        return UnknownCodeError(
            what.format(code=code, vocabulary=vocabulary),
            nearest=nearest,
            why=_("Les plus proches sont : {nearest}.").format(nearest=" ; ".join(nearest))
            if nearest
            else "",
            remedy=_("Corrigez le code, ou dites son vocabulaire : vocabulary=…"),
        )

    def _nearest(self, code: str, vocabulary: str | None) -> tuple[str, ...]:
        # The same code elsewhere comes first: the author mistook the vocabulary, not the code.
        elsewhere = _best_spelled(self._by_code(list(spellings(code)), None), code) if vocabulary else []
        alike = _rank(code, self._alike(code, vocabulary))
        return tuple(dict.fromkeys(map(describe, [*elsewhere, *alike])))[:_SUGGESTED]


class ShippedVocabulary(_Catalogue):
    """The référentiel that the package ships: the same ids in every hospital of the group."""

    def _by_id(self, identifier: int) -> Sequence[Concept]:
        found = _shipped_by_id().get(identifier)
        return [] if found is None else [found]

    def _by_code(self, spellings: Sequence[str], vocabulary: str | None) -> Sequence[Concept]:
        return [
            concept
            for concept in _shipped()
            if concept.code in spellings and vocabulary in (None, concept.vocabulary)
        ]

    def _alike(self, code: str, vocabulary: str | None) -> Sequence[Concept]:  # noqa: ARG002 - it is small
        return [concept for concept in _shipped() if vocabulary in (None, concept.vocabulary)]


class WarehouseVocabulary(_Catalogue):
    """The `concept` table of an open warehouse."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def _by_id(self, identifier: int) -> Sequence[Concept]:
        return self._fetch([in_numbers(col("c", "concept_id"), [identifier])])

    def _by_code(self, spellings: Sequence[str], vocabulary: str | None) -> Sequence[Concept]:
        among = exp.In(this=col("c", "concept_code"), expressions=[text(one) for one in spellings])
        return self._fetch([among, *_in_vocabulary(vocabulary)])

    def _alike(self, code: str, vocabulary: str | None) -> Sequence[Concept]:
        """Codes that begin alike, and concepts whose name holds the text."""
        begins = _like(col("c", "concept_code"), f"{_without_wildcards(code.strip().upper()[:_PREFIX])}%")
        holds = _like(
            exp.Lower(this=col("c", "concept_name")), f"%{_without_wildcards(code.strip().lower())}%"
        )
        return self._fetch([any_of([begins, holds]), *_in_vocabulary(vocabulary)])

    def _fetch(self, where: Sequence[Condition]) -> list[Concept]:
        query = select([col("c", name) for name in _COLUMNS], table("concept", "c"), where=where)
        query.set("limit", exp.Limit(expression=exp.Literal.number(_CANDIDATES)))
        return [_concept(*row) for row in self._engine.fetch(query)]


_COLUMNS = (
    *("concept_id", "concept_name", "concept_code", "vocabulary_id"),
    *("domain_id", "concept_class_id", "standard_concept", "invalid_reason"),
)


def describe(concept: Concept) -> str:
    """A concept for people: `A10BA02 Metformine (ATC)`."""
    return f"{concept.code} {concept.name} ({concept.vocabulary})"


def spellings(code: str) -> Iterator[str]:
    """The ways in which one code is written: as given, in capitals, without its dot (PMSI), with it."""
    given = code.strip()
    capitals = given.upper()
    bare = capitals.replace(".", "")
    dotted = f"{bare[:_PREFIX]}.{bare[_PREFIX:]}" if len(bare) > _PREFIX else bare
    yield from dict.fromkeys((given, capitals, bare, dotted))


def _best_spelled(found: Iterable[Concept], code: str) -> list[Concept]:
    known = list(found)
    for spelling in spellings(code):
        if same := [concept for concept in known if concept.code == spelling]:
            return same
    return []


def _ambiguous(code: str | int, found: Sequence[Concept]) -> AmbiguousCodeError:
    return AmbiguousCodeError(
        _("Le code {code} désigne plusieurs concepts.").format(code=code),
        why=_("Ce sont : {concepts}.").format(concepts=" ; ".join(map(describe, found[:_SUGGESTED]))),
        remedy=_("Dites son vocabulaire (vocabulary=…), ou donnez l’identifiant du concept."),
    )


def _rank(code: str, candidates: Iterable[Concept]) -> list[Concept]:
    wanted = _fold(code)
    scored = ((_likeness(wanted, concept), -concept.id, concept) for concept in candidates)
    best = nlargest(_SUGGESTED, (line for line in scored if line[0] >= _ENOUGH))
    return [concept for _score, _id, concept in best]


def _likeness(wanted: str, concept: Concept) -> float:
    name = _fold(concept.name or "")
    if wanted in name:
        return 1.0
    return max(_ratio(wanted, _fold(concept.code or "")), _ratio(wanted, name))


def _ratio(left: str, right: str) -> float:
    matcher = SequenceMatcher(None, left, right, autojunk=False)
    return matcher.ratio() if matcher.real_quick_ratio() >= _ENOUGH else 0.0


def _fold(words: str) -> str:
    plain = unicodedata.normalize("NFKD", words.strip().lower())
    return "".join(letter for letter in plain if not unicodedata.combining(letter))


def _in_vocabulary(vocabulary: str | None) -> list[Condition]:
    return [] if vocabulary is None else [equal(col("c", "vocabulary_id"), text(vocabulary))]


def _like(column: exp.Expr, pattern: str) -> Condition:
    return exp.Like(this=column, expression=text(pattern))


def _without_wildcards(words: str) -> str:
    return words.replace("%", "").replace("_", "")


@cache
def _shipped() -> tuple[Concept, ...]:
    # On demand: the référentiel lies with the generator of hospitals, which takes long to load.
    from maillage.warehouse.synthetic.vocabulary import read_vocabulary

    return tuple(map(_from_shipped, read_vocabulary().concepts))


@cache
def _shipped_by_id() -> Mapping[int, Concept]:
    return {concept.id: concept for concept in _shipped()}


def _from_shipped(concept: "ShippedConcept") -> Concept:
    return _concept(
        concept.id,
        concept.name,
        concept.code,
        concept.vocabulary,
        concept.domain,
        concept.kind,
        concept.standard,
        None,
    )


def _concept(
    identifier: int,
    name: str,
    code: str,
    vocabulary: str,
    domain: str,
    concept_class: str,
    standard: str | None,
    invalid_reason: str | None,
) -> Concept:
    return Concept(
        id=identifier,
        name=name,
        code=code,
        vocabulary=vocabulary,
        domain=domain,
        concept_class=concept_class,
        standard=standard or NOT_STANDARD,
        invalid_reason=invalid_reason or VALID,
    )
