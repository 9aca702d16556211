"""Where patients live, when they were born, how long they live: real orders of magnitude, as tables.

Populations of departments: communes of 2026 (Etalab, Licence Ouverte). Mortality: the shape of the national
life table. Births and the share of each department that a hospital draws are this project's own guesses.
"""

from dataclasses import dataclass
from functools import cache

import numpy as np

from maillage.warehouse.synthetic.draws import Floats, Ints
from maillage.warehouse.synthetic.files import read_records

_FOLDER = "population"


@dataclass(frozen=True)
class Department:
    """A department. `drawn` holds, by site, its inhabitants who are patients there."""

    code: str
    name: str
    drawn: dict[str, float]


@dataclass(frozen=True)
class BirthBands:
    """Bands of birth years with the weight of each, men's bands first, then women's."""

    first_year: Ints
    last_year: Ints
    weights: Floats


@dataclass(frozen=True)
class Mortality:
    """Share of men and women who die within a year, from an age on."""

    from_age: Ints
    men: Floats
    women: Floats


@cache
def read_departments() -> tuple[Department, ...]:
    """In the order of the file, which numbers the locations."""
    return tuple(
        Department(
            code=record["department"],
            name=record["name"],
            drawn={
                name: float(rate) * int(record["population"]) / 1000
                for name, rate in record.items()
                if name not in ("department", "name", "population")
            },
        )
        for record in read_records(_FOLDER, "departments.csv")
    )


@cache
def read_births() -> BirthBands:
    """The birth years of a university hospital's patients."""
    records = read_records(_FOLDER, "births.csv")
    return BirthBands(
        first_year=np.array([int(record["born_from"]) for record in records] * 2),
        last_year=np.array([int(record["born_to"]) for record in records] * 2),
        weights=np.array([float(record[sex]) for sex in ("men", "women") for record in records]),
    )


@cache
def read_mortality() -> Mortality:
    """Deaths from all causes."""
    records = read_records(_FOLDER, "mortality.csv")
    return Mortality(
        from_age=np.array([int(record["from_age"]) for record in records]),
        men=np.array([float(record["men"]) for record in records]),
        women=np.array([float(record["women"]) for record in records]),
    )
