"""The combined document of survival: curves, the log-rank test, the terms of the Cox model."""

from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
from scipy import stats

from maillage.analysis.glm.families import Floats
from maillage.analysis.glm.newton import Fit
from maillage.analysis.survival.curves import LEVEL, Curve, compare, count_at_risk, estimate, find_median
from maillage.analysis.survival.leaving import Leaving
from maillage.analysis.survival.opening import Opened, count
from maillage.analysis.survival.spec import SurvivalParameters
from maillage.disclosure.values import Suppressed, Suppression, add_up, cell_to_json


def describe_who(opened: Mapping[str, Opened], *, chosen: Sequence[Opened]) -> dict[str, Any]:
    """Who is in it."""
    left = [site for site, one in opened.items() if one not in chosen]
    persons = (
        add_up([one.content.persons for one in chosen if not isinstance(one.content.persons, Suppressed)])
        if chosen
        else Suppressed(Suppression.TOO_FEW_SITES)
    )
    return {
        "persons": cell_to_json(persons),
        "contributing": [one.site for one in chosen],
        "left_out": [{"id": site, "why": Suppression.TOO_FEW_SITES.value} for site in left],
        "repeated": [],
    }


def describe_asked(asked: SurvivalParameters) -> dict[str, Any]:
    """What was asked."""
    return {"confidence": LEVEL, "baseline": asked.baseline, "ties": asked.ties, "model": None}


def describe_curves(
    asked: SurvivalParameters,
    *,
    members: Sequence[Opened],
    leaving: Sequence[Leaving],
    days: Sequence[int],
) -> dict[str, Any]:
    """A curve for each group over the intervals that all hospitals tell, and the test of their difference.

    `widest` is the longest of them, in days: with 1 the curves are Kaplan and Meier's.
    """
    apart = asked.until in days
    ends = [day for day in days if day <= asked.until] if apart else [*days[:-1], asked.until]
    curves: dict[str, Curve] = {}
    described: list[dict[str, Any]] = []
    for place, (group, left) in enumerate(zip(asked.groups, leaving, strict=True)):
        persons = sum(count(one.content.curves[place].persons) for one in members)
        curves[group] = Curve(count_at_risk(persons, left.events, left.censored), left.events, left.missed)
        if persons:
            followed = int(curves[group].at_risk[-1]) if apart else None
            points = _describe_points(curves[group], left.censored, ends=ends)
            described.append({"group": group, "persons": persons, "followed": followed, **points})
    return {
        "curves": described,
        "log_rank": _describe_test(curves),
        "days": ends,
        "widest": int(np.diff([0, *ends]).max()),
    }


def _describe_points(curve: Curve, censored: Floats, *, ends: Sequence[int]) -> dict[str, Any]:
    found = estimate(curve)
    points = [
        {
            "start": ends[place - 1] if place else 0,
            "day": ends[place],
            "at_risk": int(curve.at_risk[place]),
            "exposed": float(curve.exposed[place]),
            "events": int(curve.events[place]),
            "censored": int(censored[place]),
            "survival": float(found.survival[place]),
            "standard_error": float(found.standard_error[place]),
            "low": _known(found.low[place]),
            "high": _known(found.high[place]),
        }
        for place in range(len(ends))
        if curve.events[place] or censored[place]
    ]
    return {"median": find_median(ends, found.survival), "points": points}


def _known(limit: float) -> float | None:
    return None if np.isnan(limit) else float(limit)


def _describe_test(curves: Mapping[str, Curve]) -> dict[str, Any] | None:
    found = compare(curves)
    if found is None:
        return None
    return {
        "statistic": found.statistic,
        "degrees": found.degrees,
        "p_value": found.p_value,
        "observed": list(found.observed),
        "expected": list(found.expected),
    }


def describe_trouble(code: str, columns: Sequence[str]) -> dict[str, Any]:
    """No model, and why."""
    return {"fitted": False, "trouble": {"code": code, "columns": list(columns)}, "terms": []}


def describe_model(asked: SurvivalParameters, *, fit: Fit, null: float, events: int) -> dict[str, Any]:
    """The terms, with the hazard ratio of each, and the likelihood ratio test against no covariate."""
    ratio = null - fit.deviance
    return {
        "fitted": True,
        "trouble": None,
        "terms": [
            _term(column.name, float(fit.beta[place]), float(np.sqrt(fit.covariance[place, place])))
            for place, column in enumerate(asked.columns)
        ],
        "covariance": fit.covariance.tolist(),
        "log_likelihood": -fit.deviance / 2,
        "null_log_likelihood": -null / 2,
        "ratio_p_value": float(stats.chi2.sf(max(0.0, ratio), len(fit.beta))),
        "events": events,
        "rounds": fit.rounds,
    }


def _term(name: str, estimated: float, error: float) -> dict[str, Any]:
    reach = float(stats.norm.ppf(0.5 + LEVEL / 2)) * error
    statistic = estimated / error
    return {
        "name": name,
        "estimate": estimated,
        "standard_error": error,
        "statistic": statistic,
        "p_value": float(2 * stats.norm.sf(abs(statistic))),
        "low": estimated - reach,
        "high": estimated + reach,
        "hazard_ratio": float(np.exp(estimated)),
    }
