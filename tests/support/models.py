"""Patients with known covariates, as warehouses of one hospital or many, and the same as plain arrays for
oracles.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from maillage.analysis.registry import find_spec, load_local, read_parameters
from maillage.analysis.rounds import Part
from maillage.cohort import parse_expression
from maillage.disclosure.gates import ExactGate
from maillage.disclosure.rules import DisclosureRules
from maillage.warehouse.engines.base import Engine
from tests.support.omop import open_tables

Floats = NDArray[np.float64]

ENTRY, DIABETES, INSULIN, SCAN, HBA1C, GRAM, STAY, RELAPSE = 1, 2, 3, 4, 5, 6, 9201, 8
INDEX = date(2020, 3, 1)

COHORT: Mapping[str, Any] = {
    "ConceptSets": [
        {"id": 0, "name": "entry", "expression": {"items": [{"concept": {"CONCEPT_ID": ENTRY}}]}}
    ],
    "PrimaryCriteria": {
        "CriteriaList": [{"ConditionOccurrence": {"CodesetId": 0}}],
        "ObservationWindow": {"PriorDays": 0, "PostDays": 0},
        "PrimaryCriteriaLimit": {"Type": "First"},
    },
    "QualifiedLimit": {"Type": "First"},
    "ExpressionLimit": {"Type": "First"},
    "InclusionRules": [],
    "CollapseSettings": {"CollapseType": "ERA", "EraPad": 0},
}


@dataclass(frozen=True)
class People:
    """Patients by column; `days` to relapse or end of follow-up, `relapsed` 1 where it was a relapse."""

    age: Floats
    male: Floats
    diabetes: Floats
    insulin: Floats
    hba1c: Floats
    nights: Floats
    days: Floats
    relapsed: Floats
    scans: Floats

    def __len__(self) -> int:
        return len(self.age)

    def take(self, rows: NDArray[np.int64]) -> "People":
        return People(*(getattr(self, name)[rows] for name in self.__dataclass_fields__))


def draw_people(count: int, *, seed: int = 1) -> People:
    """Random patients whose relapse and scans depend on the covariates."""
    rng = np.random.default_rng(seed)
    age = rng.integers(30, 90, count).astype(float)
    male = rng.integers(0, 2, count).astype(float)
    diabetes = (rng.random(count) < 0.3).astype(float)
    insulin = rng.poisson(0.7 + diabetes).astype(float)
    hba1c = np.round(rng.normal(6 + diabetes, 0.8), 1)
    hba1c[rng.random(count) < 0.2] = np.nan
    nights = rng.integers(0, 12, count).astype(float)
    risk = np.exp(0.02 * (age - 60) + 0.5 * diabetes - 0.3 * male)
    event = np.ceil(rng.exponential(900 / risk))
    follow = rng.integers(100, 1200, count).astype(float)
    days, relapsed = np.minimum(event, follow), (event <= follow).astype(float)
    scans = rng.poisson(0.002 * days * risk + 0.1).astype(float)
    return People(age, male, diabetes, insulin, hba1c, nights, days, relapsed, scans)


def to_tables(people: People, *, first_id: int = 1) -> dict[str, list[dict[str, object]]]:
    """OMOP rows; the index of each is 2020-03-01."""
    tables: dict[str, list[dict[str, object]]] = {
        name: []
        for name in (
            *("person", "observation_period", "condition_occurrence", "drug_exposure"),
            *("procedure_occurrence", "measurement", "visit_occurrence"),
        )
    }
    for row in range(len(people)):
        _add_person(tables, people, row, person=first_id + row)
    tables["concept"] = [
        {
            "concept_id": one,
            "concept_name": "x",
            "domain_id": "x",
            "vocabulary_id": "x",
            "concept_class_id": "x",
        }
        for one in (ENTRY, DIABETES, INSULIN, SCAN, HBA1C, STAY, RELAPSE)
    ]
    return {name: rows for name, rows in tables.items() if rows}


def _add_person(tables: dict[str, list[dict[str, object]]], people: People, row: int, *, person: int) -> None:
    def add(table: str, **columns: object) -> None:
        tables[table].append({f"{table}_id": len(tables[table]) + 1, "person_id": person, **columns})

    add_condition = lambda concept, day: add(  # noqa: E731
        "condition_occurrence", condition_concept_id=concept, condition_start_date=_day(day)
    )
    tables["person"].append(
        {
            "person_id": person,
            "year_of_birth": INDEX.year - int(people.age[row]),
            "gender_concept_id": 8507 if people.male[row] else 8532,
        }
    )
    end = people.days[row] if not people.relapsed[row] else people.days[row] + 30
    add("observation_period", observation_period_start_date=_day(-400), observation_period_end_date=_day(end))
    add_condition(ENTRY, 0)
    if people.diabetes[row]:
        add_condition(DIABETES, -50)
        add_condition(DIABETES, 400)
    if people.relapsed[row]:
        add_condition(RELAPSE, people.days[row])
    for _one in range(int(people.insulin[row])):
        add("drug_exposure", drug_concept_id=INSULIN, drug_exposure_start_date=_day(-20))
    for one in range(int(people.scans[row])):
        add("procedure_occurrence", procedure_concept_id=SCAN, procedure_date=_day(1 + one % 60))
    if not np.isnan(people.hba1c[row]):
        values = [(-90, people.hba1c[row] + 1, GRAM), (-3, people.hba1c[row], GRAM), (-1, 99.0, GRAM + 1)]
        for day, value, unit in values:
            add(
                "measurement",
                measurement_concept_id=HBA1C,
                measurement_date=_day(day),
                value_as_number=value,
                unit_concept_id=unit,
            )
    add(
        "visit_occurrence",
        visit_concept_id=STAY,
        visit_start_date=_day(-people.nights[row]),
        visit_end_date=_day(0),
    )


def _day(days: float) -> str:
    return (INDEX + timedelta(days=int(days))).isoformat()


def concepts(*ids: int) -> dict[str, Any]:
    """A concept set in Circe's form."""
    return {"items": [{"concept": {"CONCEPT_ID": one}} for one in ids]}


AGE = {"kind": "age", "name": "age"}
SEX = {"kind": "sex", "name": "sex"}
DIABETIC = {"kind": "condition", "name": "diabetes", "concepts": concepts(DIABETES)}
DOSES = {
    "kind": "drug",
    "name": "insulin",
    "concepts": concepts(INSULIN),
    "use": "count",
    "window": {"start": -30, "end": 0},
}
SUGAR = {
    "kind": "measurement",
    "name": "hba1c",
    "concepts": concepts(HBA1C),
    "unit": GRAM,
    "window": {"start": -365, "end": 0},
}
NIGHTS = {"kind": "visit", "name": "nights", "use": "days"}
RELAPSED = {"kind": "condition", "name": "relapse", "concepts": concepts(RELAPSE), "window": {"start": 1}}
SCANS = {
    "kind": "procedure",
    "name": "scans",
    "concepts": concepts(SCAN),
    "use": "count",
    "window": {"start": 1},
}
FOLLOWED = {"kind": "follow_up", "name": "days", "until": 5000}


def deal(count: int, *, shares: tuple[int, ...]) -> list[NDArray[np.int64]]:
    """Row numbers of each hospital, in proportion to `shares`."""
    places = np.repeat(np.arange(len(shares)), shares)
    owner = places[np.arange(count) % len(places)]
    return [np.flatnonzero(owner == hospital) for hospital in range(len(shares))]


SPLITS: Mapping[str, tuple[int, ...]] = {
    "4 even": (1, 1, 1, 1),
    "2+2 uneven": (6, 6, 1, 1),
    "12": (5, 1, 1, 2, 1, 1, 3, 1, 1, 1, 2, 1),
}


@dataclass(frozen=True)
class Hospitals:
    """Warehouses by site, open as long as the process lasts."""

    engines: Mapping[str, Engine]

    def open(self, analysis: str, parameters: Mapping[str, Any], *, floor: int = 1) -> dict[str, Part]:
        """Each hospital's opening, through an exact gate."""
        return {
            site: open_part(analysis, parameters, engine, floor=floor)
            for site, engine in self.engines.items()
        }


def split_hospitals(people: People, *, shares: tuple[int, ...], folder: Path) -> Hospitals:
    """One warehouse a share."""
    engines: dict[str, Engine] = {}
    for place, rows in enumerate(deal(len(people), shares=shares)):
        site = f"h{place:02}"
        (folder / site).mkdir()
        engines[site] = open_tables(folder / site, to_tables(people.take(rows)))
    return Hospitals(engines)


def open_part(analysis: str, parameters: Mapping[str, Any], engine: Engine, *, floor: int = 1) -> Part:
    """One hospital's opening, and what it keeps for the rounds."""
    answer = load_local(analysis)(
        cohort=parse_expression(COHORT),
        parameters=read_parameters(find_spec(analysis), parameters),
        engine=engine,
        gate=ExactGate(DisclosureRules(floor=floor, network_floor=floor)),
    )
    assert answer.resident is not None
    return Part(answer.content.model_dump(mode="json"), answer.resident)
