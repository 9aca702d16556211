"""The node's half of incidence: cases by year and group, and the time at risk of all who are observed."""

from datetime import date
from typing import cast

import numpy as np
from pydantic import BaseModel
from sqlglot import exp

from maillage.analysis.base import LocalAnswer
from maillage.analysis.incidence.risk import Observed, Strata, draft_cases, draft_prevalent
from maillage.analysis.incidence.spec import IncidenceParameters
from maillage.analysis.tabular.keys import SEXES, band_ages
from maillage.analysis.tabular.people import EPOCH, Cohort, Found, People, answer_tables
from maillage.cohort.compile.dates import date_literal, days_between, first_known
from maillage.cohort.compile.sql import col, equal, inner_join, left_join, named, num, select, table
from maillage.disclosure.gates import Gate
from maillage.warehouse.engines.base import Engine

_NEVER = 10_000_000
"""A day after all days: of those who are no case."""


def run(*, cohort: Cohort, parameters: BaseModel, engine: Engine, gate: Gate) -> LocalAnswer:
    """The tables of one hospital, gated."""
    asked = cast("IncidenceParameters", parameters)
    return answer_tables(
        cohort=cohort,
        engine=engine,
        gate=gate,
        find=lambda people, _tables: find_cases(people, asked=asked, engine=engine),
    )


def find_cases(people: People, *, asked: IncidenceParameters, engine: Engine) -> Found:
    """Cases of persons who are observed in these years, and person-time."""
    observed = read_observed(people, asked=asked, engine=engine)
    years = range(asked.first_year, asked.last_year + 1)
    strata = _find_strata(observed, asked=asked)
    cases = draft_cases(observed, years=years, strata=strata, washout=asked.washout_days)
    whole = np.concatenate([*cases.cells.values(), np.array([], dtype=np.int64)])
    return Found(whole, [cases, draft_prevalent(observed, years=years)])


def _find_strata(observed: Observed, *, asked: IncidenceParameters) -> Strata:
    if asked.by == "sex":
        return Strata(names=sorted(SEXES.values()), of=lambda _year, rows: observed.sex[rows])
    edges = np.asarray(asked.ages)

    def of(year: int, rows: np.ndarray) -> np.ndarray:
        ages = (year - observed.birth[rows]).clip(min=0)
        return np.searchsorted(edges, ages, side="right") - 1

    return Strata(names=band_ages(asked.ages), of=of)


def read_observed(people: People, *, asked: IncidenceParameters, engine: Engine) -> Observed:
    """The observation periods that touch these years, with their person's traits and first day as a case."""
    person, start, end, birth, sex, case = engine.fetch_integers(_periods(people, asked=asked))
    order = np.lexsort((start, person))
    sexes = sorted(SEXES, key=SEXES.__getitem__)
    # Whose sex is unknown is left out: a column of nobody would have others hidden to protect its zeros.
    order = order[np.isin(sex[order], sexes)] if asked.by == "sex" else order
    place = np.select([sex == code for code in sexes], list(range(len(sexes))), default=len(sexes))
    return Observed(
        *(column[order] for column in (person, start, end, birth)), sex=place[order], case=case[order]
    )


def _periods(people: People, *, asked: IncidenceParameters) -> exp.Query:
    def day(column: exp.Expr) -> exp.Expr:
        return days_between(date_literal(EPOCH), column)

    start, end = col("o", "observation_period_start_date"), col("o", "observation_period_end_date")
    return select(
        [
            col("o", "person_id"),
            named(day(start), "first_day"),
            named(day(end), "last_day"),
            col("p", "year_of_birth"),
            named(first_known(col("p", "gender_concept_id"), num(0)), "sex"),
            named(first_known(day(col("i", "index_date")), num(_NEVER)), "case_day"),
        ],
        table("observation_period", "o"),
        joins=[
            inner_join(table("person", "p"), [equal(col("p", "person_id"), col("o", "person_id"))]),
            left_join(table(people.table, "i"), [equal(col("i", "person_id"), col("o", "person_id"))]),
        ],
        where=[
            exp.LTE(this=start.copy(), expression=date_literal(date(asked.last_year, 12, 31))),
            exp.GTE(this=end.copy(), expression=date_literal(date(asked.first_year, 1, 1))),
        ],
    )
