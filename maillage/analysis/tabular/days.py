"""Who has which concepts around their index date, from the day copies of a warehouse: a few numbers a day."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray
from sqlglot import exp

from maillage.analysis.tabular.people import People, sort_distinct
from maillage.analysis.tabular.windows import Window, is_after
from maillage.cohort.compile.sql import col, equal, in_numbers, inner_join, named, num, select, table, text
from maillage.warehouse.engines.base import DayCopy, Engine

_Ints = NDArray[np.int64]

Holders = Mapping[str, tuple[_Ints, _Ints]]
"""By name: the places of those who have it before the index date or on it, and of those who have it after."""

Bits = Mapping[int, int]
"""The concepts of one key, such as a feature: by band, their mask."""

_NOBODY: _Ints = np.array([], dtype=np.int64)
_SIDES = (0, 1)


@dataclass(frozen=True)
class _Side:
    """Those who have concepts of a band on one side: places in order, and of each byte of the mask a row."""

    places: _Ints
    masks: NDArray[np.uint8]

    def flags(self, mask: int) -> NDArray[np.bool_]:
        """Who has one of the concepts."""
        # A feature of one concept reads one byte a person.
        parts = [
            (row, part) for row, part in zip(self.masks, mask.to_bytes(8, "little"), strict=True) if part
        ]
        found = parts[0][0] & parts[0][1]
        for row, part in parts[1:]:
            found |= row & part
        return found != 0


@dataclass(frozen=True)
class Days:
    """By band and side (0 before the index date or on it, 1 after), who has which concepts."""

    copy: DayCopy
    sides: Mapping[tuple[int, int], _Side]

    def find(self, bits: Bits) -> tuple[_Ints, _Ints]:
        """The places, in order, of those who have one of the concepts, on each side."""
        before, after = (
            [side.places.take(np.flatnonzero(side.flags(mask))) for side, mask in self._read(bits, number)]
            for number in _SIDES
        )
        return _join(before), _join(after)

    def count(self, bits: Bits) -> tuple[int, int]:
        """How many they are."""
        if len(bits) > 1:
            before, after = self.find(bits)
            return len(before), len(after)
        before, after = (
            sum(int(np.count_nonzero(side.flags(mask))) for side, mask in self._read(bits, number))
            for number in _SIDES
        )
        return before, after

    def _read(self, bits: Bits, number: int) -> Iterator[tuple[_Side, int]]:
        for band, mask in bits.items():
            if (band, number) in self.sides:
                yield self.sides[band, number], mask


def read_days(
    copy: DayCopy, *, people: People, window: Window, engine: Engine, bands: Collection[int] | None = None
) -> Days:
    """What the persons have in their windows: of every band, or of some."""
    if bands is not None and not bands:
        return Days(copy, {})
    size = len(people.ids)
    key, mask = engine.fetch_integers(_days(copy, people=people, window=window, size=size, bands=bands))
    order = np.argsort(key)
    key = key[order]
    first = np.flatnonzero(np.diff(key, prepend=-1))
    if not len(first):
        return Days(copy, {})
    key, mask = key[first], np.bitwise_or.reduceat(mask[order], first)
    # A band and side holds the keys from its number times the size on.
    cuts = np.searchsorted(key, np.arange(int(key[-1]) // size + 2) * size).tolist()
    return Days(
        copy,
        {
            divmod(number, len(_SIDES)): _Side(key[start:end] - number * size, _split_bytes(mask[start:end]))
            for number, (start, end) in enumerate(pairwise(cuts))
            if start < end
        },
    )


def _split_bytes(mask: _Ints) -> NDArray[np.uint8]:
    """The lowest byte of each, then the next ones: eight rows."""
    return np.ascontiguousarray(mask.astype("<i8", copy=False).view(np.uint8).reshape(-1, 8).T)


def find_commonest(days: Days, *, engine: Engine, level: str, least: int, most: int) -> Holders:
    """As `events.find_common`."""
    concepts = {
        key: bits for key, bits in _read_bits(_concepts(days.copy, level), engine=engine).items() if key
    }
    counted = [(-persons, key) for key, bits in concepts.items() for persons in days.count(bits)]
    ranked = [key for persons, key in sorted(counted) if -persons >= least]
    chosen = list(dict.fromkeys(ranked))[:most]
    return {str(key): days.find(concepts[key]) for key in chosen}


def read_sets(copy: DayCopy, codes: str, *, numbers: Sequence[int], engine: Engine) -> Mapping[int, Bits]:
    """The concepts of each numbered set of a temporary table (codeset_id, concept_id)."""
    of_set = [equal(col("k", "concept_id"), col("p", "concept_id"))]
    query = select(
        [named(col("k", "codeset_id"), "key"), col("p", "band"), col("p", "bit")],
        table(copy.concepts, "p"),
        joins=[inner_join(table(codes, "k"), of_set)],
    )
    found = _read_bits(query, engine=engine)
    return {number: found.get(number, {}) for number in numbers}


def join_level(concept: exp.Expr, level: str) -> list[exp.Join]:
    """The ancestors `a` of a concept that are of a class (`concept_class_id`)."""
    of_class = [
        equal(col("c", "concept_id"), col("a", "ancestor_concept_id")),
        equal(col("c", "concept_class_id"), text(level)),
    ]
    return [
        inner_join(table("concept_ancestor", "a"), [equal(col("a", "descendant_concept_id"), concept)]),
        inner_join(table("concept", "c"), of_class),
    ]


def _days(
    copy: DayCopy, *, people: People, window: Window, size: int, bands: Collection[int] | None
) -> exp.Query:
    """(key, mask): the key holds band, side and place, for one number is sorted sooner than three."""
    start = col("d", "start_date")
    side = _add(_times(col("d", "band"), len(_SIDES)), is_after(start))
    return select(
        [named(_add(_times(side, size), col("i", "place")), "key"), col("d", "mask")],
        table(copy.table, "d"),
        joins=[inner_join(table(people.table, "i"), [equal(col("i", "person_id"), col("d", "person_id"))])],
        where=[
            *window.covers(start.copy()),
            *([] if bands is None else [in_numbers(col("d", "band"), bands)]),
        ],
    )


def _add(left: exp.Expr, right: exp.Expr) -> exp.Expr:
    return exp.Paren(this=exp.Add(this=left, expression=right))


def _times(left: exp.Expr, times: int) -> exp.Expr:
    return exp.Mul(this=left, expression=num(times))


def _concepts(copy: DayCopy, level: str) -> exp.Query:
    """(key, band, bit) of each concept, or of each ancestor of a class."""
    key = col("a", "ancestor_concept_id") if level else col("p", "concept_id")
    return select(
        [named(key, "key"), col("p", "band"), col("p", "bit")],
        table(copy.concepts, "p"),
        joins=join_level(col("p", "concept_id"), level) if level else [],
    )


def _read_bits(query: exp.Query, *, engine: Engine) -> Mapping[int, Bits]:
    found: defaultdict[int, dict[int, int]] = defaultdict(dict)
    for key, band, bit in zip(*(column.tolist() for column in engine.fetch_integers(query)), strict=True):
        found[key][band] = found[key].get(band, 0) | 1 << bit
    return found


def _join(parts: Sequence[_Ints]) -> _Ints:
    """Places of any of them, in order and once."""
    if len(parts) == 1:
        return parts[0]
    return sort_distinct(np.concatenate(parts)) if parts else _NOBODY
