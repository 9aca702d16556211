"""Indirect standardisation by a federated model equals that of one table of everybody.

OMOP rows, features, rounds, the client's reading of the fit, expected numbers: all but the wire. The pooled
side is statsmodels on the patients of all hospitals together, then expected numbers by hospital.
"""

from typing import Any

import numpy as np
import pytest
import statsmodels.api as sm

from maillage.analysis.base import Contribution
from maillage.analysis.registry import find_spec, load_combine, load_coordinate, read_parameters
from maillage.analysis.rounds import run_in_process
from maillage.client import Model
from maillage.client.risk import standardise
from maillage.client.typed import read_any
from tests.support.federation import ask_one
from tests.support.models import (
    AGE,
    COHORT,
    DIABETIC,
    RELAPSED,
    SEX,
    SPLITS,
    Hospitals,
    deal,
    draw_people,
    split_hospitals,
)
from tests.unit.test_client_plots import write_document

CLOSE = 1e-8
COUNT = 800
SPLIT = SPLITS["2+2 uneven"]
ASKED: dict[str, Any] = {
    "family": "binomial",
    "outcome": RELAPSED | {"window": {"start": 1, "end": 365}},
    "covariates": [AGE, SEX, DIABETIC | {"window": {"start": -365, "end": 0}}],
}


@pytest.fixture(scope="module")
def hospitals(tmp_path_factory: pytest.TempPathFactory) -> Hospitals:
    return split_hospitals(draw_people(COUNT), shares=SPLIT, folder=tmp_path_factory.mktemp("outcomes"))


@pytest.fixture(scope="module")
def model(hospitals: Hospitals) -> Model:
    """The federated fit, as the client reads it."""
    spec = find_spec("regress")
    assert spec.rounds is not None
    document = run_in_process(
        load_coordinate("regress"),
        read_parameters(spec, ASKED),
        hospitals.open("regress", ASKED),
        read_round=spec.rounds.parameters.model_validate,
        floor=1,
    )
    found = read_any(write_document({"figures": document["figures"]}, analysis="regress", parameters=ASKED))
    assert isinstance(found, Model)
    assert found.fitted, found.trouble
    return found


def test_a_federated_fit_standardises_as_a_pooled_one(hospitals: Hospitals, model: Model) -> None:
    asked = standardise(model, given={})
    contributions = {
        site: Contribution(ask_one(engine, "outcomes", COHORT, asked), shown_alone=True)
        for site, engine in hospitals.engines.items()
    }
    figures = load_combine("outcomes")(contributions, floor=1, minimum_sites=3)["figures"]

    people = draw_people(COUNT)
    happened = people.relapsed * (people.days <= 365)
    design = np.column_stack([np.ones(COUNT), people.age, people.male, people.diabetes])
    chance = sm.GLM(happened, design, family=sm.families.Binomial()).fit(tol=1e-14).predict(design)
    for one, rows in zip(figures["hospitals"], deal(COUNT, shares=SPLIT), strict=True):
        assert one["observed"] == happened[rows].sum()
        assert one["expected"] == pytest.approx(chance[rows].sum(), rel=CLOSE)
    # The model was fitted to these patients: over the group it expects what was observed.
    assert figures["group"]["ratio"] == pytest.approx(1, rel=CLOSE)
    assert np.ptp([one["ratio"] for one in figures["hospitals"]]) > 0.01, "hospitals differ"
