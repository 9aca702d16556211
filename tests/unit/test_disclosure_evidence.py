"""The witness changes nothing and forgets nothing; what is told outside follows from the cells alone."""

from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from maillage.disclosure import DisclosureRules
from maillage.disclosure.evidence import (
    Neighbour,
    Relation,
    RuleName,
    Witness,
    band_former,
    tally,
)
from maillage.disclosure.gates import ExactGate
from maillage.disclosure.inexact import band_gate
from maillage.exchange.evidence_words import _RULES, word_rule  # pyright: ignore[reportPrivateUsage]


def persons(count: int, *, start: int = 0) -> NDArray[np.int64]:
    return np.arange(start, start + count, dtype=np.int64)


def gate_all(gate: Any) -> tuple[Any, ...]:
    """A whole answer of 60 persons, three steps, three years of which one is small."""
    whole, _former = gate.whole(persons(60))
    chain = gate.chain([persons(80), persons(65), persons(60)], last=whole)
    years = {2020: persons(30), 2021: persons(25, start=30), 2022: persons(5, start=55)}
    partition = gate.partition(years)
    gate.settle({})
    return whole, chain, partition


def test_the_witness_lets_through_what_the_gate_does() -> None:
    watched = Witness(ExactGate(DisclosureRules()), rules=(RuleName.FLOOR,))
    assert gate_all(watched) == gate_all(ExactGate(DisclosureRules()))


def test_the_trace_counts_what_came_in_and_what_became_of_it() -> None:
    watched = Witness(ExactGate(DisclosureRules()), rules=(RuleName.FLOOR, RuleName.DIFFERENCING), former=4)
    gate_all(watched)
    trace = watched.trace()
    assert trace.rules == (RuleName.FLOOR, RuleName.DIFFERENCING, RuleName.CHAIN, RuleName.PARTITION)
    # 65 lies too near 60; the year of 5 is small, and the year of 25 shields it.
    assert (trace.given, trace.shown, trace.below_floor, trace.protected) == (7, 4, 1, 2)
    assert trace.former == 4


def test_what_former_answers_say_of_a_few_is_asked_and_forgotten() -> None:
    asked: list[int] = []

    def compare(found: NDArray[np.int64]) -> list[Neighbour]:
        asked.append(len(found))
        return [Neighbour("task-1", Relation.SAME)]

    for count in (5, 60):
        watched = Witness(ExactGate(DisclosureRules()), rules=(), former=1, compare=compare)
        watched.whole(persons(count))
        assert bool(watched.trace().neighbours) is (count == 60)
    assert asked == [5, 60]


def test_a_gate_of_bands_is_watched_alike() -> None:
    watched = Witness(band_gate(rules=DisclosureRules(), width=10), rules=(RuleName.FLOOR, RuleName.BANDS))
    gate_all(watched)
    assert watched.trace().former is None


def test_the_tally_finds_each_cell_once() -> None:
    found = tally(
        {
            "persons": {"count": 60},
            "steps": [{"count": 80}, {"suppressed": "protected"}],
            "years": [{"year": 2020, "persons": {"band": [20, 29]}}],
            "other_years": {"suppressed": "withheld"},
            "note": "count",
        }
    )
    assert (found.shown, found.suppressed) == (3, {"protected": 1, "withheld": 1})


@pytest.mark.parametrize(
    ("former", "band"),
    [(0, "none"), (1, "under_10"), (9, "under_10"), (10, "under_100"), (100, "100_or_more")],
)
def test_former_sets_are_told_as_bands(former: int, band: str) -> None:
    assert band_former(former) == band
    assert word_rule(RuleName.DIFFERENCING, floor=11, former=band)


def test_every_rule_has_its_sentence() -> None:
    assert set(_RULES) == set(RuleName)
