"""The node's half of outcomes: how many had the outcome, and how many the model expects."""

from typing import cast

import numpy as np
from pydantic import BaseModel

from maillage.analysis.base import LocalAnswer
from maillage.analysis.outcomes.spec import OutcomesParameters, RiskModel
from maillage.analysis.tabular.drafts import Groups
from maillage.analysis.tabular.events import find_features
from maillage.analysis.tabular.people import Cohort, Found, People, answer_tables
from maillage.analysis.tabular.windows import Window
from maillage.disclosure.fingerprints import Column
from maillage.disclosure.gates import Gate
from maillage.disclosure.model_gate import allows_score
from maillage.disclosure.models import Floats
from maillage.warehouse.engines.base import Engine


def run(*, cohort: Cohort, parameters: BaseModel, engine: Engine, gate: Gate) -> LocalAnswer:
    """The numbers of one hospital, gated; there are none without enough persons on either side."""
    asked = cast("OutcomesParameters", parameters)
    return answer_tables(
        cohort=cohort,
        engine=engine,
        gate=gate,
        find=lambda people, _tables: find_outcomes(people, asked=asked, engine=engine, gate=gate),
    )


def find_outcomes(people: People, *, asked: OutcomesParameters, engine: Engine, gate: Gate) -> Found:
    """Who had the outcome; of everybody, the chance and its variance, where the gate lets them be summed."""
    after = Window(before=0, after=asked.within_days)
    happened = find_features([asked.outcome], people=people, window=after, engine=engine)
    model = asked.model
    has = _find_risks(people, asked=asked, engine=engine, floor=gate.rules.floor)
    chance = find_chances(people, model=model, has=has)
    flags = has[:, np.ptp(has, axis=0) > 0] if len(has) else has
    # The same chance for everybody counts nobody in particular.
    is_told = len(np.unique(chance)) <= 1 or allows_score(people.ids, flags, chance, gate=gate)
    sums = {
        "expected": Column(people.ids, chance),
        "variance": Column(people.ids, chance * (1 - chance)),
    }
    _earlier, later = happened[asked.outcome.name]
    amounts = {"all": sums} if is_told else {}
    return Found(people.ids, [Groups("outcome", {"all": people.at(later)}, amounts=amounts)])


def _find_risks(people: People, *, asked: OutcomesParameters, engine: Engine, floor: int) -> Floats:
    """Who has which risk, n × (risks and the male sex).

    One that fewer than the floor's number have, or nobody, nobody has; and one that fewer have not, all have.
    The sum would count them, and to tell nothing at all for their sake would be of no use to anybody.
    """
    features = [risk.feature for risk in asked.model.risks]
    before = Window(before=asked.before_days, after=0)
    holders = find_features(features, people=people, window=before, engine=engine) if features else {}
    has = np.zeros((len(people.ids), len(features) + 1))
    for place, feature in enumerate(features):
        found, _later = holders[feature.name]
        has[found, place] = 1.0
    has[:, -1] = people.sex == "M"
    holding = has.sum(axis=0)
    has[:, holding < floor] = 0.0
    has[:, len(has) - holding < floor] = 1.0
    return has


def find_chances(people: People, *, model: RiskModel, has: Floats) -> Floats:
    """Each person's chance of the outcome by the model; `has` are the risks and the male sex, by column."""
    coefficients = np.array([*(risk.coefficient for risk in model.risks), model.male])
    odds = model.intercept + model.age * people.age + has @ coefficients
    # scipy has a name for it, and takes half a second to load in every worker.
    return np.exp(-np.logaddexp(0.0, -odds))
