"""The node's half of outcomes: how many had the outcome, and how many the model expects."""

from typing import cast

import numpy as np
from pydantic import BaseModel

from maillage.analysis.base import LocalAnswer
from maillage.analysis.outcomes.spec import OutcomesParameters, RiskModel
from maillage.analysis.tabular.drafts import Groups, Parts
from maillage.analysis.tabular.events import Holders, Window, find_features
from maillage.analysis.tabular.people import Cohort, Found, People, answer_tables
from maillage.disclosure.gates import Gate
from maillage.warehouse.engines.base import Engine


def run(*, cohort: Cohort, parameters: BaseModel, engine: Engine, gate: Gate) -> LocalAnswer:
    """The numbers of one hospital, gated; there are none without enough persons on either side."""
    asked = cast("OutcomesParameters", parameters)
    return answer_tables(
        cohort=cohort,
        engine=engine,
        gate=gate,
        find=lambda people, _tables: find_outcomes(people, asked=asked, engine=engine),
    )


def find_outcomes(people: People, *, asked: OutcomesParameters, engine: Engine) -> Found:
    """Who had the outcome; of everybody, the chance and its variance."""
    after = Window(before=0, after=asked.within_days)
    happened = find_features([asked.outcome], people=people, window=after, engine=engine)
    features = [risk.feature for risk in asked.model.risks]
    before = Window(before=asked.before_days, after=0)
    holders = find_features(features, people=people, window=before, engine=engine) if features else {}
    chance = find_chances(people, model=asked.model, holders=holders)
    amounts = {"all": {"expected": chance, "variance": chance * (1 - chance)}}
    _earlier, later = happened[asked.outcome.name]
    return Found(people.ids, [Groups("outcome", {"all": people.at(later)}, amounts=amounts)])


def find_chances(people: People, *, model: RiskModel, holders: Holders) -> Parts:
    """Each person's chance of the outcome by the model."""
    odds = model.intercept + model.age * people.age + model.male * (people.sex == "M")
    for risk in model.risks:
        has = np.zeros(len(people.ids))
        has[holders[risk.feature.name][0]] = 1.0
        odds = odds + risk.coefficient * has
    # scipy has a name for it, and takes half a second to load in every worker.
    return np.exp(-np.logaddexp(0.0, -odds))
