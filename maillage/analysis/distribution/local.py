"""The node's half of distribution: persons by bin of their last value, and the moments of the values."""

from typing import cast

import numpy as np
from pydantic import BaseModel

from maillage.analysis.base import LocalAnswer
from maillage.analysis.distribution.bins import name_bins
from maillage.analysis.distribution.spec import DistributionParameters
from maillage.analysis.tabular.drafts import Groups, Split
from maillage.analysis.tabular.events import find_values
from maillage.analysis.tabular.people import Cohort, Found, People, answer_tables
from maillage.analysis.tabular.windows import Window
from maillage.disclosure.fingerprints import Column
from maillage.disclosure.gates import Gate
from maillage.warehouse.engines.base import Engine


def run(*, cohort: Cohort, parameters: BaseModel, engine: Engine, gate: Gate) -> LocalAnswer:
    """The tables of one hospital, gated."""
    asked = cast("DistributionParameters", parameters)
    return answer_tables(
        cohort=cohort,
        engine=engine,
        gate=gate,
        find=lambda people, _tables: find_bins(people, asked=asked, engine=engine),
    )


def find_bins(people: People, *, asked: DistributionParameters, engine: Engine) -> Found:
    """The whole are the persons of the cohort who have a value."""
    window = Window(before=asked.before_days, after=0)
    found = find_values([asked.measure], people=people, window=window, engine=engine)
    places, values = found[asked.measure.name]
    persons = people.at(places)
    bin_of = np.searchsorted(np.asarray(asked.edges), values, side="right")
    bins = {name: persons[bin_of == rank] for rank, name in enumerate(name_bins(asked.edges))}
    moments = {"all": {"sum": Column(persons, values), "squares": Column(persons, values**2)}}
    return Found(persons, [Split("bin", bins), Groups("moments", {"all": persons}, amounts=moments)])
