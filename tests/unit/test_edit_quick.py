"""What a person may type besides a term."""

import pytest

from maillage.base.i18n import LANGUAGES, in_language
from maillage.cohort.edit import Quick, Sense, Times, Unit, Value, read_quick
from maillage.cohort.edit.units import all_units, find_unit, word_unit
from maillage.cohort.expression.values import Comparison


def unit(text: str):
    found = find_unit(text)
    assert found
    return (found,)


@pytest.mark.parametrize(
    ("typed", "text", "op", "low", "high", "code"),
    [
        ("HbA1c > 8 %", "HbA1c", Comparison.GT, 8, None, "%"),
        ("HbA1c>8%", "HbA1c", Comparison.GT, 8, None, "%"),
        ("hba1c ≥ 7,5 %", "hba1c", Comparison.GTE, 7.5, None, "%"),
        ("HbA1c >= 8", "HbA1c", Comparison.GTE, 8, None, None),
        ("créatinine entre 100 et 200 µmol/L", "créatinine", Comparison.BETWEEN, 100, 200, "umol/L"),
        ("potassium de 3,5 à 5 mmol/l", "potassium", Comparison.BETWEEN, 3.5, 5, "mmol/L"),
        ("plaquettes < 150 G/L", "plaquettes", Comparison.LT, 150, None, "10*9/L"),
        ("hémoglobine ≤ 8 g/dL", "hémoglobine", Comparison.LTE, 8, None, "g/dL"),
        ("PAS supérieure à 140 mmHg", "PAS", Comparison.GT, 140, None, "mm[Hg]"),
        ("D-dimères > 1 500 ng/mL", "D-dimères", Comparison.GT, 1500, None, "ng/mL"),
        ("plus de 75 ans", "âge", Comparison.GT, 75, None, None),
        ("moins de 18 ans", "âge", Comparison.LT, 18, None, None),
        ("75 ans ou plus", "âge", Comparison.GTE, 75, None, None),
        ("entre 18 et 79 ans", "âge", Comparison.BETWEEN, 18, 79, None),
        ("durée de séjour > 7 jours", "durée de séjour", Comparison.GT, 7, None, None),
        ("séjour de plus de 7 jours", "séjour", Comparison.GT, 7, None, None),
        ("hospitalisation de 8 à 90 jours", "hospitalisation", Comparison.BETWEEN, 8, 90, None),
        ("âge > 75 ans", "âge", Comparison.GT, 75, None, None),
    ],
)
def test_a_value_is_read_with_its_unit(typed, text, op, low, high, code) -> None:
    found = read_quick(typed)
    assert found.text == text
    assert found.value == Value(op, low, high, unit(code) if code else ())
    assert found.value
    assert isinstance(found.value.low, int) is isinstance(low, int)


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("sans insuline", Quick("insuline", sense=Sense.EXCLUDE)),
        ("Pas d’insuline", Quick("insuline", sense=Sense.EXCLUDE)),
        ("aucune insuline", Quick("insuline", sense=Sense.EXCLUDE)),
        ("hommes de plus de 50 ans", Quick("hommes", age=Value(Comparison.GT, 50))),
        ("femmes âgées de 18 à 35 ans", Quick("femmes", age=Value(Comparison.BETWEEN, 18, 35))),
        ("2 fois scanner", Quick("scanner", times=Times.AT_LEAST, count=2)),
        ("deux fois un scanner", Quick("scanner", times=Times.AT_LEAST, count=2)),
        ("au moins 3 fois metformine", Quick("metformine", times=Times.AT_LEAST, count=3)),
        ("au plus 2 × transfusion", Quick("transfusion", times=Times.AT_MOST, count=2)),
    ],
)
def test_a_sense_and_a_number_of_times_are_read(typed: str, expected: Quick) -> None:
    assert read_quick(typed) == expected


@pytest.mark.parametrize(
    "typed",
    [
        "",
        "diabète de type 2",
        "E11.9",
        "HbA1c > 8 pouces",
        "créatinine > 7 jours",
        "HbA1c > huit",
        "entre 9 et 8",
        "de 80 à 18 ans",
        "0 fois scanner",
        "sansalis",
        "IRM 3 T",
        "C18-C20",
    ],
)
def test_what_is_not_understood_stays_in_the_text(typed: str) -> None:
    assert read_quick(typed) == Quick(typed)


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_unit_is_written_as_people_do_and_read_again(language: str) -> None:
    with in_language(language):
        assert [one.code for one in all_units().values() if find_unit(word_unit(one)) != one] == []
        assert {word_unit(all_units()[code]) for code in ("umol/L", "mm[Hg]", "Cel")} == {
            "µmol/L",
            "mmHg",
            "°C",
        }


def test_a_unit_is_known_by_its_usual_spellings() -> None:
    for spelling, code in (
        ("g/L", "g/L"),
        ("G/L", "10*9/L"),
        ("µmol/l", "umol/L"),
        ("UI/L", "[U]/L"),
        ("°C", "Cel"),
        ("mmHg", "mm[Hg]"),
        ("ml/min/1,73m²", "mL/min/1.73.m2"),
    ):
        assert unit(spelling)[0].code == code
    assert find_unit("pouces") is None
    assert word_unit(Unit(0, "10*6/uL")) == "10*6/µL"
    assert unit("%")[0].concept_id == 8554
