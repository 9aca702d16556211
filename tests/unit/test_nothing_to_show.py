"""A result with nothing to show says why; nobody and too few persons have the same words."""

from typing import Any

import pytest

from maillage.analysis.base import Asked
from maillage.analysis.registry import load_chart
from maillage.base.i18n import in_language

HIDDEN = {"suppressed": "protected"}
SOME: dict[str, Any] = {"persons": {"count": 400}, "contributing": ["a"], "left_out": [], "repeated": []}
ROW = {"key": "1503297", "persons": {"count": 40}, "of": {"count": 400}, "contributing": ["a"]}
ROW |= {"complete": True, "amounts": {}, "measured": None}


def tell_outcomes(rows: list[dict[str, Any]]) -> list[tuple[str, int]]:
    figures = {"group": None, "tau2": 0.0, "phi": 1.0, "hospitals": []}
    tables = [{"id": "outcome", "kind": "groups", "rows": rows}]
    charts = load_chart("outcomes").charts(SOME | {"tables": tables, "figures": figures})
    return [(chart.note, len(chart.table.rows)) for chart in charts]


def test_an_outcome_of_nobody_and_of_too_few_is_told_alike() -> None:
    hidden = ROW | {"key": "all", "persons": HIDDEN, "of": HIDDEN, "contributing": []}
    ((note, rows),) = tell_outcomes([])
    assert "personne n’a" in note
    assert "trop peu" in note
    assert rows == 0
    assert tell_outcomes([hidden]) == [(note, 0)]


def tell_table_1(**parameters: Any) -> dict[str, str]:
    """What stands under each of its charts without a row, by title."""
    tables = [{"id": "condition_before", "kind": "groups", "rows": [ROW]}]
    charts = load_chart("characterise").charts(SOME | {"tables": tables}, asked=Asked(parameters=parameters))
    return {chart.title: chart.note for chart in charts if not chart.table.rows}


def test_a_class_that_no_concept_has_is_told_where_its_table_would_be() -> None:
    told = tell_table_1(domains="drug", levels={"drug": "ATC 99"})
    assert set(told) == {"Médicaments, avant", "Médicaments, après"}
    assert all("« ATC 99 »" in note and "trop peu" in note for note in told.values())


def test_only_what_was_asked_is_missing() -> None:
    assert set(tell_table_1(domains=["condition"])) == {"Diagnostics, après"}
    with in_language("en"):
        assert all(note.startswith("Nothing is shown") for note in tell_table_1().values())


@pytest.mark.parametrize("name", ["outcomes", "characterise"])
def test_before_anybody_has_answered_there_is_nothing(name: str) -> None:
    nobody = SOME | {
        "contributing": [],
        "tables": [],
        "figures": {"group": None, "hospitals": [], "tau2": 0.0},
    }
    assert load_chart(name).charts(nobody) == []
