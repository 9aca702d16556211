"""The index: every label's words, in arrays that are read back from a cache beside the release.

Words are in alphabetical order and the labels of each lie one after the other: a word being typed is a range
of words, hence one slice.
"""

import csv
import os
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, fields
from functools import cached_property
from pathlib import Path
from typing import Any, NamedTuple
from zipfile import BadZipFile

import numpy as np

from maillage.warehouse.vocabulary.codes import WITHDRAWN
from maillage.warehouse.vocabulary.release import Release
from maillage.warehouse.vocabulary.search.fuzzy import signatures
from maillage.warehouse.vocabulary.search.words import fold, stems

FORMAT = 1
"""Raised whenever a cache written before can no longer be used."""
CACHE = "search.npz"


class Concept(NamedTuple):
    """What a hit shows."""

    id: int
    vocabulary: str
    code: str
    domain: str
    kind: str
    name: str


@dataclass(frozen=True)
class Index:
    """Concepts in the order of their codes' keys; labels; words; the labels of each word."""

    concepts: Sequence[Concept]
    keys: Sequence[str]
    """Each concept's code in small letters and digits; sorted."""
    labels: Sequence[str]
    owners: np.ndarray
    """By label, the place of its concept; int32."""
    weights: np.ndarray
    """By label, the sum of its words' rarities; float32."""
    words: list[str]
    starts: np.ndarray
    """By word, where its labels start in `postings`; one more than there are words."""
    postings: np.ndarray
    rarity: np.ndarray
    """By word; float32."""
    signatures: np.ndarray
    lengths: np.ndarray
    priors: np.ndarray
    """By concept, how much it is wanted before anything is typed, 0 to 1; float32."""

    @cached_property
    def text(self) -> tuple[str, np.ndarray]:
        """The words in one text, to be looked into, and where in it each starts."""
        starts = np.cumsum([0, *(len(word) + 1 for word in self.words)])[:-1]
        return _SEPARATOR.join(self.words), starts


def load_index(release: Release) -> Index:
    """The index from its cache, or made from the release and cached where the folder can be written."""
    cache = release.folder / CACHE
    seal = f"{FORMAT} {release.manifest.hash}"
    with suppress(OSError, ValueError, KeyError, EOFError, BadZipFile):
        return _read(cache, seal=seal)
    index = make_index(release)
    with suppress(OSError):
        _write(cache, index, seal=seal)
    return index


def make_index(release: Release) -> Index:
    """Read the release's concepts and labels."""
    concepts = sorted(_read_concepts(release), key=lambda concept: (code_key(concept.code), concept.id))
    places = {concept.id: place for place, concept in enumerate(concepts)}
    labels = [(place, concept.name) for place, concept in enumerate(concepts)]
    labels += [(places[number], text) for number, text in _read_synonyms(release) if number in places]
    owners = np.array([place for place, _text in labels], dtype=np.int32)
    texts = [text for _place, text in labels]
    words, starts, postings = _invert(texts)
    rarity = np.log1p(len(texts) / np.maximum(np.diff(starts), 1)).astype(np.float32)
    weights = np.zeros(len(texts), dtype=np.float32)
    np.add.at(weights, postings, np.repeat(rarity, np.diff(starts)))
    return Index(
        concepts=concepts,
        keys=[code_key(concept.code) for concept in concepts],
        labels=texts,
        owners=owners,
        weights=weights,
        words=words,
        starts=starts,
        postings=postings,
        rarity=rarity,
        signatures=signatures(words),
        lengths=np.array([len(word) for word in words], dtype=np.int16),
        priors=np.array([_prior(concept) for concept in concepts], dtype=np.float32),
    )


def code_key(code: str) -> str:
    """A code as it is compared: `E11.9` and `e119` are one."""
    return "".join(letter for letter in fold(code) if letter.isalnum())


def _invert(texts: Iterable[str]) -> tuple[list[str], np.ndarray, np.ndarray]:
    holding: defaultdict[str, list[int]] = defaultdict(list)
    for place, text in enumerate(texts):
        for word in dict.fromkeys(stems(text)):
            holding[word].append(place)
    words = sorted(holding)
    counts = np.array([0] + [len(holding[word]) for word in words], dtype=np.int64)
    postings = np.fromiter((place for word in words for place in holding[word]), dtype=np.int32)
    return words, np.cumsum(counts), postings


def _prior(concept: Concept) -> float:
    return _VOCABULARIES.get(concept.vocabulary, 0.5) * _KINDS.get(concept.kind, 0.8)


_VOCABULARIES = {"CIM10": 1.0, "CCAM": 1.0, "ATC": 1.0, "LOINC": 1.0, "ADICAP": 0.3}
_KINDS = {"Catégorie": 1.0, "Sous-catégorie": 0.9, "Extension": 0.7, WITHDRAWN: 0.2}


def _read_concepts(release: Release) -> Iterator[Concept]:
    with release.path("concept").open(encoding="utf-8", newline="") as stream:
        for line in csv.DictReader(stream):
            if not line["invalid_reason"]:
                facts = (line["vocabulary_id"], line["concept_code"], line["domain_id"])
                yield Concept(int(line["concept_id"]), *facts, line["concept_class_id"], line["concept_name"])


def _read_synonyms(release: Release) -> Iterator[tuple[int, str]]:
    if release.has("concept_synonym"):
        with release.path("concept_synonym").open(encoding="utf-8", newline="") as stream:
            for line in csv.DictReader(stream):
                yield int(line["concept_id"]), line["concept_synonym_name"]


_TEXTS = ("keys", "labels", "words")
_SEPARATOR = "\n"
"""In no label: a release's labels are on one line."""


def _write(cache: Path, index: Index, *, seal: str) -> None:
    arrays: dict[str, Any] = {"seal": _pack([seal])}
    for field in fields(index):
        value = getattr(index, field.name)
        arrays[field.name] = _pack(value) if field.name in _TEXTS else value
    del arrays["concepts"]
    for place, name in enumerate(Concept._fields):
        column = [str(concept[place]) for concept in index.concepts]
        arrays[f"concept_{name}"] = _pack(column)
    draft = cache.with_suffix(f".{os.getpid()}.tmp")
    try:
        with draft.open("wb") as stream:
            np.savez(stream, **arrays)
        draft.replace(cache)
    finally:
        draft.unlink(missing_ok=True)


def _read(cache: Path, *, seal: str) -> Index:
    with cache.open("rb") as stream, np.load(stream, allow_pickle=False) as arrays:
        if _unpack(arrays["seal"]) != [seal]:
            raise ValueError
        columns = {name: _unpack(arrays[f"concept_{name}"]) for name in Concept._fields}
        numbers = map(int, columns.pop("id"))
        known: dict[str, Any] = {
            field.name: _unpack(arrays[field.name]) if field.name in _TEXTS else arrays[field.name]
            for field in fields(Index)
            if field.name != "concepts"
        }
    return Index(
        concepts=[Concept(*facts) for facts in zip(numbers, *columns.values(), strict=True)], **known
    )


def _pack(texts: Iterable[str]) -> np.ndarray:
    return np.frombuffer(_SEPARATOR.join(texts).encode(), dtype=np.uint8)


def _unpack(array: np.ndarray) -> list[str]:
    return array.tobytes().decode().split(_SEPARATOR)
