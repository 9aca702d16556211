"""Outlines with fewer points, for a drawing that is smaller than a page.

After Visvalingam and Whyatt (1993): the point that makes the smallest triangle with its two neighbours goes
first. A border is thinned once for both of its departments, so that no gap opens; where three meet, the point
stays.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace

from maillage.analysis.departments.outlines import Outline, Point

Ring = Sequence[Point]

# Of five, one pass may take two.
_LEAST_POINTS = 4


def thin(outlines: Mapping[str, Outline], *, least: float) -> dict[str, Outline]:
    """The same outlines without the points that stand for less than `least` squares of the grid."""
    rings = [ring for outline in outlines.values() for ring in outline.rings]
    while dropped := _choose(rings, least=least):
        rings = [_drop(ring, dropped) for ring in rings]
    thinned = iter(rings)
    return {
        code: replace(outline, rings=tuple(tuple(next(thinned)) for _ring in outline.rings))
        for code, outline in outlines.items()
    }


def _choose(rings: Sequence[Ring], *, least: float) -> set[Point]:
    """What goes in one pass: the smallest first, never two neighbours at once."""
    chosen: set[Point] = set()
    kept: set[Point] = set()
    for area, point, before, after in sorted(_list_triangles(rings)):
        if area < least and point not in kept:
            chosen.add(point)
            kept |= {before, after}
    return chosen


def _list_triangles(rings: Sequence[Ring]) -> Iterator[tuple[float, Point, Point, Point]]:
    """Each point that has the same two neighbours in every ring, with the area that the three enclose."""
    beside: dict[Point, set[frozenset[Point]]] = {}
    needed: set[Point] = set()
    for ring in rings:
        if len(ring) <= _LEAST_POINTS:
            needed.update(ring)
        for rank, point in enumerate(ring):
            beside.setdefault(point, set()).add(frozenset((ring[rank - 1], ring[(rank + 1) % len(ring)])))
    for point, pairs in beside.items():
        (pair, *others) = pairs
        if not others and len(pair) > 1 and point not in needed:
            before, after = sorted(pair)
            yield _measure(before, point, after), point, before, after


def _measure(a: Point, b: Point, c: Point) -> float:
    return abs((b[0] - a[0]) * (c[1] - a[1]) - (c[0] - a[0]) * (b[1] - a[1])) / 2


def _drop(ring: Ring, dropped: set[Point]) -> Ring:
    return [point for point in ring if point not in dropped]
