"""What `.plot()` gives a notebook: the portal's drawing, its specification, its table; or a reason."""

import json
import sys
from pathlib import Path
from typing import Any

import pytest

from maillage.client import AnalysisResult, ClientError, CountResult, show_progress
from maillage.client.plots import SVG, VEGA_LITE, DrawingMissingError, PlotMissingError
from maillage.client.typed import read_any
from tests.unit.test_charting import DOCUMENT

SITE = {"id": "hcl", "name": "HCL", "sentence": "", "engine_ms": None, "content": None}
EMPTY: dict[str, Any] = {
    "persons": {"suppressed": "too_few_sites"},
    "contributing": [],
    "left_out": [],
    "repeated": [],
    "steps": [],
    "years": [],
    "tables": [],
    "figures": {},
}


def write_document(combined: dict[str, Any], **more: Any) -> dict[str, Any]:
    """A question's document as the hub gives it, answered by one hospital and awaited from another."""
    sites = [SITE | {"status": "answered", "persons": {"count": 30}}]
    sites.append(SITE | {"id": "aphm", "name": "AP-HM", "status": "waiting", "persons": None})
    head = {"id": "question-1", "title": "Diabète", "status": "open", "sites": sites, "elapsed_ms": 1.0}
    return head | {"parameters": {}, "combined": EMPTY | combined} | more


@pytest.fixture
def count() -> CountResult:
    found = read_any(write_document(DOCUMENT, rules=["Adultes", "Metformine"]))
    assert isinstance(found, CountResult)
    return found


def fit(**figures: Any) -> AnalysisResult:
    found = read_any(write_document({"figures": figures}, analysis="regress"))
    assert isinstance(found, AnalysisResult)
    return found


def test_the_first_drawing_of_a_count_is_its_attrition(count: CountResult) -> None:
    plot = count.plot()
    assert plot.title == "Critère après critère"
    assert "1. Adultes" in plot.svg
    assert "2. Metformine" in str(plot.table)


def test_a_notebook_is_shown_the_drawing_and_its_specification(count: CountResult) -> None:
    shown = count.plot("Par année d’entrée")._repr_mimebundle_()
    assert set(shown) == {SVG, VEGA_LITE, "text/plain"}
    assert shown[SVG].startswith("<svg")
    assert "var(--" not in shown[SVG] + json.dumps(shown[VEGA_LITE])
    assert set(count.plot()._repr_mimebundle_(include={SVG})) == {SVG}


def test_a_drawing_and_its_table_hide_the_same_numbers(count: CountResult) -> None:
    plot = count.plot("Par année d’entrée")
    rows = plot.spec["data"]["values"]
    persons = plot.table.to_pandas()["Personnes"]
    hidden = [row["hidden"] for row in rows]
    assert hidden == [not isinstance(cell, int) for cell in persons]
    assert any(hidden)
    assert 0 not in list(persons)


def test_without_vl_convert_there_is_the_specification_the_table_and_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(sys.modules, "vl_convert", None)
    found = read_any(write_document(DOCUMENT, rules=["Une règle qui n’a pas encore été dessinée", "Autre"]))
    assert isinstance(found, CountResult)
    plot = found.plot()
    shown = plot._repr_mimebundle_()
    assert set(shown) == {VEGA_LITE, "text/html", "text/plain"}
    assert "pip install vl-convert-python" in shown["text/html"]
    assert "<table>" in shown["text/html"]
    with pytest.raises(DrawingMissingError):
        _ = plot.svg


def test_a_drawing_is_saved_by_the_ending_of_its_name(count: CountResult, tmp_path: Path) -> None:
    assert count.plot().save(tmp_path / "a.svg").read_text(encoding="utf-8").startswith("<svg")
    saved = json.loads(count.plot().save(tmp_path / "a.json").read_text(encoding="utf-8"))
    assert saved["$schema"].startswith("https://vega.github.io/")
    with pytest.raises(ClientError, match="svg"):
        count.plot().save(tmp_path / "a.png")


def test_a_drawing_that_is_not_there_names_those_that_are(count: CountResult) -> None:
    with pytest.raises(PlotMissingError) as caught:
        count.plot("Survie")
    assert "Par année d’entrée" in caught.value.remedy


def test_nothing_to_draw_has_its_reason() -> None:
    trouble = {"code": "separated", "columns": ["age"]}
    result = fit(fitted=False, trouble=trouble, terms=[])
    assert result.plots() == ()
    with pytest.raises(PlotMissingError) as caught:
        result.plot()
    assert "âge" in caught.value.why
    with pytest.raises(PlotMissingError):
        fit().plot()


def test_progress_says_how_many_have_spoken_and_by_which_id_to_come_back(
    count: CountResult, capsys: pytest.CaptureFixture[str]
) -> None:
    show_progress(count)
    assert capsys.readouterr().err == "\rquestion-1 : 1 hôpitaux sur 2 ont répondu"
