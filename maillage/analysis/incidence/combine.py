"""The hub's half of incidence: rates and prevalence with their exact intervals."""

from collections.abc import Mapping
from typing import Any

from maillage.analysis.base import Contribution
from maillage.analysis.incidence.spec import FORMS
from maillage.analysis.tabular.adding import add_tables, count_of
from maillage.analysis.tabular.intervals import binomial_interval, poisson_interval

DAYS_OF_A_YEAR = 365.25
PER = 100_000
_UNKNOWN = {"rate": None, "low": None, "high": None}


def combine(contributions: Mapping[str, Contribution], *, floor: int, minimum_sites: int) -> dict[str, Any]:
    """Rows with a `rate` and its interval, `low` to `high`: per 100,000 person-years, or of those observed.

    A hospital that hides a row is in neither its cases nor its time.
    """
    return describe_rates(add_tables(contributions, forms=FORMS, floor=floor, minimum_sites=minimum_sites))


def describe_rates(document: dict[str, Any]) -> dict[str, Any]:
    """The tables with a rate and its interval in each row."""
    describe = {"cases": _describe_cases, "prevalent": _describe_prevalent}
    for table in document["tables"]:
        table["rows"] = [row | describe[table["id"]](row) for row in table["rows"]]
    return document


def _describe_cases(row: Mapping[str, Any]) -> dict[str, float | None]:
    cases = count_of(row["measured"])
    days = row["amounts"].get("days")
    if cases is None or not days:
        return dict(_UNKNOWN)
    low, high = poisson_interval(cases)
    scale = PER * DAYS_OF_A_YEAR / days
    return {"rate": cases * scale, "low": low * scale, "high": high * scale}


def _describe_prevalent(row: Mapping[str, Any]) -> dict[str, float | None]:
    cases = count_of(row["measured"])
    observed = row["amounts"].get("observed")
    if cases is None or not observed:
        return dict(_UNKNOWN)
    low, high = binomial_interval(cases, of=round(observed))
    return {"rate": cases / observed, "low": low, "high": high}
