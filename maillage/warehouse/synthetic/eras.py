"""Eras: spans of one condition or one drug, gaps of up to thirty days bridged (OHDSI's derivation)."""

from dataclasses import dataclass

import numpy as np

from maillage.warehouse.synthetic.draws import Ints

GAP_DAYS = 30
_DAY_BITS = 16
_CONCEPT_BITS = 12
_FAR = 1 << 20


@dataclass(frozen=True)
class Eras:
    """One entry an era. `gap` counts the days inside it that no event covers."""

    person: Ints
    concept: Ints
    start: Ints
    end: Ints
    count: Ints
    gap: Ints


def find_eras(person: Ints, concept: Ints, start: Ints, end: Ints) -> Eras:
    """Merge events of one person and concept, both given by small numbers; days count from 1970."""
    order = np.argsort(((person << _CONCEPT_BITS | concept) << _DAY_BITS) | start, kind="stable")
    person, concept, start, end = person[order], concept[order], start[order], end[order]
    if not len(person):
        return Eras(person, concept, start, end, start, start)
    group = np.cumsum(_differs(person) | _differs(concept)) - 1
    # Each group lies far after the one before, so that one running maximum serves all.
    reached = np.maximum.accumulate(end + group * _FAR) - group * _FAR
    before = np.concatenate(([-_FAR], reached[:-1]))
    first = _differs(group) | (start > before + GAP_DAYS)
    opening = np.flatnonzero(first)
    closing = np.append(opening[1:], len(first)) - 1
    uncovered = np.where(first, 0, np.maximum(start - before - 1, 0))
    return Eras(
        person=person[opening],
        concept=concept[opening],
        start=start[opening],
        end=reached[closing],
        count=closing - opening + 1,
        gap=np.add.reduceat(uncovered, opening),
    )


def _differs(values: Ints) -> np.ndarray[tuple[int], np.dtype[np.bool_]]:
    return np.concatenate(([True], values[1:] != values[:-1]))
