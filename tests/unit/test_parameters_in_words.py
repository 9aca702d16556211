"""What is wrong with parameters is said in the reader's language; one value alone is a list of one."""

from typing import Any

import pytest

from maillage.analysis.errors import ContentError, ParametersError
from maillage.analysis.registry import find_spec, read_parameters
from maillage.analysis.rounds import read_told
from maillage.analysis.tabular.forms import TablesContent
from maillage.base.i18n import in_language

AGE = {"kind": "age", "name": "age"}
MEASURE = {"name": "potassium", "concepts": [3023103]}
RISKS = {"outcome": {"name": "x", "domain": "drug", "concepts": 7}}
WRONG: dict[str, tuple[str, dict[str, Any], str]] = {
    "a value that is none of those": (
        "regress",
        {"family": "cox", "outcome": AGE},
        "'gaussian', 'binomial' ou",
    ),
    "a name that is not there": ("regress", {"outcome": AGE}, "family: manque"),
    "an unknown name": ("pyramid", {"edges": [0]}, "edges: ce nom n’est pas connu"),
    "too much": ("characterise", {"commonest": 301}, "commonest: doit être au plus 300"),
    "too little": ("characterise", {"before_days": -1}, "doit être au moins 0"),
    "a text for a number": ("characterise", {"commonest": "2"}, "un nombre entier est attendu"),
    "a text for an object": ("distribution", {"measure": "k", "edges": [1, 2]}, "un objet est attendu"),
    "too few": ("distribution", {"measure": MEASURE, "edges": 3}, "pas assez : 2 au moins"),
    "an unknown kind": (
        "regress",
        {"family": "gaussian", "outcome": {"kind": "lab"}},
        "kind doit être l’un de",
    ),
    "a bad name": (
        "regress",
        {"family": "gaussian", "outcome": AGE | {"name": "Âge"}},
        "n’a pas la forme attendue",
    ),
    "twice the same name": (
        "regress",
        {"family": "gaussian", "outcome": AGE, "covariates": [AGE]},
        "deux variables s’appellent « age »",
    ),
    "a yes or no under another family": (
        "regress",
        {"family": "gaussian", "outcome": {"kind": "death", "name": "died"}},
        "binomial",
    ),
    "limits the wrong way round": (
        "characterise",
        {"measures": [MEASURE | {"low": 7, "high": 2}]},
        "low n’est pas au-dessous de high",
    ),
    "a wild coefficient": ("outcomes", RISKS | {"model": {"intercept": 1e308}}, "doit être au plus 100"),
    "no number at all": ("outcomes", RISKS | {"model": {"intercept": float("nan")}}, "nombre fini"),
}


def why(name: str, parameters: dict[str, Any]) -> str:
    with pytest.raises(ParametersError) as caught:
        read_parameters(find_spec(name), parameters)
    return caught.value.why


@pytest.mark.parametrize("case", WRONG)
def test_what_is_wrong_is_said_in_french(case: str) -> None:
    name, parameters, words = WRONG[case]
    told = why(name, parameters)
    assert words in told
    for english in ("Input", "should", "Value error", " or ", "Field"):
        assert english not in told


@pytest.mark.parametrize("case", WRONG)
def test_and_in_english_to_whoever_reads_that(case: str) -> None:
    name, parameters, _words = WRONG[case]
    with in_language("en"):
        told = why(name, parameters)
    for french in ("attendu", "doit", "manque", "deux", "connu"):
        assert french not in told


ALONE: dict[str, tuple[str, dict[str, Any]]] = {
    "concepts": ("distribution", {"measure": {"name": "k", "concepts": 3023103}, "edges": [1, 2]}),
    "ages": ("pyramid", {"ages": 0}),
    "domains and measures": ("characterise", {"domains": "drug", "measures": MEASURE}),
    "covariates": (
        "regress",
        {"family": "poisson", "outcome": AGE, "covariates": AGE | {"name": "b", "bands": 50}},
    ),
    "risks": (
        "outcomes",
        RISKS | {"model": {"intercept": 1, "risks": {"feature": RISKS["outcome"], "coefficient": 1}}},
    ),
}


@pytest.mark.parametrize("case", ALONE)
def test_one_value_alone_is_a_list_of_one(case: str) -> None:
    name, parameters = ALONE[case]
    read_parameters(find_spec(name), parameters)


def test_what_a_hospital_tells_is_not_read_so() -> None:
    with pytest.raises(ContentError):
        read_told({"persons": {"count": 30}, "tables": {"id": "age", "rows": []}}, model=TablesContent)
