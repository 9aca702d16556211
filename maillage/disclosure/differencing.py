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
and 2021 have together was told as well as each. `is_near_union` is the rule of two sets for each such sum, of
which there are too many to list: N differs least from the cells that it has the greater part of.

**Not covered.** Four or more sets at once, unless two or three of them already tell, or they are cells of one
table: A, B, their intersection and almost their union. What the attacker knows of persons
otherwise. What a release tells beyond the size of its set: each cell that is released is a set of its own
to check and keep. That an answer was refused tells that somebody lies between two sets: answer `Same` and
a `TooClose` of one set alike, from the former release, and the two cannot be told apart.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from maillage.disclosure.persons import BUCKETS, PersonSet


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

_SOME_BUCKETS = (slice(0, 1), *(slice(2**power, 2 ** (power + 1)) for power in range(6)))
"""All 64, few at first: the first leave almost nothing for the next, which are then looked at together."""


@dataclass(frozen=True)
class _Released:
    """What is computed once of all released sets; `shared` counts the persons that each has in common."""

    sizes: NDArray[np.int32]
    shared: NDArray[np.int32]
    sketches: NDArray[np.int32]  # one row a bucket, one column a set

    @classmethod
    def beside(cls, new: PersonSet, released: Sequence[PersonSet]) -> "_Released":
        common = new.bits.intersection_cardinality
        return cls(
            sizes=np.array([len(former) for former in released], dtype=np.int32),
            shared=np.array([common(former.bits) for former in released], dtype=np.int32),
            sketches=np.array([former.sketch for former in released], dtype=np.int32).reshape(-1, BUCKETS).T,
        )


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


def check(new: PersonSet, *, released: Sequence[PersonSet], floor: int) -> Verdict:
    """Compare a set that would be shown, so of at least `floor` persons, with those shown before.

    `released` are the exact sets behind the numbers one requester saw under one permit, each at least
    `floor` persons; a number that was suppressed showed no set. To guard against complements, let the
    whole warehouse be the first of them. 1,000 sets of a million persons take about 20 ms.
    """
    if not released:
        return Clear()
    beside = _Released.beside(new, released)
    apart = len(new) + beside.sizes - 2 * beside.shared
    nearest = int(np.argmin(apart))
    # Looked for even when one set alone decides: an answer's time must not tell that a former one was near.
    pair = _find_pair(new, released, beside, floor=floor)
    if apart[nearest] == 0:
        return Same(nearest)
    if apart[nearest] < floor:
        return TooClose((nearest,))
    return Clear() if pair is None else TooClose(pair)


def is_near_union(new: PersonSet, cells: Sequence[PersonSet], *, floor: int) -> bool:
    """Whether the set differs from some of the cells together by 1 to floor - 1 persons; they share nobody.

    Looked at from the largest cell on, until the difference is enough: a set cuts most tables in two at once.
    """
    within, apart = 0, 0
    for cell in sorted(cells, key=len, reverse=True):
        shared = new.bits.intersection_cardinality(cell.bits)
        within += shared
        apart += min(shared, len(cell) - shared)
        if apart >= floor:
            return False
    return 0 < apart + len(new) - within < floor


def _find_pair(
    new: PersonSet, released: Sequence[PersonSet], beside: _Released, *, floor: int
) -> tuple[int, int] | None:
    """The first two released sets that give away a small group together with the new one.

    The others are looked for as well: to stop at the first would tell that there is one.
    """
    found = [
        (one, other)
        for signs, one, other in _suspects(new, beside, floor=floor)
        if _gives_away(new, released[one], released[other], signs=signs, floor=floor)
    ]
    return found[0] if found else None


def _suspects(new: PersonSet, beside: _Released, *, floor: int) -> Iterator[tuple[_Signs, int, int]]:
    """Pairs of released sets whose sizes and sketches allow a small sum with the new set."""
    everyone = np.arange(len(beside.sizes))
    inside = np.flatnonzero(beside.shared == beside.sizes)
    around = np.flatnonzero(beside.shared == len(new))
    strangers = np.flatnonzero(beside.shared == 0)
    barely_out = np.flatnonzero(beside.sizes - beside.shared < 2 * floor)
    nearly_around = np.flatnonzero(len(new) - beside.shared < 2 * floor)
    for signs, ones, others in (
        (_Signs(new=1, one=-1, other=-1), inside, inside),
        (_Signs(new=-1, one=1, other=-1), around, strangers),
        (_Signs(new=-1, one=1, other=1), barely_out, barely_out),
        (_Signs(new=1, one=-1, other=1), nearly_around, everyone),
    ):
        for one, other in _small_sums(new, beside, signs=signs, ones=ones, others=others, floor=floor):
            yield signs, one, other


def _small_sums(
    new: PersonSet, beside: _Released, *, signs: _Signs, ones: _Indices, others: _Indices, floor: int
) -> Iterator[tuple[int, int]]:
    """Pairs whose signed sum of sizes is small, and whose sketches add up to nothing negative."""
    sums = signs.new * len(new) + (
        signs.one * beside.sizes[ones][:, None] + signs.other * beside.sizes[others][None, :]
    )
    rows, columns = np.nonzero((sums > 0) & (sums < (2 * floor if signs.covers else floor)))
    one, other = ones[rows], others[columns]
    for some in _SOME_BUCKETS:
        sketches = beside.sketches[some]
        left = signs.one * sketches[:, one] + signs.other * sketches[:, other]
        possible = (signs.new * new.sketch[some, None] + left >= 0).all(axis=0)
        one, other = one[possible], other[possible]
    yield from zip(one.tolist(), other.tolist(), strict=True)


def _gives_away(new: PersonSet, one: PersonSet, other: PersonSet, *, signs: _Signs, floor: int) -> bool:
    """The exact question for three sets whose sizes fit the signs."""
    signed = ((signs.new, new), (signs.one, one), (signs.other, other))
    (whole,) = (each.bits for sign, each in signed if sign == (-1 if signs.covers else 1))
    left, right = (each.bits for sign, each in signed if sign == (1 if signs.covers else -1))
    if not signs.covers:
        return left.isdisjoint(right) and left.issubset(whole) and right.issubset(whole)
    excess = len(left) + len(right) - len(whole)
    return whole.issubset(left | right) and (excess < floor or not (left & right).issubset(whole))
