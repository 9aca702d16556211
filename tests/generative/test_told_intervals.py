"""Intervals of time that may be told, against obvious readings: every cell by hand, and plain halving."""

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from maillage.disclosure.intervals import choose_ends, share_ends

FLOOR = 4
Places = np.ndarray


@dataclass(frozen=True)
class Leavers:
    """Who leaves at which point, and of which kind: with the event or not, in one group or the other."""

    place: Places
    kind: Places
    points: int

    def is_safe(self, rows: Places) -> bool:
        cells = np.bincount(self.kind[rows], minlength=4)
        return bool(((cells == 0) | (cells >= FLOOR)).all())

    def choose(self) -> list[int] | None:
        return choose_ends(self.place, points=self.points, is_safe=self.is_safe)

    def move(self, place: Places) -> "Leavers":
        return Leavers(place, self.kind, self.points)

    def may_tell(self, first: int, after: int) -> bool:
        return self.is_safe(np.flatnonzero((self.place >= first) & (self.place < after)))


@st.composite
def leavers(draw: st.DrawFn, *, points: int | None = None) -> Leavers:
    """Dense or sparse, early or late, with or without those who stay to the last point."""
    points = points or draw(st.integers(1, 70))
    rng = np.random.default_rng(draw(st.integers(0, 2**32 - 1)))
    count, staying = draw(st.integers(0, 400)), draw(st.integers(0, 30))
    early = rng.beta(draw(st.sampled_from((0.5, 1.0, 3.0))), 1.0, count)
    place = np.concatenate([(early * points).astype(int), np.full(staying, points - 1)])
    kinds = draw(st.sampled_from(((1, 0, 0, 0), (5, 5, 0, 0), (4, 4, 1, 1), (9, 1, 9, 1))))
    kind = rng.choice(4, size=count + staying, p=np.array(kinds) / sum(kinds))
    return Leavers(np.minimum(place, points - 1), kind, points)


def halve(first: int, after: int, points: int, may_tell: Callable[[int, int], bool]) -> list[int]:
    """The last points of halves of halves, each split only where both of its halves may be told."""
    middle, end = (first + after) // 2, min(after, points)
    if middle <= first:
        return [end - 1]
    if middle >= points:
        return halve(first, middle, points, may_tell)
    if not (may_tell(first, middle) and may_tell(middle, end)):
        return [end - 1]
    return halve(first, middle, points, may_tell) + halve(middle, after, points, may_tell)


def halve_all(one: Leavers, *, told_apart: bool) -> list[int]:
    points = one.points - told_apart
    ends = halve(0, 1 << (points - 1).bit_length(), points, one.may_tell)
    return [*ends, points] if told_apart else ends


def list_intervals(ends: list[int]) -> list[tuple[int, int]]:
    return list(zip([0, *(end + 1 for end in ends[:-1])], [end + 1 for end in ends], strict=True))


@given(leavers())
def test_every_interval_may_be_told_and_together_they_are_all_of_time(one: Leavers) -> None:
    ends = one.choose()
    if ends is None:
        assert not one.is_safe(np.arange(len(one.place)))
        return
    assert ends == sorted(set(ends))
    assert ends[-1] == one.points - 1
    assert all(one.may_tell(first, after) for first, after in list_intervals(ends))


@given(leavers())
def test_no_fewer_intervals_than_by_halving(one: Leavers) -> None:
    ends = one.choose()
    if ends is not None:
        told_apart = one.points > 1 and one.points - 2 in ends
        assert set(ends) >= set(halve_all(one, told_apart=told_apart))


@given(leavers())
def test_who_stays_to_the_end_is_told_apart_wherever_that_may_be(one: Leavers) -> None:
    ends, last = one.choose(), one.points - 1
    if ends is not None and last and one.may_tell(0, last) and one.may_tell(last, one.points):
        assert last - 1 in ends


@given(leavers(), st.integers(0, 99))
def test_the_order_of_patients_changes_nothing(one: Leavers, seed: int) -> None:
    order = np.random.default_rng(seed).permutation(len(one.place))
    assert Leavers(one.place[order], one.kind[order], one.points).choose() == one.choose()


@given(leavers(points=64), leavers(points=64), leavers(points=64))
def test_what_hospitals_share_may_be_told_by_each(one: Leavers, other: Leavers, third: Leavers) -> None:
    three = (one, other, third)
    ends = [found for hospital in three if (found := hospital.choose()) is not None]
    if len(ends) == 3:
        shared = list_intervals(share_ends(ends))
        assert all(hospital.may_tell(first, after) for hospital in three for first, after in shared)


@settings(max_examples=300)
@given(leavers())
def test_the_ends_tell_no_more_than_counts_in_quarters_of_intervals(one: Leavers) -> None:
    """Whoever moves within a quarter of the interval told, or what is a little more, changes no end.

    So nothing that was tried in vain says on which day within it one of few has left.
    """
    ends = one.choose()
    if ends is None:
        return
    moved = one.place.copy()
    for first, after in list_intervals(ends):
        step = next(two for two in (1, 2, 4, 8, 16, 32) if 4 * two >= after - first)
        inside = (one.place >= first) & (one.place < after) & (one.place < one.points - 1)
        moved[inside] = np.maximum(first, one.place[inside] // step * step)
    assert one.move(moved).choose() == ends


def test_few_at_the_end_are_told_with_their_neighbours_and_no_more() -> None:
    """Three of 2 051 leave past the roundest day: halving gives one interval of all."""
    dense = np.repeat(np.arange(1_024), 2)
    few = np.array([1_050, 1_060, 1_090])
    one = Leavers(np.concatenate([dense, few]), np.zeros(len(dense) + 3, dtype=int), 1_096)
    assert halve_all(one, told_apart=True) == [1_094, 1_095]
    ends = one.choose()
    assert ends is not None
    assert len(ends) > 200
    assert ends[-2:] == [1_094, 1_095]
    assert 900 < ends[-3] < 1_023
