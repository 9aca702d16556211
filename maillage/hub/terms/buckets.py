"""How many patients the group has of each concept, about: what hospitals said, band by band, added up."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class Bucket:
    """`at_least` patients, about, in `sites` hospitals; a patient of two hospitals counts twice."""

    at_least: int
    sites: int


@dataclass(frozen=True)
class Buckets:
    """By concept id."""

    known: Mapping[int, Bucket]

    def find(self, concept_id: int) -> Bucket | None:
        """None where no hospital has enough patients to say so."""
        return self.known.get(concept_id)


EMPTY = Buckets(MappingProxyType({}))


def read_buckets() -> Buckets:
    """What the hospitals' last catalogues give together."""
    return EMPTY
