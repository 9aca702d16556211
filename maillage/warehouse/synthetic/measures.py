"""Laboratory values: a level of one's own, a daily variation, and what diseases do to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache

import numpy as np

from maillage.warehouse.synthetic.courses import Panel, Shift, VisitPlan, read_courses
from maillage.warehouse.synthetic.draws import Floats, Ints, derive, normal, number, salt, uniform
from maillage.warehouse.synthetic.files import read_records
from maillage.warehouse.synthetic.lives import FIRST_DAY, age_at
from maillage.warehouse.synthetic.people import People
from maillage.warehouse.synthetic.visits import Visits

_DAYS_A_YEAR = 365.25
_MIDDLE_AGE = 50
_DECADES = (-3.0, 4.5)


@dataclass(frozen=True)
class Analyte:
    """A measurement; `between` persons and `within` one are deviations, of the logarithm where `skewed`.

    Analytes with a common `draw` move together: haemoglobin and haematocrit, creatinine and filtration.
    """

    code: str
    panel: str
    unit: str
    decimals: int
    men: float
    women: float
    between: float
    within: float
    skewed: bool
    per_decade: float
    least: float
    most: float
    low: float
    high: float
    draw: str


@dataclass(frozen=True)
class Measures:
    """Values of one analyte, one entry each; `analyte` is its place in `read_analytes`."""

    visit: Ints
    person: Ints
    date: Ints
    analyte: Ints
    value: Floats


@cache
def read_analytes() -> tuple[Analyte, ...]:
    """In the order of the file."""
    numbers = ("men", "women", "between", "within", "per_decade", "least", "most", "low", "high")
    return tuple(
        Analyte(
            code=record["loinc"],
            panel=record["panel"],
            unit=record["unit"],
            decimals=int(record["decimals"]),
            skewed=record["skewed"] == "1",
            draw=record["twin"] or record["loinc"],
            **{name: float(record[name] or "nan") for name in numbers},
        )
        for record in read_records("population", "analytes.csv")
    )


@cache
def _panels() -> Mapping[str, Sequence[int]]:
    panels: dict[str, list[int]] = {}
    for place, analyte in enumerate(read_analytes()):
        panels.setdefault(analyte.panel, []).append(place)
    return panels


@cache
def _shifts() -> Mapping[str, Sequence[tuple[str, Shift]]]:
    shifts: dict[str, list[tuple[str, Shift]]] = {}
    for course in read_courses():
        for shift in course.shifts:
            shifts.setdefault(shift.code, []).append((course.id, shift))
    return shifts


def usual_levels(people: People) -> Sequence[Floats]:
    """By analyte, each person's level in health (over the median, in logarithm, where it is skewed)."""
    age = age_at(np.full(len(people), FIRST_DAY, dtype=np.int64), people.lives.birth)
    decades = np.clip((age - _MIDDLE_AGE) / 10, *_DECADES)
    return [_usual_level(analyte, people, decades) for analyte in read_analytes()]


def _usual_level(analyte: Analyte, people: People, decades: Floats) -> Floats:
    own = normal(derive(people.lives.identity, salt("level", analyte.draw)))
    level = analyte.between * own + analyte.per_decade * decades
    return level if analyte.skewed else level + _middle(analyte, people, slice(None))


def _middle(analyte: Analyte, people: People, person: Ints | slice) -> Floats:
    return np.where(people.lives.male[person], analyte.men, analyte.women)


def measure(
    rule: Panel, plan: VisitPlan, visits: Visits, people: People, *, levels: Sequence[Floats]
) -> list[Measures]:
    """Apply one rule to the visits of its plan: one entry of the list by analyte of the panel."""
    place, date, rank = _samples(rule, visits)
    person, key = visits.person[place], number(derive(visits.key[place], rule.salt), rank)
    results: list[Measures] = []
    for analyte_place in _panels()[rule.panel]:
        analyte = read_analytes()[analyte_place]
        level = levels[analyte_place][person] + analyte.within * normal(
            derive(key, salt("value", analyte.draw))
        )
        value = grow(level) * _middle(analyte, people, person) if analyte.skewed else level
        value = _shifted(value, analyte, people, person, date)
        value = _move(value, analyte, plan.shift.get(analyte.code))
        results.append(
            Measures(
                visit=visits.id[place],
                person=person,
                date=date,
                analyte=np.full(len(place), analyte_place, dtype=np.int64),
                value=_rounded(np.clip(value, analyte.least, analyte.most), analyte.decimals),
            )
        )
    return results


def _samples(rule: Panel, visits: Visits) -> tuple[Ints, Ints, Ints]:
    """For each sample: the place of its visit, its day, its rank; a stay's samples are spread over it."""
    place = np.arange(len(visits), dtype=np.int64)
    if rule.each < 1:
        place = place[uniform(derive(visits.key, rule.salt)) < rule.each]
    if rule.during == 1:
        return place, visits.start[place], np.zeros(len(place), dtype=np.int64)
    length = (visits.end - visits.start)[place] + 1
    count = np.minimum(length, rule.during)
    expanded = np.repeat(place, count)
    rank = np.arange(len(expanded), dtype=np.int64) - np.repeat(np.cumsum(count) - count, count)
    date = visits.start[expanded] + rank * np.repeat(length, count) // np.repeat(count, count)
    return expanded, date, rank


def _shifted(value: Floats, analyte: Analyte, people: People, person: Ints, date: Ints) -> Floats:
    for course, shift in _shifts().get(analyte.code, ()):
        onset = people.lives.onsets[course]
        touched = np.flatnonzero(date >= onset[person])
        if len(touched):
            who = person[touched]
            value[touched] = _ill(value[touched], analyte, shift, people, who, date[touched] - onset[who])
    return value


def _ill(value: Floats, analyte: Analyte, shift: Shift, people: People, person: Ints, since: Ints) -> Floats:
    years = since / _DAYS_A_YEAR
    spread = shift.spread * normal(derive(people.lives.identity[person], shift.salt))
    if analyte.skewed:
        return value * shift.by * grow(spread) * (1 + shift.per_year * years)
    return value + shift.by + spread + shift.per_year * years


def _move(value: Floats, analyte: Analyte, by: float | None) -> Floats:
    if by is None:
        return value
    return value * by if analyte.skewed else value + by


def grow(exponent: Floats) -> Floats:
    """About e to the power: four squarings, so that every machine gives the same bits."""
    result = 1 + exponent / 16
    for _squaring in range(4):
        result = result * result
    return result


def _rounded(value: Floats, decimals: int) -> Floats:
    scale = 10.0**decimals
    return np.rint(value * scale) / scale
