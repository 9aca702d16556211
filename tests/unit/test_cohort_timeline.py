"""The drawing of an expression's time: nothing overlaps, nothing is told by colour alone."""

import re
from typing import Any
from xml.etree import ElementTree

import pytest

from maillage.base.i18n import in_language
from maillage.cohort import parse_expression
from maillage.cohort.explain import draw_timeline
from tests.support.circe import FULL, cohort, concept_set, correlated, group, rule

SVG = "{http://www.w3.org/2000/svg}"
DRUG: dict[str, Any] = {"DrugExposure": {"CodesetId": 0}}


def drawn(expression: dict[str, Any], language: str = "fr") -> ElementTree.Element:
    with in_language(language):
        return ElementTree.fromstring(draw_timeline(parse_expression(expression)))  # noqa: S314 - our own


def many(count: int) -> dict[str, Any]:
    """As many rules as asked, whose windows lie everywhere, under names of every length."""
    sides = [(-400, -30), (-1, 1), (0, 0), (0, 3650), (None, -1), (30, None), (None, None)]
    rules = [
        rule(
            group(_windowed(*sides[rank % len(sides)], kind=rank % 3, index_end=rank % 5 == 0)),
            "nom " * (rank + 1),
        )
        for rank in range(count)
    ]
    return cohort(DRUG, ConceptSets=[concept_set(0, 1)], InclusionRules=rules, Title="titre")


def _windowed(low: int | None, high: int | None, *, kind: int, index_end: bool) -> dict[str, Any]:
    window = {"Start": _side(low, -1), "End": _side(high, 1), "UseIndexEnd": index_end}
    return correlated(DRUG, kind=kind, count=0 if kind == 0 else 2, StartWindow=window)


def _side(days: int | None, unbounded: int) -> dict[str, int]:
    return {"Coeff": unbounded} if days is None else {"Days": abs(days), "Coeff": -1 if days < 0 else 1}


def boxes(svg: ElementTree.Element) -> list[tuple[float, float, float, float]]:
    """About what each text covers: left, top, right, bottom."""
    return [_box(text) for text in svg.iter(f"{SVG}text")]


def _box(text: ElementTree.Element) -> tuple[float, float, float, float]:
    size = float(text.get("font-size", 13))
    width = len(text.text or "") * size * (0.56 if text.get("font-weight") else 0.52)
    x, y = float(text.get("x", 0)), float(text.get("y", 0))
    left = {"middle": x - width / 2, "end": x - width}.get(text.get("text-anchor", "start"), x)
    return left, y - 0.8 * size, left + width, y + 0.2 * size


def overlap(one: tuple[float, float, float, float], other: tuple[float, float, float, float]) -> bool:
    return one[0] < other[2] and other[0] < one[2] and one[1] < other[3] and other[1] < one[3]


BEFORE = cohort(DRUG, ConceptSets=[concept_set(0, 1)], InclusionRules=[rule(group(correlated(DRUG)))])
BEFORE["EndStrategy"] = {"DateOffset": {"DateField": "EndDate", "Offset": 0}}


@pytest.mark.parametrize("language", ["fr", "en"])
@pytest.mark.parametrize("expression", [many(1), many(7), many(30), BEFORE, FULL])
def test_no_two_texts_overlap_and_all_lie_inside(expression: dict[str, Any], language: str) -> None:
    svg = drawn(expression, language)
    found = boxes(svg)
    assert len(found) > 8
    assert [pair for pair in _pairs(found) if overlap(*pair)] == []
    height = float(svg.get("height", 0))
    assert all(box[0] >= 0 and box[2] <= 960 and box[3] <= height for box in found)


def _pairs(found: list[Any]) -> list[tuple[Any, Any]]:
    return [(one, other) for rank, one in enumerate(found) for other in found[:rank]]


def test_bars_stay_inside_and_lie_where_their_days_are() -> None:
    svg = drawn(many(30))
    bars = [bar for row in svg.findall(f"{SVG}g") for bar in row.findall(f"{SVG}rect")]
    assert len(bars) > 30
    for bar in bars:
        left, width = float(bar.get("x", 0)), float(bar.get("width", 0))
        assert 415 <= left <= left + width <= 955


def test_before_lies_left_of_after() -> None:
    before, after = (
        drawn(cohort(DRUG, ConceptSets=[concept_set(0, 1)], InclusionRules=[rule(group(one))]))
        for one in (_windowed(-30, -1, kind=2, index_end=False), _windowed(1, 30, kind=2, index_end=False))
    )
    assert _middle(before) < _entry(before)
    assert _middle(after) > _entry(after)


def _middle(svg: ElementTree.Element) -> float:
    bar = next(bar for bar in svg.iter(f"{SVG}rect") if bar.get("fill") == "#3a3a3a")
    return float(bar.get("x", 0)) + float(bar.get("width", 0)) / 2


def _entry(svg: ElementTree.Element) -> float:
    line = next(path for path in svg.findall(f"{SVG}path") if path.get("stroke-dasharray"))
    return float(re.findall(r"[\d.]+", line.get("d", ""))[0])


def test_a_stay_until_the_end_of_the_event_has_a_length() -> None:
    stay = next(bar for bar in drawn(BEFORE).iter(f"{SVG}rect") if bar.get("fill") == "#a8a8a8")
    assert float(stay.get("width", 0)) > 50


def test_forbidden_has_its_shape_and_its_words() -> None:
    svg = drawn(many(1))
    fills = {bar.get("fill") for bar in svg.iter(f"{SVG}rect")}
    assert "url(#maillage-hatch)" in fills
    texts = " ".join(text.text or "" for text in svg.iter(f"{SVG}text"))
    assert "N’avoir aucune prise de médicament" in texts


@pytest.mark.parametrize("language", ["fr", "en"])
def test_it_can_be_read_aloud_and_printed_in_grey(language: str) -> None:
    svg = drawn(FULL, language)
    assert svg.get("role") == "img"
    title, desc = svg.find(f"{SVG}title"), svg.find(f"{SVG}desc")
    assert title is not None
    assert title.text == "whole"
    assert desc is not None
    assert len(desc.text or "") > 200
    colours = re.findall(r"#([0-9a-f]{3,6})\b", ElementTree.tostring(svg, encoding="unicode"))
    assert all(len(set(re.findall(".." if len(one) == 6 else ".", one))) == 1 for one in colours)


def test_a_hostile_name_stays_a_text() -> None:
    svg = drawn(cohort({"Death": {}}, Title="<script>&\x1b"))
    assert svg.findall(f".//{SVG}script") == []
