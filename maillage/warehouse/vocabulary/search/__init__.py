"""Searching a release as clinicians speak: `open_index(folder)`, then `search(text)`."""

from collections.abc import Collection
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from maillage.warehouse.vocabulary.badges import badge_of
from maillage.warehouse.vocabulary.release import open_release
from maillage.warehouse.vocabulary.search.index import Index, load_index
from maillage.warehouse.vocabulary.search.rank import Hit, rank

__all__ = ["SearchIndex", "Suggestion", "open_index"]

LONGEST_QUERY = 200
"""Characters; the rest of a longer query is left aside."""


@dataclass(frozen=True)
class Suggestion:
    """One hit. `badge` names the classification to people; `matched` is the label found, where not `name`."""

    concept_id: int
    vocabulary: str
    badge: str
    code: str
    name: str
    domain: str
    kind: str
    matched: str | None
    score: float


class SearchIndex:
    """An index in memory, shared by threads: searching changes nothing."""

    def __init__(self, index: Index, *, reference: str) -> None:
        self._index = index
        self.reference = reference

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
        eligible = self._filter(domains, vocabularies)
        hits = rank(text[:LONGEST_QUERY], index=self._index, eligible=eligible, limit=limit)
        return [self._suggest(hit) for hit in hits]

    def _filter(self, domains: Collection[str], vocabularies: Collection[str]) -> np.ndarray | None:
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
        return Suggestion(
            concept_id=concept.id,
            vocabulary=concept.vocabulary,
            badge=badge_of(concept.vocabulary),
            code=concept.code,
            name=concept.name,
            domain=concept.domain,
            kind=concept.kind,
            matched=None if label == concept.name else label,
            score=hit.score,
        )


def open_index(folder: Path) -> SearchIndex:
    """The index of a release, from its cache when there is one. Raises VocabularyError."""
    release = open_release(folder)
    index = SearchIndex(load_index(release), reference=release.manifest.reference)
    # The first search reads the sayings, and touches every array: nobody has to wait for that.
    index.search("à chaud")
    return index
