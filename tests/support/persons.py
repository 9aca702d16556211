"""Persons for exact numbers: what an engine would find of a hospital that has just so many."""

import numpy as np

from maillage.analysis.count.local import FoundPersons, RawCounts


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
