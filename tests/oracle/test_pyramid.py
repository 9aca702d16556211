"""A pyramid of hospitals that share the patients is that of all of them, as pandas counts it."""

from pathlib import Path
from typing import Any

import pandas as pd

from maillage.disclosure import DisclosureRules
from maillage.warehouse.synthetic import synthesize
from tests.support.cohorts import COHORT
from tests.support.federation import (
    SHORT,
    SPLITS,
    Frame,
    ask_all,
    ask_one,
    hospital,
    read_cohort,
    read_table,
    values_of,
)

AGES = [0, 40, 60, 75]
BANDS = ["0-39", "40-59", "60-74", "75+"]


def read_truth(warehouse: Path) -> tuple[int, dict[str, int]]:
    """All persons, and those of each sex and age group."""
    people: Frame = read_cohort(warehouse, COHORT).merge(read_table(warehouse, "person"), on="person_id")
    age = people["index_date"].dt.year - people["year_of_birth"]
    band: Frame = pd.cut(age, [*AGES, 200], right=False, labels=BANDS)
    sex = people["gender_concept_id"].map({8507: "M", 8532: "F"})
    return len(people), (sex + " " + band.astype(str)).value_counts().to_dict()


def test_the_pyramid_is_that_of_the_pool_and_its_small_cells_are_hidden(tmp_path: Path) -> None:
    warehouse = tmp_path / "hcl.duckdb"
    synthesize("hcl", patients=4000, target=warehouse)
    persons, truth = read_truth(warehouse)
    answer = ask_all(warehouse, "pyramid", COHORT, {"ages": AGES}, shares=SPLITS[SHORT])
    assert answer["persons"] == {"count": persons}
    assert values_of(answer, "age_sex") == truth
    rules = DisclosureRules(floor=min(truth.values()) + 1, network_floor=1)
    with hospital(warehouse, shares=(1,), site=0) as engine:
        content: dict[str, Any] = ask_one(engine, "pyramid", COHORT, {"ages": AGES}, rules=rules)
    (table,) = content["tables"]
    shown = {row["key"]: row["persons"]["count"] for row in table["rows"] if "count" in row["persons"]}
    assert len(table["rows"]) == 2 * len(BANDS), "every group is named, whoever is in it"
    assert min(shown.values()) >= rules.floor
    assert persons - sum(shown.values()) >= rules.floor, "the smallest other group hides the small one"
