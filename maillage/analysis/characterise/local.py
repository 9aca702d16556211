"""The node's half of characterise: persons by age, sex, year, and by what they have before and after."""

from typing import cast

import numpy as np
from pydantic import BaseModel

from maillage.analysis.base import LocalAnswer
from maillage.analysis.characterise.spec import CharacteriseParameters
from maillage.analysis.tabular.days import Holders
from maillage.analysis.tabular.drafts import Draft, Groups, Split
from maillage.analysis.tabular.events import find_common, find_features, find_values, keep_pairs
from maillage.analysis.tabular.people import (
    Cohort,
    Found,
    People,
    answer_tables,
    split_ages,
    split_sexes,
    split_years,
)
from maillage.analysis.tabular.windows import Window
from maillage.disclosure.fingerprints import Column
from maillage.disclosure.gates import Gate
from maillage.warehouse.engines.base import Engine


def run(*, cohort: Cohort, parameters: BaseModel, engine: Engine, gate: Gate) -> LocalAnswer:
    """The tables of one hospital, gated."""
    asked = cast("CharacteriseParameters", parameters)
    return answer_tables(
        cohort=cohort,
        engine=engine,
        gate=gate,
        find=lambda people, _tables: find_tables(people, asked=asked, engine=engine, floor=gate.rules.floor),
    )


def find_tables(people: People, *, asked: CharacteriseParameters, engine: Engine, floor: int) -> Found:
    """Every table that was asked for, before the gate."""
    window = Window(before=asked.before_days, after=asked.after_days)
    drafts: list[Draft] = [
        Split("age", split_ages(people, asked.ages)),
        Split("sex", split_sexes(people)),
        Split("year", split_years(people), declared=False, ordered=True),
    ]
    with keep_pairs(asked.domains, people=people, window=window, engine=engine) as kept:
        for domain in asked.domains:
            holders = find_common(
                kept[domain],
                people=people,
                engine=engine,
                level=asked.levels.get(domain, ""),
                least=floor,
                most=asked.commonest,
            )
            drafts += _draft_sides(domain, holders, people=people, declared=False)
        if asked.features:
            holders = find_features(asked.features, people=people, window=window, engine=engine, kept=kept)
            drafts += _draft_sides("feature", holders, people=people, declared=True)
    return Found(people.ids, [*drafts, _draft_measures(people, asked=asked, window=window, engine=engine)])


def _draft_sides(name: str, holders: Holders, *, people: People, declared: bool) -> list[Draft]:
    return [
        Groups(
            f"{name}_{side}",
            {key: people.part(places[rank]) for key, places in holders.items()},
            declared=declared,
        )
        for rank, side in enumerate(("before", "after"))
    ]


def _draft_measures(
    people: People, *, asked: CharacteriseParameters, window: Window, engine: Engine
) -> Draft:
    """Age, of everybody, and each measure of those who have it."""
    last = Window(before=window.before, after=0)
    values = {"age": (np.arange(len(people.ids)), people.age.astype(np.float64))}
    if asked.measures:
        values |= find_values(asked.measures, people=people, window=last, engine=engine)
    groups = {name: people.at(places) for name, (places, _values) in values.items()}
    return Groups(
        "measure",
        groups,
        amounts={
            name: {"sum": Column(groups[name], found), "squares": Column(groups[name], found**2)}
            for name, (_places, found) in values.items()
        },
    )
