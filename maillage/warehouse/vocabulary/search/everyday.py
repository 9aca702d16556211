"""How clinicians say what classifications write: `HTA`, `cancer du sein` (tables/everyday.csv)."""

from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from types import MappingProxyType

from maillage.warehouse.vocabulary.search.words import split, stem, stems
from maillage.warehouse.vocabulary.sources.tables import read_table

_MOST = 8
"""Rewritings of one query that are tried at most."""

Words = tuple[str, ...]


def rewrite(words: Sequence[str]) -> list[Words]:
    """The query in the classifications' words, most words replaced first; none where nothing is known."""
    found: dict[Words, None] = {}
    for rewritten in _rewrite(tuple(words)):
        if rewritten != tuple(words):
            found.setdefault(rewritten)
        if len(found) == _MOST:
            break
    return list(found)


def is_said(root: str) -> bool:
    """Whether a stem is part of a saying."""
    return root in _said()


def _rewrite(words: Words) -> Iterator[Words]:
    """Every way to replace sayings from left to right, the longest saying first."""
    if not words:
        yield ()
        return
    sayings = _sayings()
    roots = tuple(map(stem, words))
    for end in range(min(len(words), _longest()), 0, -1):
        for meant in sayings.get(roots[:end], ()):
            for rest in _rewrite(words[end:]):
                yield meant + rest
    for rest in _rewrite(words[1:]):
        yield words[:1] + rest


@cache
def _sayings() -> Mapping[Words, Sequence[Words]]:
    found: dict[Words, list[Words]] = {}
    for record in read_table("everyday.csv"):
        found.setdefault(tuple(stems(record["said"])), []).append(tuple(split(record["meant"])))
    return MappingProxyType(found)


@cache
def _longest() -> int:
    return max(map(len, _sayings()))


@cache
def _said() -> frozenset[str]:
    return frozenset(word for saying in _sayings() for word in saying)
