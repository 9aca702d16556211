"""The hub's half of outcomes: observed over expected, of the group and of hospitals shown alone."""

from collections.abc import Mapping, Sequence
from typing import Any

from maillage.analysis.base import Contribution
from maillage.analysis.outcomes.funnel import Point, draw_funnel, find_limits
from maillage.analysis.outcomes.spec import FORMS
from maillage.analysis.tabular.adding import (
    Hospital,
    add_tables,
    count_of,
    exact,
    find_table,
    read_parts,
    rows_of,
)
from maillage.analysis.tabular.intervals import poisson_interval


def combine(contributions: Mapping[str, Contribution], *, floor: int, minimum_sites: int) -> dict[str, Any]:
    """`figures`: the group's ratio with its interval, and the funnel of the hospitals that are shown alone.

    A hospital whose events, or persons without one, are under the floor is in neither.
    """
    document = add_tables(contributions, forms=FORMS, floor=floor, minimum_sites=minimum_sites)
    parts = read_parts(contributions, forms=FORMS, floor=floor)
    told = [part for part in parts if part.shown_alone and _expected(part) is not None]
    return describe_figures(document, told=told)


def describe_figures(document: Mapping[str, Any], *, told: Sequence[Hospital]) -> dict[str, Any]:
    """The document with the group's ratio, and the funnel of those that told theirs."""
    return {**document, "figures": {"group": _describe_group(document), **_describe_funnel(told)}}


def _expected(part: Hospital) -> float | None:
    row = rows_of(part.content, "outcome").get("all")
    return row.amounts["expected"] if row is not None and row.amounts else None


def _describe_group(document: Mapping[str, Any]) -> dict[str, Any] | None:
    rows = find_table(document, "outcome")
    observed = count_of(rows[0]["measured"]) if rows else None
    if observed is None:
        return None
    return _describe_ratio(observed, rows[0]["amounts"]["expected"])


def _describe_funnel(parts: Sequence[Hospital]) -> dict[str, Any]:
    observed = [exact(rows_of(part.content, "outcome")["all"].persons) or 0 for part in parts]
    expected = [_expected(part) or 0.0 for part in parts]
    funnel = draw_funnel(observed, expected)
    return {
        "phi": funnel.phi,
        "tau2": funnel.tau2,
        "hospitals": [
            {"id": part.site, "persons": exact(part.content.persons)}
            | _describe_ratio(number, risk)
            | _describe_point(point, expected=risk, tau2=funnel.tau2)
            for part, number, risk, point in zip(parts, observed, expected, funnel.points, strict=True)
        ],
    }


def _describe_ratio(observed: int, expected: float) -> dict[str, float]:
    """Exact limits of the observed number over the expected one, which is taken as known."""
    low, high = poisson_interval(observed)
    return {
        "observed": observed,
        "expected": expected,
        "ratio": observed / expected,
        "low": low / expected,
        "high": high / expected,
    }


def _describe_point(point: Point, *, expected: float, tau2: float) -> dict[str, Any]:
    low, high = find_limits(expected, tau2=tau2)
    return {
        "z": point.z,
        "adjusted_z": point.adjusted,
        "outlier": point.outlier,
        "adjusted_outlier": point.adjusted_outlier,
        "limits": [low, high],
    }
