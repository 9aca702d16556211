"""Small Circe expressions and the OMOP rows that they are asked about."""

from datetime import date
from typing import Any

from maillage.cohort import parse_expression
from maillage.cohort.compile.cohort import ROW_COLUMNS
from maillage.cohort.compile.sql import col, select, table
from maillage.cohort.run import run_cohort
from maillage.warehouse.engines.base import Engine
from tests.support.omop import Rows

Json = dict[str, Any]

UNBOUNDED: Json = {"Start": {"Coeff": -1}, "End": {"Coeff": 1}}
A_YEAR = {"observation_period_start_date": "2020-01-01", "observation_period_end_date": "2020-12-31"}


def concept_set(number: int, *concepts: int) -> Json:
    items = [{"concept": {"CONCEPT_ID": concept}} for concept in concepts]
    return {"id": number, "name": f"set {number}", "expression": {"items": items}}


def cohort(*criteria: Json, limit: str = "All", **parts: Any) -> Json:
    """An expression whose events end on the day after they start."""
    return {
        "ConceptSets": [],
        "PrimaryCriteria": {"CriteriaList": list(criteria), "PrimaryCriteriaLimit": {"Type": limit}},
        "QualifiedLimit": {"Type": "All"},
        "ExpressionLimit": {"Type": "All"},
        "EndStrategy": {"DateOffset": {"DateField": "StartDate", "Offset": 1}},
        **parts,
    }


def group(*criteria: Json, kind: str = "ALL", **parts: Any) -> Json:
    return {"Type": kind, "CriteriaList": list(criteria), **parts}


def correlated(criterion: Json, *, kind: int = 2, count: int = 1, **parts: Any) -> Json:
    return {
        "Criteria": criterion,
        "StartWindow": UNBOUNDED,
        "Occurrence": {"Type": kind, "Count": count},
        **parts,
    }


def rule(body: Json, name: str = "rule") -> Json:
    return {"name": name, "expression": body}


def observed(*persons: int) -> dict[str, Rows]:
    """Persons under observation through 2020."""
    return {
        "person": [{"person_id": one, "year_of_birth": 1950} for one in persons],
        "observation_period": [{"observation_period_id": one, "person_id": one, **A_YEAR} for one in persons],
    }


def concepts(*ids: int) -> Rows:
    return [{"concept_id": one, "invalid_reason": None} for one in ids]


def find(engine: Engine, expression: Json) -> list[tuple[int, date, date]]:
    """The rows of the cohort, sorted."""
    with run_cohort(parse_expression(expression), engine=engine) as tables:
        return sorted(engine.fetch(select([col("r", name) for name in ROW_COLUMNS], table(tables.rows, "r"))))


def persons_found(engine: Engine, expression: Json) -> list[int]:
    """The persons of the cohort, sorted."""
    return sorted({row[0] for row in find(engine, expression)})


FULL = cohort(
    {
        "Measurement": {
            "CodesetId": 0,
            "First": True,
            "ValueAsNumber": {"Value": 6.5, "Op": "!bt", "Extent": 8},
            "Unit": [{"CONCEPT_ID": -9_007_199_254_740_993, "CONCEPT_NAME": "mmol/L"}],
            "MeasurementType": [{"CONCEPT_ID": 3}],
            "MeasurementTypeExclude": True,
            "GenderCS": {"CodesetId": None, "IsExclusion": True},
            "OccurrenceStartDate": {"Value": "2020-01-05", "Op": "gt"},
            "Abnormal": True,
            "CorrelatedCriteria": group(correlated({"Death": {}}), kind="AT_MOST", Count=0),
            "DateAdjustment": {
                "StartWith": "END_DATE",
                "StartOffset": -1,
                "EndWith": "END_DATE",
                "EndOffset": 2,
            },
        }
    },
    {"Observation": {"ValueAsString": {"Text": "it's", "Op": "!contains"}}},
    {"ObservationPeriod": {"UserDefinedPeriod": {"StartDate": "2020-01-01"}}},
    Title="whole",
    ConceptSets=[concept_set(0, 1, 2)],
    AdditionalCriteria=group(),
    InclusionRules=[
        rule(
            group(
                correlated(
                    {"VisitDetail": {}},
                    Occurrence={"Type": 0, "Count": 2, "IsDistinct": True, "CountColumn": "VISIT_ID"},
                    EndWindow={"Start": {"Days": 3, "Coeff": -1}, "End": {"Coeff": 1}, "UseIndexEnd": True},
                    RestrictVisit=True,
                    IgnoreObservationPeriod=True,
                ),
                kind="ANY",
                DemographicCriteriaList=[{"Age": {"Value": 18, "Op": "gte"}, "Race": [{"CONCEPT_ID": 8}]}],
                Groups=[group(kind="AT_LEAST", Count=1)],
            )
        )
    ],
    EndStrategy={"CustomEra": {"DrugCodesetId": 0, "GapDays": 30, "Offset": 7, "DaysSupplyOverride": 10}},
    CensoringCriteria=[{"Death": {}}],
    CollapseSettings={"CollapseType": "ERA", "EraPad": 30},
    CensorWindow={"StartDate": "2019-01-01", "EndDate": "2021-01-01"},
)
"""Every kind of node once."""
