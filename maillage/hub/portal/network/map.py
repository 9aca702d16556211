"""The map of the group: which departments are in the frame, where each hospital's mark stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from maillage.analysis.departments.outlines import Outline, load_outlines

Box = tuple[int, int, int, int]

# A group of one town is shown with its region around it: so many steps of the grid at least.
_LEAST_WIDTH = 260
_MARGIN = 28


@dataclass(frozen=True)
class Mark:
    """A hospital on the map. `rank` is its number in the list; those of one department stand side by side."""

    site: str
    name: str
    sentence: str
    tone: str
    rank: int
    x: int
    y: int


@dataclass(frozen=True)
class Map:
    """The departments in the frame, those of the group among them, and the marks."""

    frame: Box
    around: tuple[Outline, ...]
    own: tuple[Outline, ...]
    marks: tuple[Mark, ...]

    @property
    def view_box(self) -> str:
        """The frame as SVG wants it."""
        left, top, right, bottom = self.frame
        return f"{left} {top} {right - left} {bottom - top}"


def draw_map(sites: Sequence[Mapping[str, Any]]) -> Map | None:
    """The map of these hospitals; None while none of them has a department."""
    outlines = load_outlines()
    placed = [site for site in sites if site["department"] in outlines]
    if not placed:
        return None
    own = {site["department"]: outlines[site["department"]] for site in placed}
    frame = _frame([outline.box for outline in own.values()])
    seen = (outline for outline in outlines.values() if _meet(outline.box, frame))
    return Map(
        frame,
        tuple(outline for outline in seen if outline.code not in own),
        tuple(own.values()),
        tuple(_place(placed, outlines=own)),
    )


def _place(sites: Sequence[Mapping[str, Any]], *, outlines: Mapping[str, Outline]) -> list[Mark]:
    marks: list[Mark] = []
    taken: dict[str, int] = {}
    for site in sites:
        x, y = outlines[site["department"]].middle
        neighbours = taken.setdefault(site["department"], 0)
        taken[site["department"]] += 1
        marks.append(
            Mark(
                site["id"],
                site["name"],
                site["sentence"],
                site["tone"],
                rank=site["rank"],
                x=x + 15 * neighbours,
                y=y,
            )
        )
    return marks


def _frame(boxes: Sequence[Box]) -> Box:
    """Around all of them, with a margin, not narrower than a region."""
    left, top = min(box[0] for box in boxes) - _MARGIN, min(box[1] for box in boxes) - _MARGIN
    right, bottom = max(box[2] for box in boxes) + _MARGIN, max(box[3] for box in boxes) + _MARGIN
    more = max(0, _LEAST_WIDTH - (right - left)) // 2
    tall = max(0, int(0.72 * (right - left + 2 * more)) - (bottom - top)) // 2
    return left - more, top - tall, right + more, bottom + tall


def _meet(one: Box, other: Box) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]
