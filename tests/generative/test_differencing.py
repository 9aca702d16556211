"""The differencing guard against an obviously right reading: Python sets, and an attacker's own programme."""

import itertools
from collections import Counter
from collections.abc import Callable, Iterable, Sequence

import numpy as np
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from scipy.optimize import linprog

from maillage.disclosure.differencing import Clear, Same, TooClose, Verdict, check
from maillage.disclosure.persons import PersonSet
from maillage.disclosure.released import Released, Tables, is_near_union, largest_first

FLOOR = 4
Persons = frozenset[int]

STACKED = [rank for rank in range(20_000) if PersonSet.of(np.array([rank])).sketch[0]]
"""Ranks that all fall in one part of a sketch, so that sketches tell sizes only."""


def as_set(persons: Iterable[int]) -> PersonSet:
    return PersonSet.of(np.array(sorted(persons), dtype=np.int64))


def verdict(new: Persons, released: Sequence[Persons], *, floor: int = FLOOR) -> Verdict:
    return check(as_set(new), released=Released(map(as_set, released)), floor=floor)


def attacker_finds(*sets: Persons) -> bool:
    """Whether sizes, and which parts of the Venn diagram are empty, put some part under the floor."""
    parts = Counter(tuple(person in one for one in sets) for person in frozenset().union(*sets))
    members = np.array(list(parts), dtype=float).T
    sizes = [len(one) for one in sets]
    for part in range(len(parts)):
        most = linprog(np.negative(np.eye(len(parts))[part]), A_eq=members, b_eq=sizes, bounds=(0, None))
        assert most.success
        assert most.fun is not None
        if -most.fun < FLOOR - 1e-6:
            return True
    return False


@st.composite
def venn(draw: st.DrawFn) -> tuple[Persons, Persons, Persons]:
    """Three sets by the sizes of the seven parts of their diagram, many of which are empty or small."""
    sizes = draw(st.lists(st.sampled_from([0, 0, 0, 1, 2, 3, 4, 6, 9]), min_size=7, max_size=7))
    sets: list[set[int]] = [set(), set(), set()]
    person = itertools.count()
    for part, size in enumerate(sizes, start=1):
        members = set(itertools.islice(person, size))
        for index in range(3):
            if part >> index & 1:
                sets[index] |= members
    assume(all(len(one) >= FLOOR for one in sets))
    return frozenset(sets[0]), frozenset(sets[1]), frozenset(sets[2])


@settings(max_examples=60, deadline=None)
@given(venn())
def test_two_sets_are_too_close_exactly_when_fewer_than_the_floor_separate_them(
    sets: tuple[Persons, Persons, Persons],
) -> None:
    new, former, _other = sets
    expected = Same(0) if new == former else TooClose((0,)) if len(new ^ former) < FLOOR else Clear()
    assert verdict(new, [former]) == expected
    if attacker_finds(new, former):
        assert expected != Clear()


@settings(max_examples=80, deadline=None)
@given(venn())
def test_three_sets_are_too_close_exactly_when_the_attackers_programme_finds_a_group(
    sets: tuple[Persons, Persons, Persons],
) -> None:
    assume(all(len(one ^ other) >= FLOOR for one, other in itertools.combinations(sets, 2)))
    expected = TooClose((0, 1)) if attacker_finds(*sets) else Clear()
    for ranks in (range(100), STACKED):
        placed = [frozenset(ranks[person] for person in one) for one in sets]
        found = verdict(placed[0], placed[1:])
        assert (TooClose((0, 1)) if isinstance(found, TooClose) else found) == expected


SHAPES = ["nested", "around", "swapped", "fills", "is filled", "covers", "is covered", "twice"]


def plant(shape: str, *, few: int, persons: list[int]) -> tuple[Persons, list[Persons]]:
    """A new set and former ones which together give away the `few` first persons, and nobody else."""
    small, left, right = persons[:few], persons[few : few + 300], persons[few + 300 : few + 700]
    match shape:
        case "nested":
            return frozenset(left), [frozenset(left + small)]
        case "around":
            return frozenset(left + small), [frozenset(left)]
        case "swapped":
            return frozenset(left + small[:1]), [frozenset(left + small[1:])]
        case "is filled":
            return frozenset(small + left + right), [frozenset(left), frozenset(right)]
        case "fills":
            return frozenset(left), [frozenset(right), frozenset(small + left + right)]
        case "twice":
            return frozenset(left + right), [frozenset(left + small), frozenset(right + small)]
        case "covers":
            return frozenset(left + small), [frozenset(right + small), frozenset(small + left + right)]
        case _:
            return frozenset(small + left + right), [frozenset(left + small), frozenset(right + small)]


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("few", [1, 2, 10])
def test_a_planted_pair_or_triple_is_found_among_forty_unrelated_sets(shape: str, few: int) -> None:
    random = np.random.default_rng(few)
    new, guilty = plant(shape, few=few, persons=random.permutation(5000)[:2000].tolist())
    unrelated = [frozenset(random.permutation(5000)[:size].tolist()) for size in range(200, 1000, 20)]
    released = [*unrelated[:20], *guilty, *unrelated[20:]]
    match verdict(new, released, floor=11):
        case TooClose(formers):
            assert sorted(formers) == list(range(20, 20 + len(guilty)))
        case other:
            pytest.fail(f"{shape}: {other}")


@pytest.mark.parametrize("shape", SHAPES)
def test_what_gives_away_a_group_of_the_floor_is_clear(shape: str) -> None:
    persons = np.random.default_rng(5).permutation(5000)[:2000].tolist()
    new, guilty = plant(shape, few=11, persons=persons)
    assert verdict(new, guilty, floor=11) == Clear()


def _naive_pair(new: Persons, released: Sequence[Persons]) -> tuple[int, int] | None:
    """The first two that give away a few with the new one, rule by rule."""
    rules: list[tuple[Callable[[Persons, Persons, Persons], bool], bool]] = [
        (_fills, True),
        (_fills, False),
        (_covers, True),
        (_covers, False),
    ]
    for rule, new_is_whole in rules:
        for one, other in itertools.product(range(len(released)), repeat=2):
            pair = released[one], released[other]
            if rule(new, *pair) if new_is_whole else rule(pair[0], new, pair[1]):
                return one, other
    return None


def _fills(whole: Persons, one: Persons, other: Persons) -> bool:
    return not one & other and one | other <= whole and 0 < len(whole - one - other) < FLOOR


def _covers(whole: Persons, one: Persons, other: Persons) -> bool:
    excess = len(one) + len(other) - len(whole)
    most = FLOOR if one & other <= whole else 2 * FLOOR
    return whole <= one | other and 0 < excess < most


def _naive_check(new: Persons, released: Sequence[Persons]) -> Verdict:
    apart = [len(new ^ former) for former in released]
    nearest = apart.index(min(apart))
    if apart[nearest] < FLOOR:
        return TooClose((nearest,)) if apart[nearest] else Same(nearest)
    pair = _naive_pair(new, released)
    return Clear() if pair is None else TooClose(pair)


@st.composite
def families(draw: st.DrawFn) -> list[Persons]:
    """Sets of runs of a few ranks, so that many are nested, disjoint, near one another, or all but so."""
    ranks = draw(st.sampled_from([range(60), STACKED, range(2**31, 2**31 + 60)]))
    place = st.integers(0, 59)
    runs = st.lists(st.tuples(place, place), min_size=1, max_size=3)
    drawn = draw(st.lists(st.tuples(runs, st.frozensets(place, max_size=2)), min_size=3, max_size=9))
    sets = [{at for ends in found for at in range(min(ends), max(ends))} ^ odd for found, odd in drawn]
    return [frozenset(ranks[at] for at in one) for one in sets if len(one) >= FLOOR]


@settings(max_examples=80, deadline=None)
@given(families())
def test_sketches_rule_out_nothing_that_a_look_at_every_set_finds(sets: list[Persons]) -> None:
    assume(len(sets) > 1)
    new, former = sets[0], sets[1:]
    assert verdict(new, former) == _naive_check(new, former)
    released, asked = Released(map(as_set, former)), as_set(new)
    near = sorted((len(new ^ one), place) for place, one in enumerate(former) if len(new ^ one) < FLOOR)
    assert released.find_near(asked, floor=FLOOR) == near
    inside = [place for place, one in enumerate(former) if len(one - new) < FLOOR]
    assert released.find_inside(asked, floor=FLOOR) == inside


@settings(max_examples=80, deadline=None)
@given(families(), st.integers(1, 4))
def test_no_table_near_a_set_is_ruled_out(sets: list[Persons], cut: int) -> None:
    assume(len(sets) > 1)
    new, rest = as_set(sets[0]), sets[1:]
    tables = [cells for cells in (_cells(rest[:cut]), _cells(rest[cut:])) if cells]
    found = Tables(tables)
    expected = any(is_near_union(new, largest_first(cells), floor=FLOOR) for cells in tables)
    assert found.is_near_some(new, floor=FLOOR) == expected
    assert all(found.has(reversed(cells)) for cells in tables)


def _cells(sets: Sequence[Persons]) -> list[PersonSet]:
    """The same without whoever is in one before: cells share nobody."""
    before = [frozenset[int]().union(*sets[:place]) for place in range(len(sets))]
    return [as_set(one - others) for one, others in zip(sets, before, strict=True) if one - others]


def test_a_small_cohort_beside_a_broad_one_that_holds_most_of_it_is_clear() -> None:
    assert verdict(frozenset(range(90, 110)), [frozenset(range(100)), frozenset(range(105))]) == Clear()


@given(st.frozensets(st.integers(0, 2**32 - 1), max_size=50))
def test_a_set_survives_storage(persons: Persons) -> None:
    kept = PersonSet.from_bytes(as_set(persons).to_bytes())
    assert kept == as_set(persons)
    assert len(kept) == len(persons) == kept.sketch.sum()


@pytest.mark.parametrize("stored", [b"", b"abc", as_set(range(9)).to_bytes()[:-1]])
def test_bytes_that_are_no_set_are_refused(stored: bytes) -> None:
    with pytest.raises(ValueError):
        PersonSet.from_bytes(stored)


@pytest.mark.parametrize("rank", [-1, 2**32])
def test_a_rank_out_of_range_is_refused(rank: int) -> None:
    with pytest.raises(ValueError, match="rank"):
        PersonSet.of(np.array([rank]))
