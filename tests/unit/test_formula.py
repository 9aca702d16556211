"""Formulas name declared features, and nothing else passes."""

import pytest

from maillage.client.formula import READY, Formula, FormulaError, read_formula, read_names

DIABETES = {"kind": "condition", "name": "diabetes"}
BACK = {"kind": "visit", "name": "readmitted"}
DAYS = {"kind": "follow_up", "name": "days", "until": 365}


def test_names_become_the_features_in_their_order() -> None:
    read = read_formula("readmitted ~ sex + diabetes + age", features=[DIABETES, BACK])
    assert read == Formula(BACK, [READY["sex"], DIABETES, READY["age"]])


def test_one_alone_is_the_intercept() -> None:
    assert read_formula("readmitted ~ 1", features=[BACK]) == Formula(BACK, [])


def test_names_may_be_a_list() -> None:
    assert read_names(["age", "sex"]) == [READY["age"], READY["sex"]]


@pytest.mark.parametrize(("term", "log"), [("offset(days)", False), ("offset( log( days ) )", True)])
def test_an_offset_is_a_known_term_as_it_is_or_its_logarithm(term: str, log: bool) -> None:
    read = read_formula(f"readmitted ~ age + {term}", features=[BACK, DAYS])
    assert read == Formula(BACK, [READY["age"]], {"feature": DAYS, "log": log})


def test_a_factor_is_a_feature_with_declared_levels() -> None:
    banded = {"kind": "age", "name": "band", "bands": [50, 70]}
    read = read_formula("readmitted ~ C(band) + factor(sex)", features=[banded, BACK])
    assert read.covariates == [banded, READY["sex"]]
    with pytest.raises(FormulaError, match="bands"):
        read_formula("readmitted ~ C(age)", features=[BACK])


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


@pytest.mark.parametrize(
    ("term", "remedy"),
    [
        ("age * sex", "une cohorte pour chacun"),
        ("age:sex", "une cohorte pour chacun"),
        ("-1", "« -1 »"),
        ("0", "« -1 »"),
        ("age - sex", "« -1 »"),
        ("(1|hospital)", "random_reml"),
        ("I(age^2)", "bands"),
        ("poly(age, 2)", "bands"),
        ("âge", "accent"),
    ],
)
def test_what_other_languages_of_formulas_have_says_what_to_do_instead(term: str, remedy: str) -> None:
    with pytest.raises(FormulaError) as caught:
        read_formula(f"readmitted ~ {term}", features=[BACK])
    assert caught.value.why
    assert remedy in caught.value.remedy


def test_two_offsets_are_refused() -> None:
    with pytest.raises(FormulaError, match="un seul offset"):
        read_formula("readmitted ~ offset(days) + offset(age)", features=[BACK, DAYS])
