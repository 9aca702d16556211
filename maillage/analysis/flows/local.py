"""The node's half of flows: persons and stays of a cohort by the department where they live."""

from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray
from pydantic import BaseModel
from sqlglot import exp

from maillage.analysis.base import LocalAnswer
from maillage.analysis.flows.residence import find_department
from maillage.analysis.tabular.drafts import Split
from maillage.analysis.tabular.people import Cohort, Found, People, answer_tables
from maillage.cohort.compile.dates import first_known
from maillage.cohort.compile.sql import col, equal, inner_join, named, num, ordered, select, table
from maillage.disclosure.fingerprints import Column
from maillage.disclosure.gates import Gate
from maillage.warehouse.engines.base import Engine

_NOWHERE = -1


def run(
    *,
    cohort: Cohort,
    parameters: BaseModel,  # noqa: ARG001 - flows has none
    engine: Engine,
    gate: Gate,
) -> LocalAnswer:
    """The table of one hospital, gated."""
    return answer_tables(
        cohort=cohort,
        engine=engine,
        gate=gate,
        find=lambda people, _tables: find_residences(people, engine=engine),
    )


def find_residences(people: People, *, engine: Engine) -> Found:
    """Who lives in each department, and how many stays each person had."""
    stays = people.entries.astype(np.float64)
    lives = {
        name: Column(people.at(places), stays[places])
        for name, places in _find_departments(people, engine=engine).items()
    }
    return Found(
        people.ids,
        [
            Split(
                "residence",
                {name: column.persons for name, column in lives.items()},
                declared=False,
                amounts={name: {"stays": column} for name, column in lives.items()},
            )
        ],
    )


def _find_departments(people: People, *, engine: Engine) -> Mapping[str, NDArray[np.int64]]:
    """The places of those who live in each department, by its code in order."""
    (location,) = engine.fetch_integers(_locations(people))
    codes = dict(engine.fetch(_codes()))
    if not len(location):
        return {}
    ids, inverse = np.unique(location, return_inverse=True)
    of_location = [find_department(codes.get(one)) for one in ids.tolist()]
    names = sorted(set(of_location))
    # Small numbers of departments: texts, and large numbers, take long to compare with each other.
    number = np.array([names.index(name) for name in of_location], dtype=np.uint16)[inverse]
    ends = np.cumsum(np.bincount(number, minlength=len(names)))[:-1]
    return dict(zip(names, np.split(np.argsort(number, kind="stable"), ends), strict=True))


def _locations(people: People) -> exp.Query:
    query = select(
        [named(first_known(col("p", "location_id"), num(_NOWHERE)), "location_id")],
        table(people.table, "i"),
        joins=[inner_join(table("person", "p"), [equal(col("p", "person_id"), col("i", "person_id"))])],
    )
    query.set("order", exp.Order(expressions=[ordered(col("i", "place"))]))
    return query


def _codes() -> exp.Query:
    code = first_known(col("l", "zip"), col("l", "location_source_value"))
    return select([col("l", "location_id"), named(code, "code")], table("location", "l"))
