"""Units as laboratories write them, and the codes of UCUM that they mean."""

import pytest

from maillage.cohort.edit.units import all_units
from maillage.warehouse.vocabulary.sources.tables import read_table
from maillage.warehouse.vocabulary.units import fold_unit, name_units

OURS = frozenset(all_units())
CASED = {"G/L", "G/l", "T/L", "T/l"}


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("µmol/L", "umol/L"),
        ("μmol/l", "umol/L"),
        ("mmol/l", "mmol/L"),
        ("MMOL/L", "mmol/L"),
        ("g/dl", "g/dL"),
        ("g / L", "g/L"),
        ("G/L", "10*9/L"),
        ("10^9/L", "10*9/L"),
        ("x10⁹/L", "10*9/L"),
        ("10*3/mm³", "10*9/L"),
        ("T/L", "10*12/L"),
        ("UI/L", "[U]/L"),
        ("UI/mL", "[iU]/mL"),
        ("mUI/L", "10*-3.[iU]/L"),
        ("mEq/l", "10*-3.eq/L"),
        ("/mm3", "/mm3"),
        ("/µL", "/mm3"),
        ("µg/L", "ng/mL"),
        ("pg/mL", "ng/L"),
        ("µg/ml", "mg/L"),
        ("mmHg", "mm[Hg]"),
        ("°C", "Cel"),
        ("mL/min/1,73 m²", "mL/min/1.73.m2"),
        ("mL/min", "mL/min"),
        ("mg/24h", "mg/(24.h)"),
        ("%", "%"),
    ],
)
def test_a_unit_is_known_as_laboratories_write_it(written: str, code: str) -> None:
    assert name_units([written], codes=OURS) == {written: code}


@pytest.mark.parametrize("written", ["bizarre", "", "g", "mol", "UI", "M/L", "copies"])
def test_what_is_no_unit_of_the_vocabulary_is_left_out(written: str) -> None:
    assert name_units([written], codes=OURS - {"g"}) == {}


def test_the_unit_that_was_written_is_taken_before_one_of_the_same_quantity() -> None:
    assert name_units(["µg/L"], codes={"ug/L", "ng/mL"}) == {"µg/L": "ug/L"}
    assert name_units(["µg/L"], codes={"ng/mL"}) == {"µg/L": "ng/mL"}


def test_where_case_alone_tells_codes_apart_it_must_be_written() -> None:
    assert name_units(["s", "S", " s "], codes={"s", "S"}) == {"s": "s", "S": "S", " s ": "s"}
    assert name_units(["MM"], codes={"mm", "Mm"}) == {}


def test_the_table_is_written_as_it_is_looked_up() -> None:
    lines = read_table("unit_spellings.csv")
    spellings = [line["spelling"] for line in lines]
    assert [one for one in spellings if fold_unit(one) != one and one not in CASED] == []
    assert len(set(spellings)) == len(spellings)
    assert all(line["codes"].split() for line in lines)
