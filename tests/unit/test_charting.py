"""What is drawn of a cell: a hidden one is hatched, an inexact one has its range; none is ever a zero."""

from collections.abc import Mapping

import pytest

from maillage.analysis.base import Asked
from maillage.analysis.charting import HATCHING, drawn, lying_bars, spread, upright_bars
from maillage.analysis.registry import code_hash, list_analyses, load_chart, load_words

HIDDEN = {"suppressed": "below_floor"}
DOCUMENT = {
    "steps": [{"count": 900}, {"noisy": 500, "deviation": 20}, HIDDEN],
    "years": [
        {"year": 2020, "persons": {"count": 30}, "contributing": ["a", "b"], "complete": True},
        {"year": 2022, "persons": HIDDEN, "contributing": [], "complete": False},
        {"year": 2023, "persons": {"count": 12}, "contributing": ["a"], "complete": False},
    ],
}


@pytest.mark.parametrize(
    ("cell", "value", "between"),
    [
        ({"count": 12}, 12, None),
        ({"noisy": 12, "deviation": 5}, 12, (7, 17)),
        ({"band": [20, 29]}, 24, (20, 29)),
        ({"private": 3, "standard_deviation": 10.0}, 3, (0, 25)),
        (HIDDEN, None, None),
        (None, None, None),
    ],
)
def test_a_cell_is_drawn_at_its_number_or_not_at_all(
    cell: dict[str, object] | None, value: int | None, between: tuple[int, int] | None
) -> None:
    assert drawn(cell) == value
    assert spread(cell) == between


@pytest.mark.parametrize("bars", ["upright", "lying"])
def test_hidden_bars_are_hatched_and_have_no_number(bars: str) -> None:
    rows = [{"name": "A", "cell": {"count": 12}}, {"name": "B", "cell": HIDDEN}]
    spec = (
        upright_bars(rows, name="name", cell="cell", heading="x", label="y")
        if bars == "upright"
        else lying_bars(rows, name="name", cell="cell", label="y")
    )
    shown, hidden = spec["data"]["values"]
    assert (shown["value"], hidden["value"]) == (12, None)
    assert hidden["hidden"]
    hatched = [layer for layer in spec["layer"] if layer["mark"].get("fill") == HATCHING]
    assert any("datum.hidden" in layer["transform"][0]["filter"] for layer in hatched)
    plain = [layer for layer in spec["layer"] if layer not in hatched]
    assert all(
        "!datum.hidden" in str(layer["transform"]) or "low" in str(layer["transform"]) for layer in plain
    )


def test_a_count_is_drawn_by_rule_and_by_year_with_the_same_in_tables() -> None:
    attrition, years = load_chart("count").charts(DOCUMENT, asked=Asked(rules=("Adultes", "Metformine")))
    assert [row["rule"] for row in attrition.table.rows] == [
        "Événement d’entrée",
        "1. Adultes",
        "2. Metformine",
    ]
    assert [row["share"] for row in attrition.table.rows] == ["100 %", "≈ 56 %", None]
    assert attrition.table.rows[2]["persons"] == HIDDEN
    assert "masqué" in attrition.note
    assert [row["year"] for row in years.table.rows] == ["2020", "2021", "2022", "2023"]
    assert years.table.rows[1]["persons"] is None, "a year that nobody tells keeps its place"
    drawn_rows = years.spec["data"]["values"] if years.spec else []
    assert [row["hidden"] for row in drawn_rows] == [False, True, True, False]
    assert [row["partial"] for row in drawn_rows] == [False, True, True, True]
    assert "partie des hôpitaux" in years.note


def test_a_count_of_nobody_has_no_chart() -> None:
    assert load_chart("count").charts({"steps": [], "years": []}) == []


@pytest.mark.parametrize("analysis", list_analyses())
def test_every_analysis_has_words_and_charts(analysis: str) -> None:
    assert load_words(analysis).title
    assert callable(load_chart(analysis).charts)


def test_a_better_sentence_parts_no_node_from_its_hub(monkeypatch: pytest.MonkeyPatch) -> None:
    """What people read of an analysis is outside the hash that a node and its hub must agree on."""
    from maillage.analysis import registry

    told = code_hash("count")
    monkeypatch.setattr(registry, "_FOR_READERS", frozenset())
    code_hash.cache_clear()
    try:
        assert code_hash("count") != told
    finally:
        code_hash.cache_clear()


def test_a_pyramid_has_women_on_one_side_and_hatches_what_is_hidden() -> None:
    def row(key: str, persons: Mapping[str, object]) -> dict[str, object]:
        return {"key": key, "persons": persons, "of": {"count": 90}, "contributing": ["a"], "complete": True}

    rows = [row("F 0-39", HIDDEN), row("F 40+", {"count": 40}), row("M 0-39", {"noisy": 30, "deviation": 5})]
    (chart,) = load_chart("pyramid").charts({"tables": [{"id": "age_sex", "rows": rows}]})
    assert [one["persons"] for one in chart.table.rows] == [one["persons"] for one in rows]
    assert [one["sex"] for one in chart.table.rows] == ["Femmes", "Femmes", "Hommes"]
    places = chart.spec["data"]["values"] if chart.spec else []
    assert [one["value"] for one in places] == [None, -40, 30]
    assert places[0]["hidden"]
    assert places[0]["stub"] < 0
    assert (places[2]["low"], places[2]["high"]) == (25, 35)
    assert "masqué" in chart.note
