"""The map of flows: every department once, a hidden one hatched, the same numbers in its table."""

import re
import sys
from collections.abc import Mapping
from typing import Any

import pytest

from maillage.analysis.base import Asked, ChartSpec, Contribution
from maillage.analysis.charting import HATCHING
from maillage.analysis.registry import load_chart, load_combine
from maillage.analysis.rendering import Form, draw
from maillage.analysis.shading import Share, Untold, word_class

METROPOLITAN = {f"{number:02}" for number in range(1, 96)} - {"20"} | {"2A", "2B"}
REFERENCE = METROPOLITAN | {f"97{number}" for number in range(1, 7)}
WITHHELD = {"suppressed": "withheld"}

LYON = {"69": 500, "01": 200, "73": 63, "974": 12, "99": 20, "unknown": 15, "2A": None}
GRENOBLE = {"38": 700, "69": 40, "01": None}


def answer(residents: Mapping[str, int | None], *, alone: bool = True, hidden: int = 40) -> Contribution:
    """A hospital's answer; None is a number that a checker withheld, `hidden` the persons in no row."""
    rows = [
        {"key": key, "persons": {"count": number} if number else WITHHELD, "amounts": {}}
        for key, number in residents.items()
    ]
    table = {"id": "residence", "rows": rows, "rest": {"suppressed": "protected"}}
    whole = {"count": sum(filter(None, residents.values())) + hidden}
    return Contribution({"persons": whole, "tables": [table], "repeated": False}, alone)


def combine(**answers: Contribution) -> dict[str, Any]:
    return load_combine("flows")(answers, floor=5, minimum_sites=3)


def chart_all(document: Mapping[str, Any]) -> list[ChartSpec]:
    return load_chart("flows").charts(document, asked=Asked(sites={"hcl": "Lyon", "chuga": "Grenoble"}))


@pytest.fixture
def document() -> dict[str, Any]:
    return combine(hcl=answer(LYON), chuga=answer(GRENOBLE))


def shapes_of(chart: ChartSpec) -> dict[str, dict[str, Any]]:
    assert chart.spec is not None
    values = chart.spec["data"]["values"]
    found = {value["code"]: value for value in values}
    assert len(found) == len(values), "no department twice"
    return found


def lines_of(chart: ChartSpec) -> dict[str, Mapping[str, Any]]:
    return {row["row"].partition(" ")[0]: row for row in chart.table.rows}


def test_the_map_has_each_department_once(document: dict[str, Any]) -> None:
    shapes = shapes_of(chart_all(document)[0])
    assert set(shapes) == REFERENCE
    assert all(shape["geometry"]["coordinates"] for shape in shapes.values())


def test_a_known_flow_colours_its_department(document: dict[str, Any]) -> None:
    """Of 1630 persons 540 live in the Rhône and 700 in the Isère: both above a quarter."""
    shapes = shapes_of(chart_all(document)[0])
    classes = {code: shape["class"] for code, shape in shapes.items() if shape["share"] is not None}
    assert classes == {
        "69": "au moins 25 %",
        "38": "au moins 25 %",
        "01": "10 à 25 %",
        "73": "1 à 5 %",
        "974": "moins de 1 %",
    }


def test_what_is_hidden_is_hatched_and_what_is_not_told_is_empty(document: dict[str, Any]) -> None:
    chart = chart_all(document)[0]
    shapes = shapes_of(chart)
    assert [code for code, shape in shapes.items() if shape["class"] == "masqué"] == ["2A"]
    assert shapes["2A"]["share"] is None
    assert shapes["29"]["class"] == "rien de montré"
    scale = chart.spec["layer"][0]["encoding"]["fill"]["scale"] if chart.spec else {}
    fills = dict(zip(scale["domain"], scale["range"], strict=True))
    assert (fills["masqué"], fills["rien de montré"]) == (HATCHING, "transparent")
    assert lines_of(chart)["2A"]["persons"] == {"suppressed": "protected"}
    assert "masqué" in chart.note
    assert "29" not in lines_of(chart)


def test_the_table_says_what_the_map_shows(document: dict[str, Any]) -> None:
    chart = chart_all(document)[0]
    lines, shapes = lines_of(chart), shapes_of(chart)
    shown = {code for code, shape in shapes.items() if shape["class"] != "rien de montré"}
    assert set(lines) == shown | {"Étranger", "Résidence"}, "who lives in no department is in the table alone"
    assert "Étranger" in chart.note
    whole = document["persons"]["count"]
    for code in shown - {"2A"}:
        assert lines[code]["persons"]["count"] / whole == shapes[code]["share"]
        assert f"{100 * shapes[code]['share']:.1f}".replace(".", ",") in lines[code]["share"]


def test_a_number_says_on_how_many_hospitals_it_rests(document: dict[str, Any]) -> None:
    """Savoie is told by Lyon alone, of the group's 1630 persons: what Grenoble may hide is not in it."""
    chart = chart_all(document)[0]
    lines = lines_of(chart)
    assert (lines["69"]["share"], lines["69"]["sites"]) == ("33,1 %", "2 sur 2")
    assert (lines["73"]["share"], lines["73"]["sites"]) == ("≥ 3,9 %", "1 sur 2")
    assert "n’est dans aucun nombre" in chart.note
    whole = chart_all(combine(hcl=answer({"69": 90, "38": 10}), chuga=answer({"69": 10, "38": 90})))[0]
    assert "≥" not in whole.note + str(whole.table)


def test_the_catchment_has_a_thick_border(document: dict[str, Any]) -> None:
    chart = chart_all(document)[0]
    assert {code for code, one in shapes_of(chart).items() if one["framed"]} == {"69", "38", "01"}
    assert "Bord épais" in chart.note


@pytest.mark.parametrize(
    ("share", "words"),
    [
        (0.0099, "moins de 1 %"),
        (0.01, "1 à 5 %"),
        (0.25, "au moins 25 %"),
        (1.0, "au moins 25 %"),
        (Untold.HIDDEN, "masqué"),
        (Untold.NOTHING, "rien de montré"),
    ],
)
def test_a_bound_belongs_to_the_class_above_it(share: Share, words: str) -> None:
    assert word_class(share) == words


@pytest.mark.parametrize("form", list(Form))
def test_the_drawing_is_small_and_hatches_one_shape(document: dict[str, Any], form: Form) -> None:
    svg = draw(chart_all(document)[0], form=form)
    assert len(svg.encode()) < 90_000
    (pattern,) = re.findall(r'<pattern id="(masque-\w+)"', svg)
    assert svg.count(f'fill="url(#{pattern})"') == 2, "the Corse-du-Sud, and the legend"
    assert len(re.findall(r'<path[^>]* d="M[^"]{20,}"', svg)) >= len(REFERENCE)


def test_departments_across_hospitals(document: dict[str, Any]) -> None:
    chart = chart_all(document)[1]
    lines = lines_of(chart)
    assert (lines["69"]["hcl"], lines["69"]["chuga"]) == ({"count": 500}, {"count": 40})
    assert (lines["01"]["chuga"], lines["73"]["chuga"]) == (WITHHELD, None)
    places = chart.spec["data"]["values"] if chart.spec else []
    found = {(place["line"], place["column"]): place for place in places}
    assert found["69 Rhône", "Lyon"]["class"] == "au moins 25 %"
    assert found["69 Rhône", "Lyon"]["value"] == 500
    assert (found["01 Ain", "Grenoble"]["class"], found["01 Ain", "Grenoble"]["value"]) == ("masqué", None)
    assert found["73 Savoie", "Grenoble"]["class"] == "rien de montré"
    assert "Étranger" in lines
    assert not any(line == "Étranger" for line, _column in found)


def test_a_hospital_that_is_not_shown_alone_has_no_column() -> None:
    mixed = {name: answer({"69": 90, "38": 80}, alone=False) for name in ("a", "b", "c")}
    assert [chart.title for chart in chart_all(combine(**mixed))] == ["Département de résidence"]
    beside = chart_all(combine(hcl=answer(LYON), **mixed))[1]
    assert [column.key for column in beside.table.columns] == ["row", "name", "hcl"]


def test_without_the_outlines_there_are_bars_and_their_reason(
    document: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pygal_maps_fr", None)
    chart = chart_all(document)[0]
    assert "pygal-maps-fr" in chart.note
    assert chart.spec is not None
    assert [row["row"] for row in chart.spec["data"]["values"]][:2] == ["38", "69"]
    assert draw(chart, form=Form.WIDE)


def test_where_no_department_is_shown_that_is_said_and_nothing_is_zero() -> None:
    """As when the same persons were told before in other words: a number, and no table."""
    told = Contribution({"persons": {"count": 90}, "tables": [], "repeated": True}, True)
    origins, hospitals = chart_all(combine(hcl=told))
    assert (origins.spec, origins.table.rows) == (None, ())
    assert "Aucun département" in origins.note
    (row,) = hospitals.table.rows
    assert {row[name] for name in ("catchment", "covered", "leaks", "attracted", "attraction")} == {"–"}


def test_nothing_to_show_has_no_map() -> None:
    assert chart_all(combine()) == []
