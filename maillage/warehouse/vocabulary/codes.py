"""A code of a classification, as every source gives it; where several give it, the first one names it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from itertools import chain
from typing import NamedTuple

from maillage.base.i18n import _
from maillage.warehouse.vocabulary.errors import VocabularySourceError

WITHDRAWN = "Code retiré"
"""The class of a code that is no longer used. It stays valid for OMOP: a descendant that is not falls out of
every concept set, and the stays of former years with it."""


class Key(NamedTuple):
    """A code within its vocabulary."""

    vocabulary: str
    code: str


@dataclass(frozen=True)
class Code:
    """One code. `concept_id` is given only where OMOP's own id is known; `synonyms` are other labels."""

    key: Key
    name: str
    parents: tuple[Key, ...] = ()
    domain: str = "Observation"
    kind: str = "Code"
    standard: str = ""
    synonyms: tuple[str, ...] = ()
    concept_id: int | None = None
    withdrawn: bool = False
    """No longer used for new facts."""
    origin: str = ""
    """Where it was read, for messages."""

    def __post_init__(self) -> None:
        if not self.key.vocabulary or not self.key.code or not self.name:
            raise VocabularySourceError(
                _("{origin} : un code sans vocabulaire, sans code ou sans libellé.").format(
                    origin=self.origin or "?"
                ),
                remedy=_("Complétez cette ligne, ou retirez-la."),
            )


Codes = Mapping[Key, Code]


def merge(sources: Iterable[Iterable[Code]]) -> Codes:
    """All codes. A later source only adds labels, parents and codes; within one source a code comes once."""
    merged: dict[Key, Code] = {}
    for source in sources:
        for key, code in _distinct(source).items():
            merged[key] = _join(merged[key], code) if key in merged else code
    return merged


def _distinct(source: Iterable[Code]) -> Codes:
    found: dict[Key, Code] = {}
    for code in source:
        if code.key in found:
            raise VocabularySourceError(
                _("{origin} : le code {code} vient deux fois.").format(
                    origin=code.origin, code=code.key.code
                ),
                why=_("Il est déjà donné par {origin}.").format(origin=found[code.key].origin),
                remedy=_("N’en gardez qu’une ligne."),
            )
        found[code.key] = code
    return found


def _join(first: Code, later: Code) -> Code:
    labels = dict.fromkeys(chain(first.synonyms, [later.name], later.synonyms))
    parents = tuple(dict.fromkeys(first.parents + later.parents))
    labels.pop(first.name, None)
    known = first.concept_id if first.concept_id is not None else later.concept_id
    return replace(first, synonyms=tuple(labels), parents=parents, concept_id=known)
