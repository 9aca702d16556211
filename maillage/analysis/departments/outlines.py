"""Outlines of the French departments, from an installed package, made light enough to stand in a page.

Points are snapped to a grid and repeated ones dropped: two departments that share a border snap it alike, so
that no gap opens between them, which simplifying each by itself would do.
"""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property
from importlib.resources import files
from importlib.util import find_spec
from itertools import pairwise
from typing import Final

Point = tuple[int, int]

_PACKAGE: Final = "pygal_maps_fr"
# Of the drawing's own units: France is 2000 of them wide.
_GRID: Final = 3.0
_LEAST_AREA: Final = 24
_DEPARTMENT = re.compile(r'<g class="z(\w+) departement [^>]*>\s*<path d="([^"]+)"')
# The first table of its module; the second names the regions of 2012.
_NAMES = re.compile(r"DEPARTMENTS = \{(.*?)\n\}", re.DOTALL)
_NAME = re.compile(r"'(\w+)': u\(\"([^\"]+)\"\)")
_TOKEN = re.compile(r"[a-zA-Z]|-?\d*\.?\d+(?:e-?\d+)?")
# How many numbers a command takes for each point; of a curve only its end is kept.
_TAKES: Final[Mapping[str, int]] = {"m": 2, "l": 2, "c": 6}


@dataclass(frozen=True)
class Outline:
    """A department: its number, its rings in steps of the grid, the box around them."""

    code: str
    rings: tuple[tuple[Point, ...], ...]

    @cached_property
    def box(self) -> tuple[int, int, int, int]:
        """Left, top, right, bottom."""
        xs, ys = zip(*(point for ring in self.rings for point in ring), strict=True)
        return min(xs), min(ys), max(xs), max(ys)

    @cached_property
    def middle(self) -> Point:
        """The centre of gravity of its largest ring, where a mark stands."""
        ring = max(self.rings, key=lambda points: abs(_area(points)))
        area = _area(ring)
        pairs = [(a, b, a[0] * b[1] - b[0] * a[1]) for a, b in _edges(ring)]
        x = sum((a[0] + b[0]) * cross for a, b, cross in pairs) / (6 * area)
        y = sum((a[1] + b[1]) * cross for a, b, cross in pairs) / (6 * area)
        return round(x), round(y)

    @cached_property
    def path(self) -> str:
        """The SVG path, in relative steps, which are short to write."""
        return "".join(_write(ring) for ring in self.rings)


@cache
def load_outlines() -> Mapping[str, Outline]:
    """Every department by its number: 01 to 95, 2A, 2B, 971 to 976. Read once, in a tenth of a second.

    Raises ModuleNotFoundError where pygal-maps-fr is not installed; so does `load_names`.
    """
    text = _read_file("fr.departments.svg")
    rings: dict[str, tuple[tuple[Point, ...], ...]] = {}
    # Paris and its neighbours are drawn in their place, and larger beside.
    for code, path in _DEPARTMENT.findall(text):
        rings[code.upper()] = (*rings.get(code.upper(), ()), *_simplify(path))
    return {code: Outline(code, found) for code, found in rings.items()}


@cache
def load_names() -> Mapping[str, str]:
    """The name of each department. The module is read, never imported: it would bring in pygal."""
    found = _NAMES.search(_read_file("maps.py"))
    return dict(_NAME.findall(found[1])) if found else {}


def find_name(code: str) -> str:
    """The name of a department, empty where none is known."""
    return load_names().get(code, "") if has_outlines() else ""


def has_outlines() -> bool:
    """Whether pygal-maps-fr is installed: a hub has it, a notebook may do without."""
    return find_spec(_PACKAGE) is not None


def _read_file(name: str) -> str:
    return files(_PACKAGE).joinpath(name).read_text(encoding="utf-8")


def _simplify(path: str) -> Iterator[tuple[Point, ...]]:
    """The rings that are large enough to be seen, the largest in any case."""
    snapped = [ring for ring in map(_snap, _read(path)) if len(ring) > 2 and _area(ring)]
    rings = sorted(snapped, key=lambda ring: -abs(_area(ring)))
    yield from (ring for rank, ring in enumerate(rings) if not rank or abs(_area(ring)) >= _LEAST_AREA)


def _read(path: str) -> Iterator[list[tuple[float, float]]]:
    tokens = _TOKEN.findall(path)
    x = y = 0.0
    ring: list[tuple[float, float]] = []
    command, position = "", 0
    while position < len(tokens):
        if tokens[position].isalpha():
            command = tokens[position]
            position += 1
            # A move begins a ring even where the one before was not closed.
            if command in "zZmM" and ring:
                yield ring
                x, y = ring[0] if command in "zZ" else (x, y)
                ring = []
            if command in "zZ":
                continue
        takes = _TAKES[command.lower()]
        dx, dy = map(float, tokens[position + takes - 2 : position + takes])
        position += takes
        x, y = (dx, dy) if command.isupper() else (x + dx, y + dy)
        ring.append((x, y))
        # Pairs that follow a move are lines.
        command = {"m": "l", "M": "L"}.get(command, command)
    if ring:
        yield ring


def _snap(ring: Sequence[tuple[float, float]]) -> tuple[Point, ...]:
    points = [(round(x / _GRID), round(y / _GRID)) for x, y in ring]
    return tuple(point for rank, point in enumerate(points) if point != points[rank - 1])


def _edges(ring: Sequence[Point]) -> Iterator[tuple[Point, Point]]:
    return zip(ring, [*ring[1:], ring[0]], strict=True)


def _area(ring: Sequence[Point]) -> float:
    return sum(a[0] * b[1] - b[0] * a[1] for a, b in _edges(ring)) / 2


def _write(ring: Sequence[Point]) -> str:
    steps = (f"{b[0] - a[0]} {b[1] - a[1]}" for a, b in pairwise(ring))
    return f"M{ring[0][0]} {ring[0][1]}l{' '.join(steps)}z".replace(" -", "-")
