"""The quality report counts the same on each engine: what is in `tests/support/quality.py`, by hand."""

from collections.abc import Generator

import pytest

from maillage.warehouse.quality.measure import Findings, Tally
from tests.support.in_place import ENGINES, opened
from tests.support.quality import TABLES, measured
from tests.support.spark import QUIETLY


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(kind, marks=[pytest.mark.xdist_group(f"conformance-{kind}"), QUIETLY])
        for kind in ENGINES
    ],
)
def found(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Generator[Findings]:
    with opened(request.param, tmp_path_factory.mktemp("quality"), TABLES) as engine:
        yield measured(engine)


def test_each_line_has_its_rows_and_persons(found: Findings) -> None:
    assert found.persons == 5
    assert {one.line.item: one.total for one in found.lines if one.total.rows} == {
        "1.a.1": Tally(3, 3),
        "1.a.2": Tally(2, 2),
        "1.a.3": Tally(4, 4),
        "1.a.4": Tally(2, 2),
        "1.b.1": Tally(1, 1),
        "1.b.2": Tally(1, 1),
        "2.1": Tally(3, 2),
        "2.2": Tally(4, 4),
        "2.3": Tally(2, 2),
        "2.4": Tally(3, 2),
        "2.6": Tally(3, 2),
        "2.7": Tally(3, 2),
        "2.8": Tally(1, 1),
        "3.a.2": Tally(4, 2),
        "4.1": Tally(2, 1),
        "4.2": Tally(1, 1),
        "4.3": Tally(1, 1),
        "4.4": Tally(1, 1),
        "5.a.3": Tally(1, 1),
        "5.b.1": Tally(1, 1),
    }


def test_years_are_calendar_years_and_two_heaps(found: Findings) -> None:
    years = {one.line.item: one.years for one in found.lines}
    assert years["3.a.2"] == {2011: Tally(1, 1), 2023: Tally(1, 1), 2024: Tally(2, 1)}
    assert years["2.6"] == {2024: Tally(2, 2), 2027: Tally(1, 1)}
    assert years["2.4"] == {2011: Tally(1, 1), 2024: Tally(2, 2)}
    assert years["1.a.3"] == {}


def test_values_beyond_their_bounds_are_counted_by_unit(found: Findings) -> None:
    assert [(one.line.item, one.unit, one.total, one.judged, one.odd) for one in found.units] == [
        ("3.a.2", "umol/L", Tally(3, 2), 2, Tally(1, 1)),
        ("3.a.2", "mg/dL", Tally(1, 1), 1, Tally(0, 0)),
        ("5.a.3", None, Tally(1, 1), 0, Tally(0, 0)),
        ("5.b.1", None, Tally(1, 1), 0, Tally(0, 0)),
    ]


def test_codes_without_a_concept_come_by_frequency(found: Findings) -> None:
    codes = {one.table: one for one in found.unmapped}
    measurement, condition = codes["measurement"], codes["condition_occurrence"]
    assert (measurement.rows, measurement.unmapped, measurement.distinct) == (9, Tally(3, 2), 2)
    assert measurement.codes == [("GLIMS0", Tally(2, 2)), ("GLIMS1", Tally(1, 1))]
    assert condition.codes == [("I639", Tally(2, 1)), ("I63.9", Tally(1, 1))]
    assert codes["procedure_occurrence"].unmapped == Tally(0, 0)
    assert (codes["visit_occurrence"].unmapped, codes["visit_occurrence"].codes) == (Tally(3, 2), [])


def test_what_cannot_be_is_found(found: Findings) -> None:
    assert {(one.table, one.check): one.found for one in found.impossible if one.found.rows} == {
        ("person", "invalid_ins"): Tally(1, 1),
        ("person", "born_in_future"): Tally(1, 1),
        ("person", "too_old"): Tally(1, 1),
        ("death", "before_birth"): Tally(1, 1),
        ("visit_occurrence", "ends_before_start"): Tally(1, 1),
        ("visit_occurrence", "after_death"): Tally(2, 1),
        ("visit_occurrence", "in_future"): Tally(1, 1),
        ("condition_occurrence", "before_birth"): Tally(2, 2),
        ("observation", "before_birth"): Tally(1, 1),
    }
