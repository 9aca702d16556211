"""Words that differ from a known one by a slip of the fingers."""

from collections.abc import Sequence
from itertools import pairwise

import numpy as np

_BITS = 64
_PER_EDIT = 6
"""Pairs of neighbouring letters that one edit changes at most, a swap of two letters being the worst."""
_TRIED = 60
_FAR = 12


def signatures(words: Sequence[str]) -> np.ndarray:
    """One 64-bit set of letter pairs a word; words that are near have sets that are near."""
    return np.array([_signature(word) for word in words], dtype=np.uint64)


def find_near(word: str, *, words: list[str], known: np.ndarray, lengths: np.ndarray) -> dict[int, int]:
    """The places in `words` of those within the edits allowed to a word of that length, with their distance.

    `known` are their signatures, `lengths` their lengths. Words of three letters or fewer have none.
    """
    edits = _allowed(word)
    if not edits:
        return {}
    apart = np.bitwise_count(known ^ np.uint64(_signature(word)))
    near = np.flatnonzero((apart <= _PER_EDIT * edits) & (np.abs(lengths - len(word)) <= edits))
    nearest = near[np.argsort(apart[near], kind="stable")[:_TRIED]]
    tried = [int(place) for place in nearest]
    found = {place: distance(word, words[place], limit=edits) for place in tried}
    return {place: apart for place, apart in found.items() if apart <= edits}


def nearest(word: str, *, words: Sequence[str], known: np.ndarray, limit: int = 5) -> list[tuple[str, int]]:
    """The known words that share most letter pairs with this one, with how far they are, the nearest first.

    Unlike `find_near` it always gives some, however far; `known` are the words' signatures.
    """
    apart = np.bitwise_count(known ^ np.uint64(_signature(word)))
    tried = np.argsort(apart, kind="stable")[:_TRIED]
    scored = [(distance(word, words[place], limit=_FAR), words[place]) for place in map(int, tried)]
    return [(found, far) for far, found in sorted(scored)[:limit]]


def distance(one: str, other: str, *, limit: int) -> int:
    """Letters to change, add, drop or swap with the next; `limit` + 1 stands for anything beyond it."""
    before: list[int] = []
    above = list(range(len(other) + 1))
    for row, letter in enumerate(one, start=1):
        here = [row]
        for column, against in enumerate(other, start=1):
            cost = min(above[column] + 1, here[-1] + 1, above[column - 1] + (letter != against))
            if row > 1 and column > 1 and letter == other[column - 2] and one[row - 2] == against:
                cost = min(cost, before[column - 2] + 1)
            here.append(cost)
        if min(here) > limit:
            return limit + 1
        before, above = above, here
    return min(above[-1], limit + 1)


def _allowed(word: str) -> int:
    return 0 if len(word) <= 3 or word.isdigit() else 1 if len(word) <= 7 else 2


def _signature(word: str) -> int:
    padded = f"^{word}$"
    bits = 0
    for first, second in pairwise(padded):
        bits |= 1 << ((ord(first) * 31 + ord(second)) % _BITS)
    return bits
