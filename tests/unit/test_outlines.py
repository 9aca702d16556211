"""The map: every department once, light enough for a page, framed on the group."""

from collections import Counter
from math import cos, pi, sin
from typing import Any

import pytest

from maillage.analysis.departments.outlines import Outline, load_names, load_outlines
from maillage.analysis.departments.thinning import thin
from maillage.hub.portal.network.map import draw_map


def site(name: str, department: str, **changes: Any) -> dict[str, Any]:
    usual = {
        "id": name,
        "name": name,
        "department": department,
        "sentence": "Connecté.",
        "tone": "good",
        "rank": 1,
    }
    return usual | changes


def test_every_department_is_there_and_the_whole_is_light() -> None:
    outlines = load_outlines()
    metropolitan = {f"{number:02}" for number in range(1, 96)} - {"20"} | {"2A", "2B"}
    assert set(outlines) == metropolitan | {f"97{number}" for number in range(1, 7)}
    assert sum(len(outline.path) for outline in outlines.values()) < 60_000
    assert all(outline.rings for outline in outlines.values())


def test_neighbours_share_their_border() -> None:
    """Simplified apart, they would leave gaps."""
    rhone, loire = (load_outlines()[code] for code in ("69", "42"))
    shared = {point for ring in rhone.rings for point in ring} & {
        point for ring in loire.rings for point in ring
    }
    assert len(shared) > 8


def test_thinned_neighbours_still_share_their_border() -> None:
    whole, thinned = load_outlines(), thin(load_outlines(), least=4)
    points = {code: {point for ring in one.rings for point in ring} for code, one in thinned.items()}
    kept = {point for one in whole.values() for ring in one.rings for point in ring}
    assert sum(map(len, points.values())) < 0.5 * sum(len(r) for one in whole.values() for r in one.rings)
    assert all(one <= kept for one in points.values()), "no point is moved"
    assert len(points["69"] & points["42"]) > 4
    for code, one in whole.items():
        (before, after) = ({p for ring in outlines.rings for p in ring} for outlines in (one, thinned[code]))
        shared = before & {p for ring in whole["69"].rings for p in ring}
        assert code == "69" or shared & after == shared & points["69"], f"a gap opens beside {code}"
    assert all(len(ring) > 2 for one in thinned.values() for ring in one.rings)


def test_where_three_departments_meet_the_point_stays() -> None:
    """Dropped, it would open a gap between them."""
    owners = Counter(
        point for one in load_outlines().values() for point in {p for ring in one.rings for p in ring}
    )
    meeting = {point for point, count in owners.items() if count > 2}
    thinned = thin(load_outlines(), least=4)
    assert len(meeting) > 100
    assert meeting <= {point for one in thinned.values() for ring in one.rings for point in ring}


@pytest.mark.parametrize("corners", [3, 4, 5, 6, 12])
def test_the_smallest_island_keeps_an_area(corners: int) -> None:
    around = [
        (round(9 * cos(2 * pi * k / corners)), round(9 * sin(2 * pi * k / corners))) for k in range(corners)
    ]
    thinned = thin({"x": Outline("x", (tuple(around),))}, least=10_000)
    assert 3 <= len(thinned["x"].rings[0]) <= corners


def test_islands_far_away_stay_in_their_box() -> None:
    """A ring that is not closed before the next begins would be joined to it across the sea."""
    saint_pierre, finistere = (load_outlines()[code] for code in ("975", "29"))
    assert saint_pierre.box[2] < finistere.box[0]


def test_every_department_has_a_name() -> None:
    assert set(load_names()) == set(load_outlines())
    assert load_names()["2A"] == "Corse-du-Sud"


def test_the_map_frames_the_group_and_marks_each_hospital() -> None:
    found = draw_map([site("hcl", "69"), site("saint-etienne", "42"), site("elsewhere", "")])
    assert found is not None
    assert [mark.site for mark in found.marks] == ["hcl", "saint-etienne"]
    left, top, right, bottom = found.frame
    assert all(left < mark.x < right and top < mark.y < bottom for mark in found.marks)
    assert {outline.code for outline in found.own} == {"69", "42"}
    assert "29" not in {outline.code for outline in found.around}, "what is out of the frame is not sent"


def test_two_hospitals_of_one_department_stand_apart() -> None:
    found = draw_map([site("a", "69"), site("b", "69")])
    assert found is not None
    first, second = found.marks
    assert (first.x, first.y) != (second.x, second.y)


def test_without_a_place_there_is_no_map() -> None:
    assert draw_map([site("a", ""), site("b", "99")]) is None
