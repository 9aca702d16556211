"""Models over hospitals equal the pooled fit of statsmodels and lifelines, whatever the split.

Every number goes the whole way: OMOP rows, features, openings, rounds; only the wire is left out, which
`tests/integration/network/test_rounds.py` has.
"""

from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pandas
import pytest
import statsmodels.api as sm
from lifelines import CoxPHFitter, KaplanMeierFitter
from lifelines.statistics import multivariate_logrank_test
from statsmodels.duration.hazard_regression import PHReg
from statsmodels.stats.meta_analysis import combine_effects

from maillage.analysis.registry import find_spec, load_coordinate, read_parameters
from maillage.analysis.rounds import run_in_process
from tests.support.models import (
    AGE,
    DIABETIC,
    DOSES,
    FOLLOWED,
    NIGHTS,
    RELAPSED,
    SCANS,
    SEX,
    SPLITS,
    SUGAR,
    Hospitals,
    People,
    deal,
    draw_people,
    split_hospitals,
)

CLOSE = 1e-8
COUNT = 800
COVARIATES = [AGE, SEX, DIABETIC, DOSES, SUGAR]
FRACTIONS = pytest.mark.filterwarnings("ignore::lifelines.exceptions.StatisticalWarning")
"""Lifelines warns of weights that are no whole numbers."""
INVERSE = NIGHTS | {"name": "weight", "at_least": 1.0}
"""Nights as weights: any number above 0 will do."""


@cache
def people() -> People:
    return draw_people(COUNT)


@pytest.fixture(
    scope="module",
    params=["2+2 uneven", *(pytest.param(name, marks=pytest.mark.long) for name in ("4 even", "12"))],
)
def split(request: pytest.FixtureRequest) -> str:
    return request.param


@pytest.fixture(scope="module")
def hospitals(split: str, tmp_path_factory: pytest.TempPathFactory) -> Hospitals:
    return split_hospitals(people(), shares=SPLITS[split], folder=tmp_path_factory.mktemp("models"))


def ask(analysis: str, parameters: Mapping[str, Any], hospitals: Hospitals) -> dict[str, Any]:
    spec = find_spec(analysis)
    assert spec.rounds is not None
    return run_in_process(
        load_coordinate(analysis),
        read_parameters(spec, parameters),
        hospitals.open(analysis, parameters),
        read_round=spec.rounds.parameters.model_validate,
        floor=1,
    )["figures"]


def known() -> np.ndarray:
    return ~np.isnan(people().hba1c)


def design() -> np.ndarray:
    rows, one = known(), people()
    columns = [np.ones(COUNT), one.age, one.male, one.diabetes, one.insulin, one.hba1c]
    return np.column_stack(columns)[rows]


def owner(split: str) -> np.ndarray:
    found = np.zeros(COUNT, dtype=int)
    for hospital, rows in enumerate(deal(COUNT, shares=SPLITS[split])):
        found[rows] = hospital
    return found


def numbers(terms: Sequence[Mapping[str, Any]], name: str) -> np.ndarray:
    return np.array([term[name] for term in terms])


def assert_same(found: Mapping[str, Any], expected: Any, *, likelihood: float | None = None) -> None:
    np.testing.assert_allclose(numbers(found["terms"], "estimate"), expected.params, rtol=CLOSE)
    np.testing.assert_allclose(numbers(found["terms"], "standard_error"), expected.bse, rtol=CLOSE)
    assert found["log_likelihood"] == pytest.approx(likelihood or expected.llf, rel=CLOSE)


@pytest.mark.parametrize("errors", ["model", "hc0"])
@pytest.mark.parametrize("weighted", [False, True])
def test_logistic(hospitals: Hospitals, errors: str, weighted: bool) -> None:
    asked = {"family": "binomial", "outcome": RELAPSED, "covariates": COVARIATES, "errors": errors}
    weights = np.maximum(people().nights[known()], 1.0) if weighted else None
    found = ask("regress", asked | ({"weights": INVERSE} if weighted else {}), hospitals)
    model = sm.GLM(people().relapsed[known()], design(), family=sm.families.Binomial(), var_weights=weights)
    robust: Any = {"model": "nonrobust", "hc0": "HC0"}[errors]
    assert_same(found, model.fit(tol=1e-14, cov_type=robust))


def test_poisson_with_offset(hospitals: Hospitals) -> None:
    asked = {
        "family": "poisson",
        "outcome": SCANS,
        "covariates": COVARIATES,
        "offset": {"feature": FOLLOWED, "log": True},
    }
    one = people()
    followed = np.where(one.relapsed > 0, one.days + 30, one.days)
    model = sm.GLM(
        one.scans[known()],
        design(),
        family=sm.families.Poisson(),
        offset=np.log(followed[known()]),
    )
    assert_same(ask("regress", asked, hospitals), model.fit(tol=1e-14))


@pytest.mark.parametrize("errors", ["model", "hc0", "hc1"])
def test_linear(hospitals: Hospitals, errors: str) -> None:
    asked = {"family": "gaussian", "outcome": NIGHTS, "covariates": COVARIATES, "errors": errors}
    found = ask("regress", asked, hospitals)
    robust: Any = {"model": "nonrobust", "hc0": "HC0", "hc1": "HC1"}[errors]
    expected = sm.OLS(people().nights[known()], design()).fit(cov_type=robust)
    assert_same(found, expected)
    if errors == "model":
        np.testing.assert_allclose(numbers(found["terms"], "p_value"), expected.pvalues, rtol=1e-6)


def test_hospitals_as_fixed_effects(hospitals: Hospitals, split: str) -> None:
    asked = {"family": "binomial", "outcome": RELAPSED, "covariates": COVARIATES, "hospitals": "fixed"}
    found = ask("regress", asked, hospitals)
    indicators = pandas.get_dummies(owner(split)[known()]).to_numpy(dtype=float)[:, 1:]
    model = sm.GLM(
        people().relapsed[known()], np.column_stack([design(), indicators]), family=sm.families.Binomial()
    )
    both = found | {"terms": [*found["terms"], *found["hospital_terms"]]}
    assert_same(both, model.fit(tol=1e-14))


def test_random_effects_pool_each_hospital_s_fit(tmp_path: Path) -> None:
    four = split_hospitals(people(), shares=SPLITS["4 even"], folder=tmp_path)
    asked = {"family": "binomial", "outcome": RELAPSED, "covariates": [AGE, SEX], "hospitals": "random_dl"}
    found = ask("regress", asked, four)
    one = people()
    fits = [
        sm.GLM(
            one.relapsed[rows],
            sm.add_constant(np.column_stack([one.age, one.male])[rows]),
            family=sm.families.Binomial(),
        ).fit(tol=1e-14)
        for rows in deal(COUNT, shares=SPLITS["4 even"])
    ]
    for place, term in enumerate(found["terms"]):
        effects = np.array([fit.params[place] for fit in fits])
        expected: Any = combine_effects(
            effects, np.array([fit.bse[place] ** 2 for fit in fits]), method_re="dl"
        )
        # A variance under nothing is nothing; statsmodels keeps it.
        spread = expected.tau2 > 0
        mean = expected.mean_effect_re if spread else expected.mean_effect_fe
        error = expected.sd_eff_w_re if spread else expected.sd_eff_w_fe
        assert term["estimate"] == pytest.approx(mean, rel=CLOSE)
        assert term["standard_error"] == pytest.approx(error, rel=CLOSE)
        assert term["tau_squared"] == pytest.approx(max(0.0, expected.tau2), rel=1e-6, abs=1e-12)


@pytest.mark.parametrize("ties", ["efron", "breslow"])
@pytest.mark.parametrize("baseline", ["common", "hospital"])
def test_cox(hospitals: Hospitals, split: str, ties: str, baseline: str) -> None:
    asked = {
        "event": RELAPSED,
        "until": 1400,
        "covariates": [AGE, DIABETIC, SUGAR],
        "strata": SEX,
        "ties": ties,
        "baseline": baseline,
    }
    found = ask("survival", asked, hospitals)["model"]
    one, rows = people(), known()
    strata = one.male + (10 * owner(split) if baseline == "hospital" else 0)
    expected = PHReg(
        one.days[rows],
        np.column_stack([one.age, one.diabetes, one.hba1c])[rows],
        status=one.relapsed[rows],
        ties=ties,
        strata=strata[rows],
    ).fit(method="newton", tol=1e-14)
    assert_same(found, expected)


def split_withdrawals(*, grid: int) -> Any:
    """Patients by the steps of a grid: of who is censored in one, the share that they miss of it left before.

    So the number at risk of any method is that of the actuarial life table.
    """
    one = people()
    share = (grid - 1) / (2 * grid)
    frame = pandas.DataFrame({"event": one.relapsed, "age": one.age, "dm": one.diabetes, "male": one.male})
    frame = frame.assign(days=np.ceil(one.days / grid) * grid, weight=1 - share * (1 - one.relapsed))
    before = frame[frame["event"] == 0].assign(weight=share, days=lambda left: left["days"] - grid)
    return pandas.concat([frame, before[before["weight"] > 0]])


@FRACTIONS
@pytest.mark.parametrize("grid", [1, 30])
def test_cox_equals_lifelines_too(hospitals: Hospitals, grid: int) -> None:
    asked = {"event": RELAPSED, "until": 1500, "covariates": [AGE, DIABETIC], "baseline": "common"}
    found = ask("survival", asked | {"grid_days": grid}, hospitals)["model"]
    frame = split_withdrawals(grid=grid).drop(columns="male").query("days > 0")
    expected = CoxPHFitter().fit(
        frame, "days", "event", weights_col="weight", fit_options={"precision": 1e-14}
    )
    np.testing.assert_allclose(numbers(found["terms"], "estimate"), expected.params_, rtol=CLOSE)
    np.testing.assert_allclose(
        numbers(found["terms"], "standard_error"), expected.standard_errors_, rtol=CLOSE
    )
    assert found["log_likelihood"] == pytest.approx(expected.log_likelihood_, rel=CLOSE)


def widen(limits: np.ndarray, survival: np.ndarray, *, times: int) -> np.ndarray:
    """Limits on the scale of log(-log S), of so many times fewer persons."""
    with np.errstate(divide="ignore", invalid="ignore"):
        middle = np.log(-np.log(survival))[:, None]
        return np.exp(-np.exp(middle + np.sqrt(times) * (np.log(-np.log(limits)) - middle)))


@FRACTIONS
@pytest.mark.parametrize("grid", [1, 30])
def test_curves_and_log_rank(hospitals: Hospitals, grid: int) -> None:
    found = ask("survival", {"event": RELAPSED, "until": 1500, "split": SEX, "grid_days": grid}, hospitals)
    frame = split_withdrawals(grid=grid)
    assert [curve["group"] for curve in found["curves"]] == ["female", "male"]
    for level, curve in enumerate(found["curves"]):
        rows = frame[frame["male"] == level]
        # Lifelines rounds numbers at risk in its variance: every person counts so many times.
        times = 2 * grid
        fitted = KaplanMeierFitter().fit(rows["days"], rows["event"], weights=times * rows["weight"])
        told = [point["day"] for point in curve["points"]]
        survival = fitted.survival_function_at_times(told).to_numpy()
        np.testing.assert_allclose(numbers(curve["points"], "survival"), survival, rtol=1e-12)
        limits = widen(
            fitted.confidence_interval_survival_function_.loc[told].to_numpy(), survival, times=times
        )
        shown = np.array([(point["low"], point["high"]) for point in curve["points"]], dtype=float)
        some = ~np.isnan(limits).any(axis=1) & ~np.isnan(shown).any(axis=1)
        np.testing.assert_allclose(shown[some], limits[some], rtol=1e-10)
        assert 0 <= fitted.median_survival_time_ - curve["median"] < grid
    test = multivariate_logrank_test(frame["days"], frame["male"], frame["event"], weights=frame["weight"])
    assert found["log_rank"]["statistic"] == pytest.approx(test.test_statistic, rel=1e-12)
    assert found["log_rank"]["p_value"] == pytest.approx(test.p_value, rel=1e-9)
