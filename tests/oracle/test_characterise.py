"""Table 1 of hospitals that share the patients is that of all of them, as pandas computes it."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any, get_args

import duckdb
import numpy as np
import pandas as pd
import pytest

from maillage.analysis.characterise.difference import compare
from maillage.analysis.tabular.parameters import Domain
from maillage.warehouse.engines.duckdb import open_warehouse
from maillage.warehouse.layout import DAY_COPIES
from maillage.warehouse.synthetic import synthesize
from tests.support.cohorts import COHORT
from tests.support.federation import Frame, ask_all, ask_one, list_splits, read_cohort, read_table, values_of

pytestmark = pytest.mark.xdist_group("characterise")

POTASSIUM = 3023103
METFORMIN, CIRCULATORY = 1503297, 2000100009
"""A drug, and a chapter of the CIM-10, of which a person has several codes."""

PARAMETERS: dict[str, Any] = {
    "ages": [0, 40, 60, 75],
    "before_days": 400,
    "after_days": 200,
    "levels": {"drug": "ATC 2e niveau"},
    "commonest": 300,
    "features": [
        {"name": "metformine", "domain": "drug", "concepts": [METFORMIN]},
        {"name": "circulation", "domain": "condition", "concepts": [CIRCULATORY]},
        # Of a domain whose commonest concepts are not asked for.
        {"name": "potassium", "domain": "measurement", "concepts": [POTASSIUM]},
    ],
    "measures": [
        {"name": "potassium", "concepts": [POTASSIUM], "low": 2.5, "high": 6.5},
    ],
}


@pytest.fixture(scope="module")
def warehouse(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("pooled") / "hcl.duckdb"
    synthesize("hcl", patients=4000, target=path)
    return path


@pytest.fixture(scope="module", params=list_splits())
def answer(request: pytest.FixtureRequest, warehouse: Path) -> dict[str, Any]:
    shares: Sequence[int] = request.param
    return ask_all(warehouse, "characterise", COHORT, PARAMETERS, shares=shares)


@pytest.fixture(scope="module")
def people(warehouse: Path) -> Frame:
    found = read_cohort(warehouse, COHORT).merge(read_table(warehouse, "person"), on="person_id")
    return found.assign(year=found["index_date"].dt.year, age=lambda one: one["year"] - one["year_of_birth"])


def around(warehouse: Path, people: Frame, *, table: str, start: str) -> Frame:
    """Events in the window, each before the index date or on it, or after."""
    events = read_table(warehouse, table).merge(people[["person_id", "index_date"]], on="person_id")
    days = (pd.to_datetime(events[start]) - events["index_date"]).dt.days
    return events.assign(days=days, side=np.where(days > 0, "after", "before"))[days.between(-400, 200)]


def descendants(warehouse: Path, concept: int) -> set[int]:
    ancestry = read_table(warehouse, "concept_ancestor")
    return set(ancestry.loc[ancestry["ancestor_concept_id"] == concept, "descendant_concept_id"])


def test_age_sex_and_year(answer: dict[str, Any], people: Frame) -> None:
    bands: Frame = pd.cut(
        people["age"], [0, 40, 60, 75, 200], right=False, labels=["0-39", "40-59", "60-74", "75+"]
    )
    assert answer["persons"] == {"count": len(people)}
    assert values_of(answer, "age") == dict(bands.value_counts()[lambda one: one > 0])
    sexes = people["gender_concept_id"].map({8507: "M", 8532: "F"}).value_counts()
    assert values_of(answer, "sex") == sexes.to_dict()
    assert values_of(answer, "year") == {str(year): n for year, n in people["year"].value_counts().items()}


def test_every_condition_that_somebody_has(answer: dict[str, Any], people: Frame, warehouse: Path) -> None:
    events = around(warehouse, people, table="condition_occurrence", start="condition_start_date")
    events = events[events["condition_concept_id"] != 0]
    persons = events.groupby(["side", "condition_concept_id"])["person_id"].nunique()
    for side in ("before", "after"):
        expected = {str(concept): n for concept, n in persons[side].items()}
        assert values_of(answer, f"condition_{side}") == expected
        assert expected


def test_drugs_by_their_class(answer: dict[str, Any], people: Frame, warehouse: Path) -> None:
    events = around(warehouse, people, table="drug_exposure", start="drug_exposure_start_date")
    concepts = read_table(warehouse, "concept")
    classes = concepts.loc[concepts["concept_class_id"] == "ATC 2e niveau", "concept_id"]
    above = read_table(warehouse, "concept_ancestor")
    above = above[above["ancestor_concept_id"].isin(classes)]
    rolled = events.merge(above, left_on="drug_concept_id", right_on="descendant_concept_id")
    persons = rolled.groupby(["side", "ancestor_concept_id"])["person_id"].nunique()
    assert values_of(answer, "drug_after") == {str(one): n for one, n in persons["after"].items()}


@pytest.mark.parametrize(
    ("name", "concept", "table", "start"),
    [
        ("circulation", CIRCULATORY, "condition", "condition_start_date"),
        ("potassium", POTASSIUM, "measurement", "measurement_date"),
    ],
)
def test_declared_features_with_what_is_under_them(
    answer: dict[str, Any], people: Frame, warehouse: Path, name: str, concept: int, table: str, start: str
) -> None:
    names = {"condition": "condition_occurrence"}
    events = around(warehouse, people, table=names.get(table, table), start=start)
    wanted = events[events[f"{table}_concept_id"].isin(descendants(warehouse, concept))]
    persons = wanted.groupby("side")["person_id"].nunique()
    for side in ("before", "after"):
        assert values_of(answer, f"feature_{side}")[name] == persons[side] > 0


def test_the_last_value_of_a_measure(answer: dict[str, Any], people: Frame, warehouse: Path) -> None:
    events = around(warehouse, people, table="measurement", start="measurement_date")
    wanted = events[
        (events["measurement_concept_id"] == POTASSIUM)
        & (events["days"] <= 0)
        & events["value_as_number"].between(2.5, 6.5)
    ]
    last = wanted.sort_values(["days", "measurement_id"]).groupby("person_id")["value_as_number"].last()
    (rows,) = (table["rows"] for table in answer["tables"] if table["id"] == "measure")
    (row,) = (row for row in rows if row["key"] == "potassium")
    assert row["measured"] == {"count": len(last)}
    assert row["mean"] == pytest.approx(last.mean(), rel=1e-12)
    assert row["sd"] == pytest.approx(last.std(), rel=1e-9)
    (age,) = (row for row in rows if row["key"] == "age")
    assert (age["mean"], age["sd"]) == pytest.approx((people["age"].mean(), people["age"].std()), rel=1e-12)


def test_standardised_differences_are_those_of_the_formula(answer: dict[str, Any], warehouse: Path) -> None:
    other = {**COHORT, "InclusionRules": []}
    theirs = ask_all(warehouse, "characterise", other, PARAMETERS, shares=(1, 1, 1, 1))
    found = {(one.table, one.key): one for one in compare(answer, theirs)}
    one, two = (
        values_of(document, "sex")["F"] / document["persons"]["count"] for document in (answer, theirs)
    )
    expected = (one - two) / np.sqrt((one * (1 - one) + two * (1 - two)) / 2)
    assert found["sex", "F"].standardised == pytest.approx(expected, rel=1e-12)
    assert ("measure", "age") in found


@pytest.fixture(scope="module")
def former(warehouse: Path) -> Path:
    """The same file as it was written before there were day copies."""
    path = warehouse.with_name("former.duckdb")
    path.write_bytes(warehouse.read_bytes())
    with duckdb.connect(path) as connection:
        for copy in DAY_COPIES.values():
            connection.execute(f"DROP TABLE {copy.table}; DROP TABLE {copy.concepts}")
    return path


def list_features(warehouse: Path) -> list[dict[str, Any]]:
    """Of each domain, more sets of concepts than are found one by one; half take what is under them."""
    concepts = read_table(warehouse, "concept")
    found: list[dict[str, Any]] = []
    for domain in get_args(Domain):
        of_domain = concepts.loc[concepts["domain_id"].str.lower() == domain, "concept_id"].tolist()
        found += [
            {"name": f"{domain} {place}", "domain": domain, "concepts": some, "descendants": place % 2 == 0}
            for place in range(15)
            if (some := of_domain[place:900:15])
        ]
    return found


def ask_both(warehouse: Path, former: Path, asked: dict[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """What the file says, and what it says without its day copies; two persons are hidden as it opens."""
    answers = []
    for path, copies in ((warehouse, set(DAY_COPIES)), (former, set[str]())):
        with open_warehouse(path, threads=1, find_objected=lambda _persons: [7, 8]) as engine:
            assert set(engine.day_copies) == copies
            answers.append(ask_one(engine, "characterise", COHORT, asked))
    return answers[0], answers[1]


@pytest.mark.parametrize("levels", [{}, {"drug": "ATC 2e niveau"}])
def test_day_copies_change_nothing(warehouse: Path, former: Path, levels: dict[str, str]) -> None:
    asked = {"domains": ["condition", "drug"], "levels": levels, "commonest": 300}
    found, other = ask_both(warehouse, former, asked | {"features": list_features(warehouse)})
    assert found == other
    shown = {table["id"]: len(table["rows"]) for table in found["tables"]}
    assert min(shown["drug_before"], shown["drug_after"], shown["feature_before"]) > 10


def test_many_concepts_that_nobody_has(warehouse: Path, former: Path) -> None:
    unknown = [{"name": str(one), "domain": "measurement", "concepts": [one]} for one in range(1, 12)]
    found, other = ask_both(warehouse, former, {"domains": ["condition"], "features": unknown})
    assert found == other
