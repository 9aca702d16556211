"""The hub's half of characterise: rows added up; means and standard deviations from their sums."""

from collections.abc import Mapping
from math import sqrt
from typing import Any

from maillage.analysis.base import Contribution
from maillage.analysis.characterise.spec import FORMS
from maillage.analysis.tabular.adding import add_tables, count_of


def combine(contributions: Mapping[str, Contribution], *, floor: int, minimum_sites: int) -> dict[str, Any]:
    """The group's tables; a row of `measure` has a `mean` and a standard deviation `sd` where it has sums."""
    return describe_measures(add_tables(contributions, forms=FORMS, floor=floor, minimum_sites=minimum_sites))


def describe_measures(document: dict[str, Any]) -> dict[str, Any]:
    """The tables with mean and standard deviation of the measures."""
    for table in document["tables"]:
        if table["id"] == "measure":
            table["rows"] = [row | _describe(row) for row in table["rows"]]
    return document


def _describe(row: Mapping[str, Any]) -> dict[str, float | None]:
    persons = count_of(row["measured"])
    if persons is None or persons < 2:
        return {"mean": None, "sd": None}
    mean = row["amounts"]["sum"] / persons
    # Rounding may bring a spread of nothing under zero.
    left = max(0.0, row["amounts"]["squares"] - persons * mean**2)
    return {"mean": mean, "sd": sqrt(left / (persons - 1))}
