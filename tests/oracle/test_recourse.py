"""The published table of severe burns in the Grand Ouest (SIOS, PMSI 2009-2011): what three numbers say.

The counts are those of the inter-region in each year; the shares are recomputed by the scheme's formulas.
"""

from pathlib import Path

import pytest

from maillage.analysis.flows.indicators import (
    Indicators,
    add_outside,
    find_catchment,
    find_territories,
    measure,
)
from maillage.analysis.flows.outside import OutsideError, read_outside
from maillage.analysis.flows.residence import find_department

BURNS = {2009: (1087, 107, 99), 2010: (1178, 94, 65), 2011: (1127, 84, 91)}
"""By year: stays covered, leaks, stays attracted."""

WEST = {"35", "37", "44", "86"}
"""Stand-ins for the territory; elsewhere is 75."""


@pytest.mark.parametrize(
    ("year", "shares"),
    [(2009, (91.0, 9.0, 8.3)), (2010, (92.6, 7.4, 5.2)), (2011, (93.1, 6.9, 7.5))],
)
def test_the_inter_region(year: int, shares: tuple[float, float, float]) -> None:
    found = Indicators(*BURNS[year])
    told = [found.self_sufficiency, found.leakage, found.attraction]
    assert [round(100 * one, 1) for one in told if one is not None] == list(shares)


@pytest.mark.parametrize("year", BURNS)
def test_the_same_from_a_matrix_and_a_national_aggregate(year: int, tmp_path: Path) -> None:
    covered, leaks, attracted = BURNS[year]
    matrix = {
        "chu-tours": {"37": covered - 300.0, "75": attracted - 20.0},
        "chu-nantes": {"44": 200.0, "35": 100.0, "75": 20.0},
    }
    departments = ("35", "37", "44", "75")
    whole = {"west": {one: sum(stays.get(one, 0) for stays in matrix.values()) for one in departments}}
    path = tmp_path / "national.csv"
    path.write_text(f"department;stays\n37;{leaks - 40}\n44000;40\n75;99999\n2A;\n", encoding="utf-8")
    outside = read_outside(path)
    inside = measure(whole, site="west", territory=WEST)
    assert add_outside(inside, outside=outside.stays, territory=WEST) == Indicators(*BURNS[year])
    assert outside.hidden == ("2A",), "a number that is not published is not zero"


def test_hospitals_of_a_group_lose_patients_to_one_another() -> None:
    matrix = {"a": {"69": 80.0, "42": 15.0}, "b": {"69": 20.0, "42": 60.0, "63": 5.0}}
    territories = find_territories(matrix)
    assert territories == {"a": {"69"}, "b": {"42", "63"}}
    assert measure(matrix, site="a", territory=territories["a"]) == Indicators(80, 20, 15)
    assert measure(matrix, site="b", territory=territories["b"]) == Indicators(65, 15, 20)


def test_a_catchment_counts_what_is_hidden_in_the_whole() -> None:
    assert find_catchment({"69": 50, "42": 30, "63": 20}, whole=100).departments == ("69", "42")
    found = find_catchment({"69": 50, "42": 20}, whole=100)
    assert (found.departments, found.share) == (("69", "42"), 0.7), "80 % is not reached by what is shown"


@pytest.mark.parametrize(
    ("code", "department"),
    [
        *(("69003", "69"), ("69", "69"), ("1000", "01"), ("01000", "01"), ("2A004", "2A"), ("2b", "2B")),
        *(("20000", "2A"), ("20200", "2B"), ("97400", "974"), ("974", "974"), ("99352", "99")),
        *(("", "unknown"), (None, "unknown"), ("SW1A", "unknown"), ("7", "unknown"), ("00000", "unknown")),
    ],
)
def test_a_code_gives_its_department(code: str | None, department: str) -> None:
    assert find_department(code) == department


@pytest.mark.parametrize(
    "text",
    [
        "dept;n\n69;4\n",
        "department;stays\n69;4\n69;5\n",
        "department;stays\nRhône;4\n",
        "department;stays\n69;four\n",
        "department;stays\n69;-4\n",
    ],
)
def test_a_file_that_is_no_aggregate_is_refused_with_its_line(text: str, tmp_path: Path) -> None:
    path = tmp_path / "wrong.csv"
    path.write_text(text, encoding="utf-8")
    with pytest.raises(OutsideError) as caught:
        read_outside(path)
    assert caught.value.remedy
