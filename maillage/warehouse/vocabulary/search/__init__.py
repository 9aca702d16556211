"""Searching a release as clinicians speak: `open_index(folder)`, then `search(text)`."""

from bisect import bisect_left
from collections.abc import Collection
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path

import numpy as np

from maillage.warehouse.vocabulary.release import Release, open_release
from maillage.warehouse.vocabulary.search.fuzzy import nearest
from maillage.warehouse.vocabulary.search.index import Concept, Index, code_key, load_index
from maillage.warehouse.vocabulary.search.rank import Hit, rank
from maillage.warehouse.vocabulary.search.words import split, stem

__all__ = [
    "Concept",
    "SearchIndex",
    "Suggestion",
    "as_suggestion",
    "code_key",
    "load_search",
    "name_badge",
    "open_index",
]

LONGEST_QUERY = 200
"""Characters; the rest of a longer query is left aside."""

_SHORTEST_NEAR, _LETTERS_PER_SLIP = 5, 3

_BADGES = {"CIM10": "CIM-10", "Maillage": "Local"}


@dataclass(frozen=True)
class Suggestion:
    """One hit. `badge` names the classification to people; `matched` is the label found, where not `name`.

    `whole`: it says all that was searched for; others say a part of it, or only something like it.
    """

    concept_id: int
    vocabulary: str
    badge: str
    code: str
    name: str
    domain: str
    kind: str
    matched: str | None
    score: float
    whole: bool = True


class SearchIndex:
    """An index in memory, shared by threads: searching changes nothing."""

    def __init__(self, index: Index, *, reference: str) -> None:
        self._index = index
        self._places = {concept.id: place for place, concept in enumerate(index.concepts)}
        self._filter = lru_cache(8)(self._make_filter)
        self.reference = reference

    def __len__(self) -> int:
        """How many labels are searched."""
        return len(self._index.labels)

    def find(self, concept_id: int) -> Concept | None:
        """The concept of that id, where the release has it."""
        place = self._places.get(concept_id)
        return None if place is None else self._index.concepts[place]

    def labels(self, concept_id: int) -> list[str]:
        """Its labels, its name first; none for a concept that is not there."""
        place = self._places.get(concept_id)
        if place is None:
            return []
        return [self._index.labels[int(at)] for at in np.flatnonzero(self._index.owners == place)]

    def find_code(self, code: str) -> list[Concept]:
        """Every concept that bears exactly this code, dots, spaces and case aside."""
        key, found = code_key(code), list[Concept]()
        keys, concepts = self._index.keys, self._index.concepts
        place = bisect_left(keys, key) if key else len(keys)
        while place < len(keys) and keys[place] == key:
            found.append(concepts[place])
            place += 1
        return found

    def search_near(self, text: str, *, domains: Collection[str] = (), limit: int = 10) -> list[Suggestion]:
        """What labels with the known word nearest to one of the text's give, the nearest word first.

        For a text of which nothing is known; empty where no word is like one of its words: a letter in three
        differs at most, of five or more.
        """
        words = self._index.words
        tried = [
            (apart, word)
            for asked in map(stem, split(text[:LONGEST_QUERY]))
            for word, apart in nearest(asked, words=words, known=self._index.signatures)
            if len(asked) >= _SHORTEST_NEAR and apart * _LETTERS_PER_SLIP <= len(asked)
        ]
        for _apart, word in sorted(tried):
            if found := self.search(word, domains=domains, limit=limit):
                return [replace(one, whole=False) for one in found]
        return []

    def search(
        self,
        text: str,
        *,
        domains: Collection[str] = (),
        vocabularies: Collection[str] = (),
        limit: int = 10,
    ) -> list[Suggestion]:
        """The best suggestions first, at most `limit`; the last word may be half typed.

        `domains` and `vocabularies` keep only these, whatever their case; empty keeps all.
        """
        eligible = self._filter(frozenset(domains), frozenset(vocabularies))
        hits = rank(text[:LONGEST_QUERY], index=self._index, eligible=eligible, limit=limit)
        return [self._suggest(hit) for hit in hits]

    def _make_filter(self, domains: frozenset[str], vocabularies: frozenset[str]) -> np.ndarray | None:
        if not domains and not vocabularies:
            return None
        wanted = [{one.casefold() for one in names} for names in (domains, vocabularies)]
        return np.array(
            [
                all(
                    not names or value.casefold() in names
                    for names, value in zip(wanted, (concept.domain, concept.vocabulary), strict=True)
                )
                for concept in self._index.concepts
            ]
        )

    def _suggest(self, hit: Hit) -> Suggestion:
        concept = self._index.concepts[hit.concept]
        label = None if hit.label is None else self._index.labels[hit.label]
        matched = None if label == concept.name else label
        return replace(as_suggestion(concept), matched=matched, score=hit.score, whole=hit.whole)


def as_suggestion(concept: Concept) -> Suggestion:
    """A concept as a hit that nothing was searched for."""
    return Suggestion(
        concept_id=concept.id,
        vocabulary=concept.vocabulary,
        badge=name_badge(concept.vocabulary),
        code=concept.code,
        name=concept.name,
        domain=concept.domain,
        kind=concept.kind,
        matched=None,
        score=0.0,
    )


def name_badge(vocabulary: str) -> str:
    """How a vocabulary is written for people."""
    return _BADGES.get(vocabulary, vocabulary)


def open_index(folder: Path) -> SearchIndex:
    """The index of a release, from its cache when there is one. Raises VocabularyError."""
    return load_search(open_release(folder))


def load_search(release: Release) -> SearchIndex:
    """The same for a release of which the concepts and synonyms alone are there."""
    index = SearchIndex(load_index(release), reference=release.manifest.reference)
    # The first search reads the sayings, and touches every array: nobody has to wait for that.
    index.search("à chaud")
    return index
