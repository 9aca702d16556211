"""Which fitted models `outcomes` takes, and what it then says of a person; others are refused in words."""

from typing import Any

import pytest
from scipy.special import expit

from maillage.analysis.fitted_risk import EVER
from maillage.analysis.registry import find_spec, read_parameters
from maillage.client import Model, RiskModelError
from maillage.client.risk import standardise
from maillage.client.typed import read_any
from tests.unit.test_client_plots import write_document

AGE, SEX = {"kind": "age", "name": "age"}, {"kind": "sex", "name": "sex"}
ESTIMATES = {"(intercept)": -3.0, "age": 0.02, "sex[male]": 0.4, "sex[female]": -0.4, "ill": 1.1}


def declare(kind: str, name: str, *, start: int | None, end: int | None, **more: Any) -> dict[str, Any]:
    items = [{"concept": {"CONCEPT_ID": 7}, "includeDescendants": True}]
    window = {"start": start, "end": end}
    return {"kind": kind, "name": name, "concepts": {"items": items}, "window": window} | more


OUTCOME = declare("drug", "treated", start=1, end=90)
ILL = declare("condition", "ill", start=-365, end=0)


def fit(*, fitted: bool = True, family: str = "binomial", **more: Any) -> Model:
    asked = {"family": family, "outcome": OUTCOME, "covariates": [AGE, SEX, ILL]} | more
    terms = [
        {"name": name, "estimate": value, "low": value, "high": value} for name, value in ESTIMATES.items()
    ]
    figures = {
        "fitted": fitted,
        "trouble": None if fitted else {"code": "separated", "columns": ["age"]},
        "terms": terms,
    }
    found = read_any(write_document({"figures": figures}, analysis="regress", parameters=asked))
    assert isinstance(found, Model)
    return found


def test_a_model_brings_its_outcome_its_days_and_its_coefficients() -> None:
    told = standardise(fit(), given={})
    read_parameters(find_spec("outcomes"), told)
    assert told["outcome"] == {"name": "treated", "domain": "drug", "concepts": [7], "descendants": True}
    assert (told["within_days"], told["before_days"]) == (90, 365)
    (risk,) = told["model"]["risks"]
    assert (risk["feature"]["domain"], risk["coefficient"]) == ("condition", 1.1)


def test_men_as_the_reference_give_the_same_chances() -> None:
    """-3 is then a man's intercept; a woman's is 0.4 less, as before by the other way."""
    model = standardise(fit(covariates=[AGE, SEX | {"reference": "male"}]), given={})["model"]
    man, woman = model["intercept"] + model["male"], model["intercept"]
    assert [expit(man), expit(woman)] == pytest.approx([expit(-3.0), expit(-3.4)])


def test_a_window_open_to_the_past_is_a_century() -> None:
    model = fit(covariates=[declare("condition", "ill", start=None, end=0)])
    assert standardise(model, given={})["before_days"] == EVER


def test_what_is_said_twice_must_be_the_same() -> None:
    assert standardise(fit(), given={"within_days": 90})["within_days"] == 90
    with pytest.raises(RiskModelError, match="within_days"):
        standardise(fit(), given={"within_days": 30})


HBA1C = {"kind": "measurement", "name": "ill", "concepts": ILL["concepts"]}
REFUSED: dict[str, tuple[dict[str, Any], str]] = {
    "not fitted": ({"fitted": False}, "séparent"),
    "counts": ({"family": "poisson", "outcome": OUTCOME | {"use": "count"}}, "logistique"),
    "hospitals": ({"hospitals": "fixed"}, "par hôpital"),
    "offset": ({"offset": {"feature": HBA1C | {"name": "dose"}}}, "décalage"),
    "death": ({"outcome": {"kind": "death", "name": "died"}}, "prédit"),
    "from the day of entry": ({"outcome": declare("drug", "treated", start=0, end=90)}, "prédit"),
    "two windows": (
        {"covariates": [ILL, declare("drug", "dose", start=-30, end=0)]},
        "une même fenêtre",
    ),
    "after entry": ({"covariates": [declare("condition", "ill", start=-365, end=30)]}, "une même fenêtre"),
    "a measurement": ({"covariates": [HBA1C]}, "« ill »"),
    "ages in bands": ({"covariates": [AGE | {"bands": [50]}]}, "« age »"),
    "a number of events": ({"covariates": [ILL | {"use": "count"}]}, "« ill »"),
    "concepts left out": (
        {"covariates": [ILL | {"concepts": {"items": [{"concept": {"CONCEPT_ID": 7}, "isExcluded": True}]}}]},
        "liste simple",
    ),
}


@pytest.mark.parametrize("case", REFUSED)
def test_a_model_that_outcomes_cannot_tell_is_refused_with_its_reason(case: str) -> None:
    more, why = REFUSED[case]
    with pytest.raises(RiskModelError) as caught:
        standardise(fit(**more), given={})
    assert why in caught.value.why
    assert caught.value.remedy
