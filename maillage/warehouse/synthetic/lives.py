"""Lives: birth, sex, residence, onsets of diseases and death, drawn from a national identity alone."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from maillage.warehouse.synthetic.courses import Risk, read_courses
from maillage.warehouse.synthetic.draws import (
    Flags,
    Floats,
    Ints,
    Keys,
    choose,
    derive,
    integers,
    salt,
    uniform,
)
from maillage.warehouse.synthetic.population import read_births, read_mortality
from maillage.warehouse.synthetic.vocabulary import read_vocabulary

NEVER = 2**31
"""A day that does not come."""


def day(text: str) -> int:
    """Days since 1970-01-01."""
    return int(np.datetime64(text, "D").astype(np.int64))


FIRST_YEAR, LAST_YEAR = 2013, 2025
FIRST_DAY = day(f"{FIRST_YEAR}-01-01")
LAST_DAY = day(f"{LAST_YEAR}-12-31")


@dataclass(frozen=True)
class Lives:
    """What is true of persons wherever they are seen; all arrays have one entry a person, days since 1970."""

    identity: Keys
    male: Flags
    birth: Ints
    department: Ints
    onsets: Mapping[str, Ints]
    death: Ints
    cause: Ints


def draw_lives(identity: Keys, department: Ints) -> Lives:
    """The lives behind national keys; the same keys always give the same lives."""
    bands = read_births()
    band = choose(derive(identity, salt("birth band")), bands.weights)
    male = band < len(bands.weights) // 2
    births = derive(identity, salt("birth"))
    birth = integers(births, _new_year(bands.first_year)[band], _new_year(bands.last_year + 1)[band] - 1)
    onsets = _draw_onsets(identity, male=male, birth=birth)
    death, cause = _draw_deaths(identity, male=male, birth=birth, onsets=onsets)
    return Lives(
        identity=identity,
        male=male,
        birth=birth,
        department=department,
        onsets={name: np.where(days <= death, days, NEVER) for name, days in onsets.items()},
        death=death,
        cause=cause,
    )


def _new_year(years: Ints) -> Ints:
    return (years - 1970).astype("datetime64[Y]").astype("datetime64[D]").astype(np.int64)


def age_at(days: Ints, birth: Ints) -> Ints:
    """Whole years, to the day or so."""
    return (days - birth) * 4 // 1461


def _draw_onsets(identity: Keys, *, male: Flags, birth: Ints) -> dict[str, Ints]:
    onsets: dict[str, Ints] = {}
    for course in read_courses():
        if not course.risk.everyone:
            keys = derive(identity, course.salt)
            days = _draw_days(keys, course.risk.calendar)
            risk = _risk_at(course.risk, male=male, age=age_at(days, birth))
            for other, times in course.risk.after.items():
                risk = risk * np.where(onsets[other] < days, times, 1.0)
            ill = (uniform(derive(keys, salt("ill"))) < risk) & (days >= birth)
            onsets[course.id] = np.where(ill, days, NEVER)
    return onsets


def _draw_days(keys: Keys, calendar: Sequence[tuple[str, str, float]]) -> Ints:
    spans = [(day(first), day(last), weight) for first, last, weight in calendar]
    spans = spans or [(FIRST_DAY, LAST_DAY, 1.0)]
    chosen = choose(derive(keys, salt("span")), [weight for _first, _last, weight in spans])
    first = np.array([span[0] for span in spans])[chosen]
    last = np.array([span[1] for span in spans])[chosen]
    return integers(derive(keys, salt("day")), first, last)


def _risk_at(risk: Risk, *, male: Flags, age: Ints) -> Floats:
    from_age, men, women = (np.array(column, dtype=np.float64) for column in zip(*risk.ages, strict=True))
    line = np.maximum(np.searchsorted(from_age, age, side="right") - 1, 0)
    return np.where(male, men[line], women[line])


def _draw_deaths(
    identity: Keys, *, male: Flags, birth: Ints, onsets: Mapping[str, Ints]
) -> tuple[Ints, Ints]:
    """The day of death and the place of its cause in the vocabulary, -1 where it is of no course."""
    death = _draw_natural_deaths(identity, male=male, birth=birth)
    cause = np.full(len(identity), -1, dtype=np.int64)
    find = read_vocabulary().place
    for course in read_courses():
        for risk in course.deaths:
            onset = onsets[course.id]
            keys = derive(identity, risk.salt)
            days = onset + integers(keys, *risk.days)
            dies = (onset < NEVER) & (uniform(derive(keys, salt("dies"))) < risk.share)
            dies &= (days < death) & (age_at(days, birth) >= risk.from_age)
            death[dies] = days[dies]
            cause[dies] = find(risk.cause)
    return death, cause


def _draw_natural_deaths(identity: Keys, *, male: Flags, birth: Ints) -> Ints:
    table = read_mortality()
    death = np.full(len(identity), NEVER, dtype=np.int64)
    for year in range(FIRST_YEAR, LAST_YEAR + 1):
        first = np.maximum(day(f"{year}-01-01"), birth + 1)
        last = day(f"{year}-12-31")
        keys = derive(identity, salt("death", year))
        line = np.maximum(np.searchsorted(table.from_age, age_at(first, birth), side="right") - 1, 0)
        risk = np.where(male, table.men[line], table.women[line])
        dies = (death == NEVER) & (first <= last) & (uniform(keys) < risk)
        death = np.where(dies, integers(derive(keys, salt("day")), np.minimum(first, last), last), death)
    return death
