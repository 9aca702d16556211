"""What the report hides, and what it never says of a hidden number."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date

import pytest

from maillage.base.i18n import in_language
from maillage.warehouse.quality.checks import CHECKS, LABELS, REPEATED_KEY
from maillage.warehouse.quality.document import ReportDocument, write_document
from maillage.warehouse.quality.lines import CONDITIONS, read_bounds, read_lines
from maillage.warehouse.quality.measure import (
    NOTHING,
    CodesFound,
    Findings,
    Impossible,
    LineFound,
    Tally,
    UnitFound,
)
from maillage.warehouse.quality.page import write_page
from maillage.warehouse.schema import TABLES

LINES = {line.item: line for line in read_lines()}


def findings(persons: int, lines: Mapping[str, LineFound] | None = None) -> Findings:
    few = Tally(40, 10)
    return Findings(
        on=date(2026, 11, 25),
        persons=persons,
        lines=[(lines or {}).get(item, LineFound(line, NOTHING)) for item, line in LINES.items()],
        units=[UnitFound(LINES["3.a.2"], "umol/L", Tally(500, 40), 500, few)],
        unmapped=[CodesFound("measurement", 900, few, 3)],
        impossible=[Impossible("death", "in_future", few), Impossible("death", "before_birth", NOTHING)],
    )


def line(persons: int, *, of: int, exact: bool = False) -> tuple[object, object, object]:
    found = {"2.1": LineFound(LINES["2.1"], Tally(persons * 3, persons), {2024: Tally(persons * 3, persons)})}
    part = next(one for one in write_document(findings(of, found), exact=exact).lines if one.item == "2.1")
    assert not part.years or part.years[0].persons == ("<11" if 0 < persons < 11 and not exact else persons)
    return part.persons, part.percent, part.rows


@pytest.mark.parametrize(
    ("persons", "of", "shown"),
    [
        (0, 500, (0, 0, 0)),
        (1, 500, ("<11", None, "<11")),
        (10, 500, ("<11", None, "<11")),
        (11, 500, (11, 2, 33)),
        (489, 500, (489, 97, 1467)),
        (490, 500, ("all but <11", None, 1470)),
        (499, 500, ("all but <11", None, 1497)),
        (500, 500, (500, 100, 1500)),
        (3, 5, ("all but <11", None, "<11")),
        (20, 90_000, (20, 1, 60)),
        (0, 0, (0, 0, 0)),
    ],
)
def test_few_persons_with_or_without_a_line_are_hidden(persons: int, of: int, shown: object) -> None:
    assert line(persons, of=of) == shown


def test_an_exact_report_shows_all() -> None:
    assert line(3, of=500, exact=True) == (3, 1, 9)
    assert '"<11"' not in write_document(findings(500), exact=True).model_dump_json()


def test_few_persons_behind_many_rows_are_hidden_everywhere() -> None:
    document = write_document(findings(500))
    assert (document.units[0].odd_rows, document.units[0].odd_persons) == ("<11", "<11")
    assert (document.unmapped[0].unmapped, document.unmapped[0].percent) == ("<11", None)
    assert [one.rows for one in document.impossible] == ["<11", 0]
    assert "40" not in write_document(findings(500)).model_dump_json().replace('"rows":500', "").replace(
        "14682", ""
    )


def test_the_document_reads_back() -> None:
    document = write_document(findings(500))
    assert ReportDocument.model_validate_json(document.model_dump_json()) == document
    assert document.inside_the_hospital_only


@pytest.mark.parametrize("language", ["fr", "en"])
def test_the_page_needs_nothing_else_and_says_where_it_stays(language: str) -> None:
    found = {"2.1": LineFound(LINES["2.1"], Tally(900, 300), {2024: Tally(900, 300), 2025: Tally(5, 5)})}
    with in_language(language):
        page = write_page(write_document(findings(500, found)))
    assert (
        "À l’intérieur de l’hôpital seulement" if language == "fr" else "Inside the hospital only"
    ) in page
    for outside in ("<script", "<link", "<img", "http:", "https:", "src=", "@import", "url(h", "javascript"):
        assert outside not in page
    assert page.count('role="img"') <= page.count("<table>")
    assert "&lt;\u00a011" in page


def test_a_code_of_the_source_is_text_in_the_page() -> None:
    found = findings(500)
    codes = [
        CodesFound("measurement", 900, Tally(400, 40), 1, [("<script>alert(1)</script>", Tally(400, 40))])
    ]
    page = write_page(write_document(replace(found, unmapped=codes)))
    assert "<script>" not in page
    assert "&lt;script&gt;alert(1)" in page


def test_the_core_data_set_is_whole() -> None:
    assert len(LINES) == 51
    assert [sum(one.group == group for one in LINES.values()) for group in "12345"] == [7, 9, 23, 4, 8]
    for one in LINES.values():
        assert bool(one.codes) != (one.item in CONDITIONS) or not one.table, one.item
        assert one.table in {"", *TABLES}
    assert {one.item for one in read_bounds()} <= {one.item for one in LINES.values() if one.codes}
    assert all(one.low < one.high for one in read_bounds())


def test_each_check_has_a_name_of_its_own() -> None:
    assert {one.name for checks in CHECKS.values() for one in checks} | {REPEATED_KEY} == set(LABELS)
    for table, checks in CHECKS.items():
        assert table in TABLES
        assert len({one.name for one in checks}) == len(checks)
