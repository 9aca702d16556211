"""Persons for exact numbers: what an engine would find of a hospital that has just so many."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from maillage.analysis.count.local import FoundPersons


@dataclass(frozen=True)
class RawCounts:
    """Exact numbers of distinct persons."""

    persons: int
    steps: Sequence[int]
    years: Mapping[int, int]


def raw_counts(found: FoundPersons) -> RawCounts:
    """The exact numbers of what an engine found."""
    return RawCounts(
        persons=len(found.cohort),
        steps=[len(persons) for persons in found.steps],
        years={year: len(persons) for year, persons in found.years.items()},
    )


def found_persons(numbers: RawCounts) -> FoundPersons:
    """Persons 0, 1, …: the first are in the cohort, year after year, the next fall step by step."""
    entered = max(numbers.steps[0], numbers.persons)
    ids = np.arange(entered, dtype=np.int64)
    rules = len(numbers.steps) - 1
    held = np.zeros(entered, dtype=np.int64)
    for persons in numbers.steps[1:]:
        held[:persons] += 1
    held[: numbers.persons] = rules
    year = np.zeros(entered, dtype=np.int64)
    year[: numbers.persons] = np.repeat(list(numbers.years.keys()), list(numbers.years.values()))
    return FoundPersons(ids, held, year, rules=rules)
