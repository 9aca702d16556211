"""Charts as they are drawn: readable by who does not see them, in the page's colours, drawn once."""

import json
import re
from pathlib import Path

import pytest

import maillage.hub.portal
from maillage.analysis.base import Asked, ChartSpec, ChartTable
from maillage.analysis.registry import load_chart
from maillage.analysis.rendering import Form, complete, draw
from maillage.analysis.rendering.theme import PRINTED
from maillage.base.i18n import in_language
from tests.unit.test_charting import DOCUMENT

STYLES = Path(maillage.hub.portal.__file__).parent / "static" / "maillage" / "maillage.css"
EMPTY = ChartTable((), ())


def draw_years(form: Form) -> str:
    return draw(
        load_chart("count").charts(DOCUMENT, asked=Asked(rules=("Adultes", "Metformine")))[1], form=form
    )


def test_a_drawing_says_what_it_is_and_hides_nothing_as_zero() -> None:
    svg = draw_years(Form.WIDE)
    title = re.search(r'role="img" aria-labelledby="(titre-\w+)" aria-describedby="(note-\w+)"', svg)
    assert title is not None
    assert f'<title id="{title[1]}">Par année d’entrée</title>' in svg
    assert f'<desc id="{title[2]}">' in svg
    pattern = re.search(r'<pattern id="(masque-\w+)"', svg)
    assert pattern is not None
    assert svg.count(f'fill="url(#{pattern[1]})"') == 3, "two hidden years and the crown of a partial one"
    assert {">30<", ">12<"} <= set(re.findall(r">\d+<", svg))


@pytest.mark.parametrize("form", list(Form))
def test_a_drawing_obeys_the_page(form: Form) -> None:
    """No style of its own, which the page's policy refuses; the page’s colours and font, if it has some."""
    svg = draw_years(form)
    assert "style=" not in svg
    assert ("font-family" in svg) is (form is Form.ALONE)
    assert ("var(--" in svg) is (form in (Form.WIDE, Form.NARROW))


def test_a_drawing_alone_stands_on_white_in_a_dark_notebook() -> None:
    assert f'fill="{PRINTED["--surface"]}"' in draw_years(Form.ALONE)


def test_a_whole_specification_needs_no_page_of_ours() -> None:
    chart = load_chart("count").charts(DOCUMENT)[-1]
    assert chart.spec is not None
    whole = complete(chart.spec)
    text = json.dumps(whole)
    assert "var(--" not in text
    assert "url(#" not in text
    assert whole["data"] == chart.spec["data"]


def test_two_drawings_of_a_page_share_no_name() -> None:
    names = [name for form in Form for name in re.findall(r' id="([^"]+)"', draw_years(form))]
    assert len(names) == len(set(names))


def test_numbers_are_written_in_the_language_of_the_page() -> None:
    document = DOCUMENT | {
        "years": [{"year": 2020, "persons": {"count": 12345}, "contributing": [], "complete": True}]
    }
    chart = load_chart("count").charts(document)[-1]
    assert "12\u202f345" in draw(chart, form=Form.WIDE)
    with in_language("en"):
        assert "12,345" in draw(chart, form=Form.WIDE)


def test_the_words_of_people_are_text_in_a_drawing() -> None:
    """Inclusion rules are named by whoever asks, and a drawing stands in the page as it is."""
    rules = ('</text><script>alert(1)</script> onload="x" url(#masque)', '"><img src=x onerror=alert(1)>')
    svg = draw(load_chart("count").charts(DOCUMENT, asked=Asked(rules=rules))[0], form=Form.WIDE)
    assert not re.search(r"<(?:script|img)", svg)
    assert "&lt;" in svg
    assert not re.search(r"<[^>]+ on\w+=", svg)


def test_a_title_is_text() -> None:
    chart = ChartSpec("<b>&</b>", {"data": {"values": [{"a": 1}]}, "mark": "bar", "encoding": {}}, EMPTY)
    assert "&lt;b&gt;&amp;&lt;/b&gt;</title>" in draw(chart, form=Form.WIDE)


@pytest.mark.parametrize(
    "spec",
    [
        {"data": {"url": "https://127.0.0.1:1/x.csv"}, "mark": "bar", "encoding": {}},
        {"data": {"url": "file:///etc/passwd"}, "mark": "bar", "encoding": {}},
        {"mark": 3},
    ],
)
def test_a_specification_that_reads_elsewhere_or_is_none_is_refused(spec: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        draw(ChartSpec("x", spec, EMPTY), form=Form.WIDE)


def test_paper_has_the_light_colours_of_the_page() -> None:
    light = dict(re.findall(r"(--[\w-]+): light-dark\((#[0-9a-f]{6}),", STYLES.read_text(encoding="utf-8")))
    assert {name: light[name] for name in PRINTED} == dict(PRINTED)
