"""Which labels answer a query: how much of the query they hold, then how little else they say."""

import re
from bisect import bisect_left
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, partial

import numpy as np

from maillage.warehouse.vocabulary.search.everyday import is_said, rewrite
from maillage.warehouse.vocabulary.search.fuzzy import find_near
from maillage.warehouse.vocabulary.search.index import Index, code_key
from maillage.warehouse.vocabulary.search.words import split, stem

_STARTED, _SLIP, _SECOND_SLIP, _INSIDE = 0.85, 0.75, 0.6, 0.7
"""What a word begun, with one wrong letter or two, or inside a longer one is worth beside the word itself."""
_LEAST, _NEAR = 0.45, 0.34
"""The share of a query that a hit must hold, rare words weighing more; and where no hit holds all of it."""
_SHORTEST_INSIDE = 5
"""Letters of a word that is looked for inside others: `dialyse` in `hémodialyse`."""
_WIDTH, _PRIOR = 0.35, 0.3
"""What a label's brevity may add to a score of 1; the share of a score that hangs on its concept's prior."""
_PER_HIT = 40
"""Labels looked at for each hit that is shown: several labels have one concept."""
_EXACT_CODE, _CODE_BEGUN = 3.0, 1.4
_LONGER = 4
"""A code that goes on further than so many characters is not what is being typed."""


_Near = Callable[[str], Mapping[int, int]]
"""The places of the words near this one, with their distance."""


@dataclass(frozen=True)
class Hit:
    """A concept by its place, its score, and the label by which it was found (by place; none for a code).

    `whole`: it holds every word of the query, as it was typed or as classifications say it.
    """

    concept: int
    score: float
    label: int | None
    whole: bool = True


@dataclass(frozen=True)
class _Search:
    """One query's means; what is asked of a word is found once, for several rewritings share it."""

    index: Index
    near: _Near
    match: Callable[[str, bool], tuple[np.ndarray, float]]


def rank(query: str, *, index: Index, eligible: np.ndarray | None, limit: int) -> list[Hit]:
    """The best hits first, those that hold the whole query before others.

    `eligible` tells, by concept, which ones may be shown; None is all.
    """
    near = cache(partial(find_near, words=index.words, known=index.signatures, lengths=index.lengths))
    search = _Search(index, near, cache(partial(_match, index, near)))
    best: dict[int, Hit] = {}
    for hit in [*_by_code(query, index), *_by_label(query, search, eligible=eligible, limit=limit)]:
        former = best.get(hit.concept)
        better = former is None or (former.whole, former.score) < (hit.whole, hit.score)
        if better and (eligible is None or eligible[hit.concept]):
            best[hit.concept] = hit
    return sorted(best.values(), key=lambda hit: _order(hit, index))[:limit]


def _order(hit: Hit, index: Index) -> tuple[bool, float, int, str]:
    """Of two hits as good, the wider category first."""
    key = index.keys[hit.concept]
    return not hit.whole, -round(hit.score, 4), len(key), key


_BETWEEN_CODES = re.compile(r"[\s,;/+]+")


def _by_code(query: str, index: Index) -> Iterator[Hit]:
    several = _BETWEEN_CODES.split(query.strip())
    if len(several) > 1:
        yield from _by_codes(several, index)
        return
    key = code_key(query)
    if len(key) < 2 or not key.isascii():
        return
    for place in range(bisect_left(index.keys, key), len(index.keys)):
        longer = len(index.keys[place]) - len(key)
        if not index.keys[place].startswith(key):
            return
        if longer <= _LONGER:
            worth = _CODE_BEGUN - longer / 10 if longer else _EXACT_CODE
            yield Hit(place, worth * (1 - _PRIOR + _PRIOR * float(index.priors[place])), None)


def _by_codes(several: Sequence[str], index: Index) -> Iterator[Hit]:
    """The concepts of several codes, typed whole; where one is of none, the others are not all that is."""
    if not all(map(_LOOKS_LIKE_A_CODE.fullmatch, several)):
        return
    places = {key: bisect_left(index.keys, key) for key in map(code_key, several)}
    whole = all(_has(index.keys, place, key) for key, place in places.items())
    for key, place in places.items():
        while _has(index.keys, place, key):
            score = _EXACT_CODE * (1 - _PRIOR + _PRIOR * float(index.priors[place]))
            yield Hit(place, score, None, whole)
            place += 1


_LOOKS_LIKE_A_CODE = re.compile(r"[A-Za-z]{1,4}[0-9][0-9A-Za-z.]+")


def _has(keys: Sequence[str], place: int, key: str) -> bool:
    return place < len(keys) and keys[place] == key


def _by_label(query: str, search: _Search, *, eligible: np.ndarray | None, limit: int) -> Iterator[Hit]:
    words, index = split(query), search.index
    if not words:
        return
    scores, whole = _score(words, search, typing=True)
    for rewritten in rewrite([_mend(word, search) for word in words]):
        told, complete = _score(rewritten, search, typing=False)
        np.maximum(scores, told, out=scores)
        np.logical_or(whole, complete, out=whole)
    if eligible is not None:
        scores[~eligible[index.owners]] = 0
    kept = np.flatnonzero(scores > 0)
    if kept.size > _PER_HIT * limit:
        wanted = scores[kept] + _WHOLE * whole[kept]
        kept = kept[np.argpartition(wanted, -_PER_HIT * limit)[-_PER_HIT * limit :]]
    for place in kept:
        yield Hit(int(index.owners[place]), float(scores[place]), int(place), bool(whole[place]))


_WHOLE = 2.0
"""More than any score: what holds the whole query is looked at first."""


def _mend(word: str, search: _Search) -> str:
    """The word without its slip: sayings are known letter by letter."""
    root, index = stem(word), search.index
    if is_said(root) or _begins(word, index) or _begins(root, index):
        return word
    near = search.near(root)
    best = min(near, key=lambda place: (near[place], float(index.rarity[place])), default=None)
    return word if best is None else index.words[best]


def _begins(word: str, index: Index) -> bool:
    place = bisect_left(index.words, word)
    return place < len(index.words) and index.words[place].startswith(word)


def _score(words: Sequence[str], search: _Search, *, typing: bool) -> tuple[np.ndarray, np.ndarray]:
    """By label, 0 where too little of the query is in it; and whether every word is."""
    index = search.index
    held = np.zeros(len(index.labels), dtype=np.float32)
    whole = np.ones(len(index.labels), dtype=np.bool_)
    wanted = 0.0
    distinct = list(dict.fromkeys(words))
    for word in distinct:
        worth, importance = search.match(word, typing and word == distinct[-1])
        held += importance * worth
        whole &= worth > 0
        wanted += importance
    share = held / wanted
    brevity = np.minimum(held / index.weights, 1)
    scores = share * share + _WIDTH * share * brevity
    scores *= 1 - _PRIOR + _PRIOR * index.priors[index.owners]
    least = max(min(_LEAST, float(share.max())), _NEAR)
    return np.where(whole | (share >= least), scores, 0), whole


def _match(index: Index, near: _Near, word: str, typing: bool) -> tuple[np.ndarray, float]:
    """By label, how well it holds the word, 0 to 1; and the word's weight in the query."""
    worth = np.zeros(len(index.labels), dtype=np.float32)
    for place in _find_inside(stem(word), index):
        worth[index.postings[index.starts[place] : index.starts[place + 1]]] = _INSIDE
    best = 0.0
    for (start, end), value in sorted(
        _expand(index, near, word, typing=typing).items(), key=lambda item: item[1]
    ):
        worth[index.postings[index.starts[start] : index.starts[end]]] = value
        best = max(best, float(index.rarity[start:end].max()))
    # A word that is nowhere weighs as a middling one: the rest of the query still finds something.
    return worth, best or float(index.rarity.mean())


def _find_inside(root: str, index: Index) -> Iterator[int]:
    """The places of the words that hold this one further on than at their start."""
    if len(root) < _SHORTEST_INSIDE:
        return
    text, starts = index.text
    at = text.find(root)
    while at >= 0:
        place = int(np.searchsorted(starts, at, side="right")) - 1
        if at > starts[place]:
            yield place
        at = text.find(root, at + 1)


def _expand(index: Index, near: _Near, word: str, *, typing: bool) -> Mapping[tuple[int, int], float]:
    """Ranges of known words that this one may stand for, and what each is worth."""
    root = stem(word)
    ranges: dict[tuple[int, int], float] = {}
    place = bisect_left(index.words, root)
    if place < len(index.words) and index.words[place] == root:
        ranges[place, place + 1] = 1.0
    if (typing or not ranges) and len(word) > 1:
        start, end = bisect_left(index.words, word), bisect_left(index.words, word + "\x7f")
        if start < end:
            ranges.setdefault((start, end), _STARTED)
    if not ranges:
        found = near(root)
        least = min(found.values(), default=0)
        ranges = {(at, at + 1): _SLIP if apart == least else _SECOND_SLIP for at, apart in found.items()}
    return ranges
