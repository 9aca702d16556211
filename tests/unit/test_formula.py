"""Formulas name declared features, and nothing else passes."""

import pytest

from maillage.client.formula import READY, FormulaError, read_formula, read_names

DIABETES = {"kind": "condition", "name": "diabetes"}
BACK = {"kind": "visit", "name": "readmitted"}


def test_names_become_the_features_in_their_order() -> None:
    outcome, covariates = read_formula("readmitted ~ sex + diabetes + age", features=[DIABETES, BACK])
    assert outcome == BACK
    assert covariates == [READY["sex"], DIABETES, READY["age"]]


def test_one_alone_is_the_intercept() -> None:
    assert read_formula("readmitted ~ 1", features=[BACK]) == (BACK, [])


def test_a_declared_age_replaces_the_ready_one() -> None:
    banded = {"kind": "age", "name": "age", "bands": [50, 70]}
    assert read_names("age + sex", features=[banded]) == [banded, READY["sex"]]


@pytest.mark.parametrize(
    ("formula", "word"),
    [
        ("readmitted", "« ~ »"),
        ("readmitted ~ smoker", "smoker"),
        ("readmitted ~ age * sex", "age * sex"),
        ("readmitted ~ log(age)", "log(age)"),
        ("readmitted ~ ", "«  »"),
        (" ~ age", "«  »"),
        ("readmitted ~ age ~ sex", "age ~ sex"),
    ],
)
def test_what_is_no_formula_says_what_is_wrong(formula: str, word: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_formula(formula, features=[BACK])
    assert word in caught.value.what
    assert caught.value.remedy
