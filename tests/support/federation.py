"""One warehouse asked as several hospitals, each of which sees its share of the patients and no other."""

from collections.abc import Generator, Mapping, Sequence
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import duckdb
import pandas as pd
import pytest
from _pytest.mark import ParameterSet

from maillage.analysis.base import Contribution
from maillage.analysis.registry import find_spec, load_combine, load_local, read_parameters
from maillage.analysis.tabular.people import EPOCH
from maillage.cohort import parse_expression
from maillage.cohort.compile.dates import date_literal, days_between
from maillage.cohort.compile.sql import col, named, select, table
from maillage.cohort.run import run_cohort
from maillage.disclosure import DisclosureRules
from maillage.disclosure.gates import ExactGate
from maillage.disclosure.magnitudes import MagnitudeRules
from maillage.warehouse.engines.base import Engine, Persons
from maillage.warehouse.engines.duckdb import DuckDBEngine, open_warehouse

Frame = Any
"""A table of pandas, whose types are too narrow for what it takes."""

SPLITS: Mapping[str, Sequence[int]] = {
    "4 even": (1, 1, 1, 1),
    "2 large and 2 small": (8, 8, 1, 1),
    "12 hospitals": (1,) * 12,
}
"""Shares of the patients, hospital by hospital."""

SHORT = "2 large and 2 small"
"""The split that is always tried; the others where more cases are."""


def list_splits() -> list[ParameterSet]:
    """The splits as parameters of a fixture."""
    return [
        pytest.param(shares, id=name, marks=() if name == SHORT else pytest.mark.long)
        for name, shares in SPLITS.items()
    ]


OPEN = DisclosureRules(floor=1, network_floor=1)
"""No floor: what is compared is the arithmetic."""
_ANY_SUM = MagnitudeRules(within_percent=1e-9, share_percent=99.9999999)


def _owner(person: int, *, shares: Sequence[int]) -> int:
    """The hospital of a patient, by the remainder of the id."""
    owners = [rank for rank, share in enumerate(shares) for _ in range(share)]
    return owners[person % len(owners)]


def _others(persons: Persons, *, shares: Sequence[int], site: int) -> list[int]:
    """The ids of the patients of other hospitals."""
    return [person for person, _source in persons if _owner(person, shares=shares) != site]


@contextmanager
def hospital(warehouse: Path, *, shares: Sequence[int], site: int) -> Generator[DuckDBEngine]:
    """An engine that sees one hospital's patients."""
    hide = partial(_others, shares=shares, site=site)
    with open_warehouse(warehouse, threads=1, find_objected=hide) as engine:
        yield engine


def ask_one(
    engine: Engine,
    analysis: str,
    cohort: Mapping[str, Any],
    parameters: Mapping[str, Any],
    *,
    rules: DisclosureRules = OPEN,
) -> dict[str, Any]:
    """What one hospital sends."""
    magnitudes = _ANY_SUM if rules is OPEN else MagnitudeRules()
    local = load_local(analysis)(
        cohort=parse_expression(cohort),
        parameters=read_parameters(find_spec(analysis), parameters),
        engine=engine,
        gate=ExactGate(rules, magnitudes=magnitudes),
    )
    return local.content.model_dump(mode="json")


def ask_all(
    warehouse: Path,
    analysis: str,
    cohort: Mapping[str, Any],
    parameters: Mapping[str, Any],
    *,
    shares: Sequence[int],
    rules: DisclosureRules = OPEN,
) -> dict[str, Any]:
    """The group's answer."""
    contributions: dict[str, Contribution] = {}
    for site in range(len(shares)):
        with hospital(warehouse, shares=shares, site=site) as engine:
            content = ask_one(engine, analysis, cohort, parameters, rules=rules)
        contributions[f"site{site:02}"] = Contribution(content, shown_alone=True)
    return load_combine(analysis)(contributions, floor=rules.floor, minimum_sites=3)


def find_sites(warehouse: Path, *, shares: Sequence[int]) -> Frame:
    """By person_id, the hospital that sees the patient."""
    ids = read_table(warehouse, "person")["person_id"]
    return pd.Series({one: f"site{_owner(one, shares=shares):02}" for one in ids})


def read_table(warehouse: Path, name: str) -> Frame:
    """A table of the pooled warehouse."""
    with duckdb.connect(str(warehouse), read_only=True) as connection:
        return connection.table(name).df()


def read_cohort(warehouse: Path, cohort: Mapping[str, Any]) -> Frame:
    """person_id and index date of the pooled cohort, whose rows have tests of their own."""
    with (
        open_warehouse(warehouse, threads=1) as engine,
        run_cohort(parse_expression(cohort), engine=engine) as tables,
    ):
        day = days_between(date_literal(EPOCH), col("r", "cohort_start_date"))
        rows = engine.fetch(select([col("r", "subject_id"), named(day, "day")], table(tables.rows, "r")))
    frame = pd.DataFrame({"person_id": [row[0] for row in rows], "day": [row[1] for row in rows]})
    first = frame.groupby("person_id", as_index=False)["day"].min()
    return first.assign(index_date=pd.to_datetime(first["day"], unit="D")).drop(columns="day")


def values_of(document: Mapping[str, Any], name: str) -> dict[str, int]:
    """A combined table's shown persons, by key."""
    (rows,) = (one["rows"] for one in document["tables"] if one["id"] == name)
    return {row["key"]: row["persons"]["count"] for row in rows if "count" in row["persons"]}
