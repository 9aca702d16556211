"""The differencing guard (S5): is a set of persons too close to what a requester was already told?

The attacker of this file subtracts. She knows the sizes that were released and, from the definitions,
which of the sets contain, cover or exclude which others. She must not find a group of 1 to floor - 1
persons, neither its exact size nor an upper limit under the floor.

**Two sets.** |N| - |A| = |N\\A| - |A\\N|, so two sizes give away a group only when one of the two
differences is empty: then the sets are nested and the group is what lies between them. Without nesting
each part may be as large as its whole set, which counts at least the floor. The rule of `check` is wider:
N is too close to A when the *symmetric* difference counts 1 to floor - 1 persons, nested or not, as S5
says it. That contains every nested case, and those where the attacker knows the one or two persons that
keep the sets from being nested. It does not refuse a small N\\A beside a large A\\N: their difference
alone tells nothing small, and every small cohort lies so beside every broad one.

**Three sets.** Write 1_X for the function that is 1 on the persons of X. From sizes the attacker gets
x|N| + y|A| + z|B| for any x, y, z, and by duality of linear programming every limit she can prove of a
group is such a sum, divided by its weight on that group, of a function x·1_N + y·1_A + z·1_B that is
nowhere negative. When no two of the sets are too close, the only ones that can be small are, up to the
order of the sets,

- `X - Y - Z`: Y and Z share no one and lie in X; |X| - |Y| - |Z| counts the rest of X;
- `Y + Z - X`: Y and Z cover X; |Y| + |Z| - |X| counts their overlap and what exceeds X, and counts
  twice who is in both and not in X, so that twice the floor is the limit when there is such a person.

Other signs contain a whole set; unequal weights contain a pair that is too close.
`tests/generative/test_differencing.py` compares this with the linear programme itself.

**The cells of a table.** They share nobody, so that any of them add up to one more set: what the years 2020
and 2021 have together was told as well as each. `is_near_union` of `released` is the rule of two sets for
each such sum, of which there are too many to list: N differs least from the cells that it has the greater
part of.

**Not covered.** Four or more sets at once, unless two or three of them already tell, or they are cells of one
table: A, B, their intersection and almost their union. What the attacker knows of persons
otherwise. What a release tells beyond the size of its set: each cell that is released is a set of its own
to check and keep. That an answer was refused tells that somebody lies between two sets: answer `Same` and
a `TooClose` of one set alike, from the former release, and the two cannot be told apart.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.disclosure.persons import PersonSet
from maillage.disclosure.released import Released


@dataclass(frozen=True)
class Clear:
    """Nothing small follows from this set and any one or two of those released."""


@dataclass(frozen=True)
class Same:
    """The very persons of a set already released, by its position: nothing new would be told."""

    former: int


@dataclass(frozen=True)
class TooClose:
    """With the one or two released sets at these positions, it gives away 1 to floor - 1 persons."""

    formers: tuple[int, ...]


Verdict = Clear | Same | TooClose

_Indices = NDArray[np.intp]

_SOME_BUCKETS = (slice(0, 4), slice(4, 64))
"""All 64, few at first: the first leave almost nothing for the next, which are then looked at together."""


@dataclass(frozen=True)
class _Signs:
    """The weights, 1 or -1, of the new set and of two released ones: one differs from the other two."""

    new: int
    one: int
    other: int

    @property
    def covers(self) -> bool:
        """Whether two sets cover the third, instead of filling it."""
        return self.new + self.one + self.other > 0


def check(new: PersonSet, *, released: Released, floor: int) -> Verdict:
    """Compare a set that would be shown, so of at least `floor` persons, with those shown before.

    `released` are the exact sets behind the numbers one requester saw under one permit, each at least
    `floor` persons; a number that was suppressed showed no set. To guard against complements, let the
    whole warehouse be the first of them. Of 6,000 sets few are looked at one by one.
    """
    if not released.sets:
        return Clear()
    near = released.find_near(new, floor=floor)
    # Looked for even when one set alone decides: an answer's time must not tell that a former one was near.
    pair = _find_pair(new, released, floor=floor)
    if near:
        apart, nearest = near[0]
        return Same(nearest) if apart == 0 else TooClose((nearest,))
    return Clear() if pair is None else TooClose(pair)


def _find_pair(new: PersonSet, released: Released, *, floor: int) -> tuple[int, int] | None:
    """The first two released sets that give away a small group together with the new one.

    The others are looked for as well: to stop at the first would tell that there is one.
    """
    sets = released.sets
    found = [
        (one, other)
        for signs, one, other in _suspects(new, released, floor=floor)
        if _gives_away(new, sets[one], sets[other], signs=signs, floor=floor)
    ]
    return found[0] if found else None


def _suspects(new: PersonSet, released: Released, *, floor: int) -> Iterator[tuple[_Signs, int, int]]:
    """Pairs of released sets whose sizes and sketches allow a small sum with the new set."""
    shared = released.share_at_most(new)
    everyone = np.arange(len(released))
    inside = np.flatnonzero(shared == released.sizes)
    around = np.flatnonzero(shared == len(new))
    barely_out = np.flatnonzero(released.sizes - shared < 2 * floor)
    nearly_around = np.flatnonzero(len(new) - shared < 2 * floor)
    for signs, ones, others in (
        (_Signs(new=1, one=-1, other=-1), inside, inside),
        (_Signs(new=-1, one=1, other=-1), around, everyone),
        (_Signs(new=-1, one=1, other=1), barely_out, barely_out),
        (_Signs(new=1, one=-1, other=1), nearly_around, everyone),
    ):
        for one, other in _small_sums(new, released, signs=signs, ones=ones, others=others, floor=floor):
            yield signs, one, other


def _small_sums(
    new: PersonSet, released: Released, *, signs: _Signs, ones: _Indices, others: _Indices, floor: int
) -> Iterator[tuple[int, int]]:
    """Pairs whose signed sum of sizes is small, and whose sketches add up to nothing negative."""
    sizes, most = released.sizes, 2 * floor if signs.covers else floor
    known = signs.new * len(new) + signs.one * sizes[ones]
    rows, columns = _pair_up(known, signs.other * sizes[others], most=most)
    one, other = ones[rows], others[columns]
    for some in _SOME_BUCKETS:
        sketches = released.sketches[:, some]
        left = signs.one * sketches[one] + signs.other * sketches[other]
        possible = (signs.new * new.sketch[some] + left >= 0).all(axis=1)
        one, other = one[possible], other[possible]
    yield from sorted(zip(one.tolist(), other.tolist(), strict=True))


def _pair_up(ones: NDArray[np.int64], others: NDArray[np.int64], *, most: int) -> tuple[_Indices, _Indices]:
    """The places of those whose sum is from 1 to most - 1: for each, neighbours among the sorted others."""
    order = np.argsort(others)
    in_order = others[order]
    first = np.searchsorted(in_order, -ones, side="right")
    count = np.searchsorted(in_order, most - ones, side="left") - first
    rows = np.repeat(np.arange(ones.size), count)
    nth = np.arange(rows.size) - np.repeat(np.cumsum(count) - count, count)
    return rows, order[first[rows] + nth]


def _gives_away(new: PersonSet, one: PersonSet, other: PersonSet, *, signs: _Signs, floor: int) -> bool:
    """The exact question for three sets whose sizes fit the signs."""
    signed = ((signs.new, new), (signs.one, one), (signs.other, other))
    (whole,) = (each.bits for sign, each in signed if sign == (-1 if signs.covers else 1))
    left, right = (each.bits for sign, each in signed if sign == (1 if signs.covers else -1))
    if not signs.covers:
        return left.isdisjoint(right) and left.issubset(whole) and right.issubset(whole)
    excess = len(left) + len(right) - len(whole)
    return whole.issubset(left | right) and (excess < floor or not (left & right).issubset(whole))
