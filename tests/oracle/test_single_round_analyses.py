"""Flows, incidence, distributions and outcomes of hospitals that share the patients are those of all of them.

The pooled numbers are pandas' own, day by day and person by person where that is plainer.
"""

from collections.abc import Sequence
from copy import deepcopy
from pathlib import Path
from typing import Any

import numpy as np
import pandas as pd
import pytest
from scipy.stats import beta, chi2

from maillage.analysis.registry import load_chart
from maillage.warehouse.synthetic import synthesize
from tests.support.cohorts import COHORT as DIABETES
from tests.support.federation import (
    Frame,
    ask_all,
    find_sites,
    list_splits,
    read_cohort,
    read_table,
    values_of,
)

pytestmark = pytest.mark.xdist_group("single-round")

POTASSIUM, METFORMIN = 3023103, 1503297
TYPE_2_DIABETES, HYPERTENSION = 201826, 320128

COHORT: dict[str, Any] = deepcopy(DIABETES)
"""First diagnosis of hypertension in an adult."""
COHORT["ConceptSets"][0]["expression"]["items"][0]["concept"]["CONCEPT_ID"] = HYPERTENSION


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pooled") / "hcl.duckdb"
    synthesize("hcl", patients=4000, target=path)
    return path


@pytest.fixture(scope="module", params=list_splits())
def shares(request: pytest.FixtureRequest) -> Sequence[int]:
    return request.param


@pytest.fixture(scope="module")
def people(warehouse: Path) -> Frame:
    return read_cohort(warehouse, COHORT).merge(read_table(warehouse, "person"), on="person_id")


def rows_of(document: dict[str, Any], name: str) -> dict[str, dict[str, Any]]:
    (rows,) = (one["rows"] for one in document["tables"] if one["id"] == name)
    return {row["key"]: row for row in rows}


def test_flows(warehouse: Path, people: Frame, shares: Sequence[int]) -> None:
    answer = ask_all(warehouse, "flows", COHORT, {}, shares=shares)
    homes = people.merge(read_table(warehouse, "location"), on="location_id")
    by_department = homes["zip"].str[:2].value_counts()
    assert values_of(answer, "residence") == by_department.to_dict()
    reached = by_department.cumsum() / len(people)
    figures = answer["figures"]
    assert figures["catchment"]["share"] == pytest.approx(reached[reached >= 0.8].iloc[0])
    assert len(figures["catchment"]["departments"]) == (reached < 0.8).sum() + 1
    stays = [row["amounts"].get("stays") for row in rows_of(answer, "residence").values()]
    measured = [row["measured"] for row in rows_of(answer, "residence").values()]
    shown = [(one, of["count"]) for one, of in zip(stays, measured, strict=True) if of]
    assert shown
    assert all(one == of for one, of in shown), "of a cohort of first events each person has one stay"
    spec = load_chart("flows").charts(answer)[0].spec or {}
    drawn = {one["code"]: one["share"] for one in spec["data"]["values"] if one["share"] is not None}
    assert drawn == pytest.approx((by_department / len(people)).to_dict())


@pytest.fixture(scope="module")
def periods(warehouse: Path, people: Frame, shares: Sequence[int]) -> Frame:
    """Observation periods with their person's hospital, sex, birth, and day of becoming a case."""
    traits = read_table(warehouse, "person")[["person_id", "gender_concept_id", "year_of_birth"]]
    found = read_table(warehouse, "observation_period").merge(traits, on="person_id")
    found = found.merge(people[["person_id", "index_date"]], on="person_id", how="left")
    for name in ("observation_period_start_date", "observation_period_end_date"):
        found[name] = pd.to_datetime(found[name])
    return found.assign(site=found["person_id"].map(find_sites(warehouse, shares=shares)))


def follow(periods: Frame, *, year: int) -> tuple[int, int]:
    """Cases and days at risk in a year, after thirty days of observation, person by person."""
    first, last = pd.Timestamp(year, 1, 1), pd.Timestamp(year, 12, 31)
    cases = days = 0
    for row in periods.to_dict("records"):
        start = max(first, row["observation_period_start_date"] + pd.Timedelta(days=30))
        end = min(last, row["observation_period_end_date"])
        case = row["index_date"]
        cases += int(start <= case <= end)
        until = end if pd.isna(case) else min(end, case - pd.Timedelta(days=1))
        days += max(0, int((until - start).days) + 1)
    return cases, days


def check_rate(row: dict[str, Any], periods: Frame, *, year: int) -> None:
    """A row is what its hospitals' patients give together; a hospital without a case hides it."""
    cases, days = follow(periods[periods["site"].isin(row["contributing"])], year=year)
    assert row["persons"] == row["measured"] == {"count": cases}
    assert row["amounts"]["days"] == days
    scale = 100_000 * 365.25 / days
    assert row["rate"] == pytest.approx(cases * scale, rel=1e-12)
    interval = chi2.ppf(0.025, 2 * cases) / 2 * scale, chi2.ppf(0.975, 2 * cases + 2) / 2 * scale
    assert (row["low"], row["high"]) == pytest.approx(interval, rel=1e-9)


def test_incidence_by_sex(warehouse: Path, periods: Frame, shares: Sequence[int]) -> None:
    asked = {"first_year": 2019, "last_year": 2021, "by": "sex", "washout_days": 30}
    rows = rows_of(ask_all(warehouse, "incidence", COHORT, asked, shares=shares), "cases")
    compared = 0
    for year in (2019, 2020, 2021):
        for key, codes in (("F", [8532]), ("M", [8507]), ("", [8507, 8532])):
            row = rows[f"{year}/{key}"]
            if row["contributing"]:
                check_rate(row, periods[periods["gender_concept_id"].isin(codes)], year=year)
                compared += 1
    assert compared > 5
    assert any(row["complete"] for row in rows.values())


def test_incidence_by_age(warehouse: Path, periods: Frame, shares: Sequence[int]) -> None:
    asked = {"first_year": 2020, "last_year": 2021, "by": "age", "ages": [0, 65], "washout_days": 30}
    rows = rows_of(ask_all(warehouse, "incidence", COHORT, asked, shares=shares), "cases")
    old = periods[2021 - periods["year_of_birth"] >= 65]
    check_rate(rows["2021/65+"], old, year=2021)


def test_prevalence(warehouse: Path, periods: Frame, shares: Sequence[int]) -> None:
    asked = {"first_year": 2021, "last_year": 2021, "by": "age"}
    answer = ask_all(warehouse, "incidence", COHORT, asked, shares=shares)
    row = rows_of(answer, "prevalent")["2021"]
    here = periods[
        (periods["observation_period_start_date"] <= "2021-12-31")
        & (periods["observation_period_end_date"] >= "2021-01-01")
        # A hospital without a new case in these years is in no total.
        & periods["site"].isin(row["contributing"])
    ]
    ill = here.loc[here["index_date"] <= "2021-12-31", "person_id"].nunique()
    observed = here["person_id"].nunique()
    assert row["complete"]
    assert row["persons"] == {"count": ill}
    assert row["amounts"]["observed"] == observed
    assert row["low"] == pytest.approx(beta.ppf(0.025, ill, observed - ill + 1), rel=1e-9)
    assert row["high"] == pytest.approx(beta.ppf(0.975, ill + 1, observed - ill), rel=1e-9)


def last_values(warehouse: Path, people: Frame) -> Frame:
    events = read_table(warehouse, "measurement").merge(people[["person_id", "index_date"]], on="person_id")
    days = (pd.to_datetime(events["measurement_date"]) - events["index_date"]).dt.days
    wanted = events[(events["measurement_concept_id"] == POTASSIUM) & days.between(-365, 0)]
    ordered = wanted.sort_values(["measurement_date", "measurement_id"])
    return ordered.groupby("person_id")["value_as_number"].last().dropna()


def test_a_distribution(warehouse: Path, people: Frame, shares: Sequence[int]) -> None:
    edges = [2.0, 3.0, 3.5, 4.0, 4.5, 5.0, 5.5, 7.0]
    asked = {"measure": {"name": "potassium", "concepts": [POTASSIUM]}, "edges": edges}
    answer = ask_all(warehouse, "distribution", COHORT, asked, shares=shares)
    values = last_values(warehouse, people)
    counts = np.histogram(values, bins=[-np.inf, *edges, np.inf])[0]
    keys = ["<2.0", *map(str, edges[:-1]), "7.0+"]
    expected = {key: int(count) for key, count in zip(keys, counts, strict=True) if count}
    assert values_of(answer, "bin") == expected
    figures = answer["figures"]
    assert (figures["mean"], figures["sd"]) == pytest.approx((values.mean(), values.std()), rel=1e-9)
    for one in figures["quantiles"]:
        true = np.quantile(values, one["level"], method="inverted_cdf")
        assert (one["low"] or -np.inf) <= true <= (one["high"] or np.inf)
        if one["value"] is not None:
            assert abs(one["value"] - true) <= one["high"] - one["low"], "the stated error"


OUTCOME = {"name": "metformine", "domain": "drug", "concepts": [METFORMIN]}
MODEL = {
    "intercept": -5.0,
    "age": 0.04,
    "male": 0.2,
    "risks": [
        {
            "feature": {"name": "diabète", "domain": "condition", "concepts": [TYPE_2_DIABETES]},
            "coefficient": 1.3,
        }
    ],
}


def test_outcomes(warehouse: Path, people: Frame, shares: Sequence[int]) -> None:
    asked = {"outcome": OUTCOME, "model": MODEL, "within_days": 730, "before_days": 365}
    answer = ask_all(warehouse, "outcomes", COHORT, asked, shares=shares)
    age = people["index_date"].dt.year - people["year_of_birth"]
    ill = having(warehouse, people, TYPE_2_DIABETES, "condition_occurrence", -365, 0)
    male = people["gender_concept_id"] == 8507
    odds = -5.0 + 0.04 * age + 0.2 * male + 1.3 * people["person_id"].isin(ill)
    chance = 1 / (1 + np.exp(-odds))
    happened = len(having(warehouse, people, METFORMIN, "drug_exposure", 1, 730))
    row = rows_of(answer, "outcome")["all"]
    assert row["complete"]
    assert row["persons"] == {"count": happened}
    assert row["amounts"]["expected"] == pytest.approx(chance.sum(), rel=1e-9)
    assert row["amounts"]["variance"] == pytest.approx((chance * (1 - chance)).sum(), rel=1e-9)
    assert answer["figures"]["group"]["ratio"] == pytest.approx(happened / chance.sum(), rel=1e-9)
    assert len(answer["figures"]["hospitals"]) == len(shares)


def having(warehouse: Path, people: Frame, concept: int, table: str, first: int, last: int) -> set[int]:
    """Persons with an event of a concept, or one under it, so many days from the index date."""
    stem = table.partition("_")[0]
    ancestry = read_table(warehouse, "concept_ancestor")
    under = ancestry.loc[ancestry["ancestor_concept_id"] == concept, "descendant_concept_id"]
    events = read_table(warehouse, table).merge(people[["person_id", "index_date"]], on="person_id")
    start = next(name for name in events if name.endswith("start_date"))
    days = (pd.to_datetime(events[start]) - events["index_date"]).dt.days
    return set(events[events[f"{stem}_concept_id"].isin(under) & days.between(first, last)]["person_id"])
