"""Every code that a synthetic hospital uses, with its concept id and its place in the hierarchy.

An id below two thousand million is the OMOP standard vocabularies' own; the others are this group's, fixed in
the files of `vocabulary/`, the same everywhere and never given again. A few standard concepts (`bridges.csv`)
stand above local ones, so that an expression written with OHDSI's ids finds the French codes.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from types import MappingProxyType

from maillage.warehouse.synthetic.files import Record, read_records

_FILES = {"cim10": "CIM10", "ccam": "CCAM", "atc": "ATC", "loinc": "LOINC", "ucum": "UCUM"}
_FOLDER = "vocabulary"

LOCAL_IDS_FROM = 2_000_000_000


@dataclass(frozen=True)
class Concept:
    """One concept; `parents` are the ids of the concepts right above it."""

    id: int
    vocabulary: str
    code: str
    domain: str
    kind: str
    standard: str
    name: str
    parents: tuple[int, ...]


@dataclass(frozen=True)
class Vocabulary:
    """All concepts, and the place in `concepts` of each code that a fact may carry."""

    concepts: tuple[Concept, ...]
    places: Mapping[str, int]

    def place(self, code: str) -> int:
        """Where a code is in `concepts`. Raises KeyError."""
        return self.places[code]

    def find(self, code: str) -> Concept:
        """The concept of a code. Raises KeyError."""
        return self.concepts[self.places[code]]


@dataclass(frozen=True)
class Ancestry:
    """One line of concept_ancestor."""

    ancestor: int
    descendant: int
    least_levels: int
    most_levels: int


@cache
def read_vocabulary() -> Vocabulary:
    """The vocabulary as the package ships it."""
    records = _read_all()
    ids = {(record["vocabulary_id"], record["concept_code"]): int(record["concept_id"]) for record in records}
    bridges = read_records(_FOLDER, "bridges.csv")
    above = _children_of_bridges(bridges, ids)
    concepts = tuple(_concept(record, ids, above) for record in records)
    concepts += tuple(_concept(record | {"standard_concept": "S"}, ids, above) for record in bridges)
    return Vocabulary(concepts=concepts, places=_places(concepts[: len(records)]))


def _read_all() -> Sequence[Record]:
    local = [
        record | {"vocabulary_id": vocabulary}
        for file, vocabulary in _FILES.items()
        for record in read_records(_FOLDER, f"{file}.csv")
    ]
    return [*local, *read_records(_FOLDER, "other.csv")]


def _children_of_bridges(
    bridges: Sequence[Record], ids: Mapping[tuple[str, str], int]
) -> Mapping[int, tuple[int, ...]]:
    above: dict[int, tuple[int, ...]] = {}
    for bridge in bridges:
        for code in bridge["child_codes"].split():
            child = ids[bridge["child_vocabulary_id"], code]
            above[child] = (*above.get(child, ()), int(bridge["concept_id"]))
    return above


def _concept(
    record: Record, ids: Mapping[tuple[str, str], int], above: Mapping[int, tuple[int, ...]]
) -> Concept:
    identifier = int(record["concept_id"])
    parent = record.get("parent_code")
    own = (ids[record["vocabulary_id"], parent],) if parent else ()
    return Concept(
        id=identifier,
        vocabulary=record["vocabulary_id"],
        code=record["concept_code"],
        domain=record["domain_id"],
        kind=record["concept_class_id"],
        standard=record["standard_concept"],
        name=record["concept_name"],
        parents=own + above.get(identifier, ()),
    )


def _places(concepts: Sequence[Concept]) -> Mapping[str, int]:
    # Chapters of several classifications bear the same letter; no fact carries one.
    usable = [place for place, concept in enumerate(concepts) if concept.standard != "C"]
    places = {concepts[place].code: place for place in usable}
    if len(places) < len(usable):
        raise ValueError("two vocabularies share a code")
    return MappingProxyType(places)


@cache
def read_ancestry() -> tuple[Ancestry, ...]:
    """The transitive closure of the hierarchy, each concept being its own ancestor at level 0."""
    concepts = {concept.id: concept for concept in read_vocabulary().concepts}
    lines: list[Ancestry] = []
    for concept in concepts.values():
        levels = _levels_above(concept.id, concepts)
        lines.extend(
            Ancestry(ancestor, concept.id, min(found), max(found)) for ancestor, found in levels.items()
        )
    return tuple(lines)


def _levels_above(identifier: int, concepts: Mapping[int, Concept]) -> Mapping[int, set[int]]:
    levels: dict[int, set[int]] = {}
    pending = [(identifier, 0)]
    while pending:
        current, level = pending.pop()
        levels.setdefault(current, set()).add(level)
        pending.extend((parent, level + 1) for parent in concepts[current].parents)
    return levels


def read_vocabularies() -> Sequence[Record]:
    """Name, origin and version of each vocabulary."""
    return read_records(_FOLDER, "vocabularies.csv")
