"""Observation periods as arrays: who becomes a case when, and how long everybody is at risk."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date

import numpy as np
from numpy.typing import NDArray

from maillage.analysis.tabular.drafts import Crossed, Groups, Parts
from maillage.analysis.tabular.people import EPOCH, sort_distinct
from maillage.disclosure.fingerprints import Column
from maillage.disclosure.gates import Persons

_Ints = NDArray[np.int64]
_Flags = NDArray[np.bool_]


@dataclass(frozen=True)
class Observed:
    """A row an observation period, by person: its days since 1970, both included; `case` is the day of one.

    They stay in this process.
    """

    person: Persons
    start: _Ints
    end: _Ints
    birth: _Ints
    sex: _Ints
    case: _Ints


@dataclass(frozen=True)
class Strata:
    """Groups of persons by name; `of` gives the group of rows in a calendar year, by place in `names`."""

    names: Sequence[str]
    of: Callable[[int, _Ints], _Ints]


def draft_cases(observed: Observed, *, years: range, strata: Strata, washout: int) -> Crossed:
    """Cases by year and group, and the days at risk of each cell and margin.

    A case counts in the year of its day, when it is at risk then. Whoever becomes a case while nobody
    observes is none, and is not at risk afterwards.
    """
    cells: dict[tuple[int, int], Persons] = {}
    days: dict[str, dict[str, Column]] = {}
    all_years: list[_AtRisk] = []
    for place, year in enumerate(years):
        risk = _find_at_risk(observed, year=year, strata=strata, washout=washout)
        all_years.append(risk)
        days[f"{year}/"] = {"days": risk.add_up()}
        for column, name in enumerate(strata.names):
            here = risk.of_group(column)
            cells[place, column] = sort_distinct(here.persons[here.becomes])
            days[f"{year}/{name}"] = {"days": here.add_up()}
    for column, name in enumerate(strata.names):
        days[f"/{name}"] = {"days": _join([risk.of_group(column) for risk in all_years]).add_up()}
    return Crossed("cases", [str(year) for year in years], list(strata.names), cells, amounts=days)


@dataclass(frozen=True)
class _AtRisk:
    """Rows at risk, by person: the person, the days, the group, whether it becomes a case."""

    persons: Persons
    days: Parts
    group: _Ints
    becomes: _Flags

    def of_group(self, column: int) -> "_AtRisk":
        here = self.group == column
        return _AtRisk(self.persons[here], self.days[here], self.group[here], self.becomes[here])

    def add_up(self) -> Column:
        """One sum a person."""
        first = np.flatnonzero(np.diff(self.persons, prepend=self.persons[:1] - 1))
        days = np.add.reduceat(self.days, first) if len(first) else self.days
        return Column(self.persons[first], days)


def _join(parts: Sequence[_AtRisk]) -> _AtRisk:
    persons = np.concatenate([part.persons for part in parts])
    order = np.argsort(persons, kind="stable")
    return _AtRisk(
        persons[order],
        np.concatenate([part.days for part in parts])[order],
        np.concatenate([part.group for part in parts])[order],
        np.concatenate([part.becomes for part in parts])[order],
    )


def _find_at_risk(observed: Observed, *, year: int, strata: Strata, washout: int) -> _AtRisk:
    """Those at risk in a year, and for how many days: until the day before becoming a case."""
    start = np.maximum(observed.start + washout, _day(year))
    end = np.minimum(observed.end, _day(year + 1) - 1)
    days = np.minimum(end, observed.case - 1) - start + 1
    # Whoever becomes a case on the first day at risk was at risk, for no whole day.
    becomes = (observed.case >= start) & (observed.case <= end)
    rows = np.flatnonzero((days > 0) | becomes)
    return _AtRisk(
        observed.person[rows],
        days[rows].clip(min=0).astype(np.float64),
        strata.of(year, rows),
        becomes[rows],
    )


def draft_prevalent(observed: Observed, *, years: range) -> Groups:
    """The cases who are observed in each year and are cases before it ends; and all who are observed then."""
    groups: dict[str, Persons] = {}
    amounts: dict[str, dict[str, Column]] = {}
    for year in years:
        here = (observed.start < _day(year + 1)) & (observed.end >= _day(year))
        groups[str(year)] = sort_distinct(observed.person[here & (observed.case < _day(year + 1))])
        followed = sort_distinct(observed.person[here])
        amounts[str(year)] = {"observed": Column(followed, np.ones(len(followed)))}
    everybody = sort_distinct(np.concatenate(list(groups.values())))
    return Groups("prevalent", groups, amounts=amounts, within=everybody)


def _day(year: int) -> int:
    return (date(year, 1, 1) - EPOCH).days
