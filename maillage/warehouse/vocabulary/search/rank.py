"""Which labels answer a query: how much of the query they hold, then how little else they say."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from maillage.warehouse.vocabulary.search.fuzzy import find_near
from maillage.warehouse.vocabulary.search.index import Index, code_key
from maillage.warehouse.vocabulary.search.words import split, stem

_STARTED, _SLIP = 0.85, 0.75
"""What a word begun, or a word with one wrong letter, is worth beside the word itself."""
_LEAST = 0.45
"""The share of a query that a hit must hold, rare words weighing more."""
_WIDTH, _PRIOR = 0.35, 0.12
"""What a label's brevity, then its concept's prior, may add to a score of 1."""
_EXACT_CODE, _CODE_BEGUN = 3.0, 1.4


@dataclass(frozen=True)
class Hit:
    """A concept by its place, its score, and the label by which it was found (by place; none for a code)."""

    concept: int
    score: float
    label: int | None


def rank(query: str, *, index: Index, eligible: np.ndarray | None, limit: int) -> list[Hit]:
    """The best hits first. `eligible` tells, by concept, which ones may be shown; None is all."""
    best: dict[int, Hit] = {}
    for hit in [*_by_code(query, index), *_by_label(query, index, eligible, limit)]:
        if (eligible is None or eligible[hit.concept]) and (
            hit.concept not in best or best[hit.concept].score < hit.score
        ):
            best[hit.concept] = hit
    found = sorted(best.values(), key=lambda hit: (-round(hit.score, 4), _shortness(hit, index)))
    return found[:limit]


def _shortness(hit: Hit, index: Index) -> tuple[int, str]:
    return len(index.keys[hit.concept]), index.keys[hit.concept]


def _by_code(query: str, index: Index) -> Iterator[Hit]:
    key = code_key(query)
    if len(key) < 2 or not any(letter.isdigit() for letter in key) and len(key) not in (4, 5, 7):
        return
    for place in range(bisect_left(index.keys, key), len(index.keys)):
        if not index.keys[place].startswith(key):
            return
        longer = len(index.keys[place]) - len(key)
        if longer > 4:
            continue
        prior = float(index.priors[place]) * _PRIOR
        yield Hit(place, (_EXACT_CODE if not longer else _CODE_BEGUN - longer / 10) + prior, None)


def _by_label(query: str, index: Index, eligible: np.ndarray | None, limit: int) -> Iterator[Hit]:
    words = list(dict.fromkeys(split(query)))
    if not words:
        return
    scores = _score(words, index)
    if eligible is not None:
        scores = np.where(eligible[index.owners], scores, 0)
    kept = np.flatnonzero(scores > 0)
    if kept.size > 40 * limit:
        kept = kept[np.argpartition(scores[kept], -40 * limit)[-40 * limit :]]
    for place in kept:
        yield Hit(int(index.owners[place]), float(scores[place]), int(place))


def _score(words: Sequence[str], index: Index) -> np.ndarray:
    """By label; 0 where too little of the query is in it."""
    held = np.zeros(len(index.labels), dtype=np.float32)
    wanted = 0.0
    for place, word in enumerate(words):
        worth, importance = _match(word, index, last=place == len(words) - 1)
        held += importance * worth
        wanted += importance
    share = held / wanted
    brevity = np.minimum(held / index.weights, 1)
    scores = share * share + _WIDTH * brevity + _PRIOR * index.priors[index.owners]
    return np.where(share >= _LEAST, scores, 0)


def _match(word: str, index: Index, *, last: bool) -> tuple[np.ndarray, float]:
    """By label, how well it holds the word, 0 to 1; and the word's weight in the query."""
    worth = np.zeros(len(index.labels), dtype=np.float32)
    best = 0.0
    for (start, end), value in sorted(_expand(word, index, last=last).items(), key=lambda item: item[1]):
        worth[index.postings[index.starts[start] : index.starts[end]]] = value
        best = max(best, float(index.rarity[start:end].max()))
    # A word that is nowhere weighs as a middling one: the rest of the query still finds something.
    return worth, best or float(index.rarity.mean())


def _expand(word: str, index: Index, *, last: bool) -> Mapping[tuple[int, int], float]:
    """Ranges of known words that this one may stand for, and what each is worth."""
    ranges: dict[tuple[int, int], float] = {}
    root = stem(word)
    place = bisect_left(index.words, root)
    known = place < len(index.words) and index.words[place] == root
    if known:
        ranges[place, place + 1] = 1.0
    if (last or not known) and len(word) > 1:
        start, end = bisect_left(index.words, word), bisect_left(index.words, word + "\x7f")
        if start < end:
            ranges.setdefault((start, end), _STARTED)
    if not ranges:
        near = find_near(root, words=index.words, known=index.signatures, lengths=index.lengths)
        least = min(near.values(), default=0)
        for at, apart in near.items():
            ranges[at, at + 1] = _SLIP if apart == least else _SLIP - 0.15
    return ranges
