"""Questions that an engine could think about for hours: few rows, all of one person, that meet each other."""

from pathlib import Path
from typing import Any

from maillage.warehouse.build.omop import load_omop
from maillage.warehouse.schema import TABLES
from tests.support.circe import cohort, concept_set, correlated, group
from tests.support.omop import FILLING, write_parquet

CODE = "201826"
EVENTS = 200_000
"""Each is an index event and meets all of them: 4 · 10¹⁰ pairs."""


_SPAN = {
    "observation_period_start_date": "DATE '2000-01-01'",
    "observation_period_end_date": "DATE '2024-12-31'",
}


def load_heavy(folder: Path, *, events: int = EVENTS) -> Path:
    """A warehouse of one crowded person, and of 20 persons with one event each."""
    person = f"greatest(1, range - {events - 1})"
    start = "DATE '2000-01-01' + CAST(range % 9000 AS INTEGER)"
    folder.mkdir(parents=True, exist_ok=True)
    _write(folder, "person", 21, person_id="range", year_of_birth="1950")
    _write(folder, "observation_period", 21, observation_period_id="range", person_id="range", **_SPAN)
    _write(folder, "concept", 1, concept_id=CODE, standard_concept="'S'")
    _write(folder, "concept_ancestor", 1, ancestor_concept_id=CODE, descendant_concept_id=CODE)
    crowd = {"person_id": person, "condition_concept_id": CODE, "condition_start_date": start}
    _write(folder, "condition_occurrence", events + 20, condition_occurrence_id="range", **crowd)
    load_omop(folder, target=folder / "heavy.duckdb")
    return folder / "heavy.duckdb"


def _write(folder: Path, table: str, rows: int, **columns: str) -> None:
    """A table of so many rows, 1…; required columns that are not said are filled."""
    required = {
        column.name: f"'{FILLING[column.type]}'" for column in TABLES[table].columns if column.required
    }
    selected = ", ".join(f"{value} AS {name}" for name, value in (required | columns).items())
    write_parquet(folder / f"{table}.parquet", f"SELECT {selected} FROM range(1, {rows + 1})")


def _crowded(*criteria: Any, **parts: Any) -> dict[str, Any]:
    return cohort(
        {"ConditionOccurrence": {"CodesetId": 0}},
        ConceptSets=[concept_set(0, 201826)],
        InclusionRules=[{"name": "souvent", "expression": group(*criteria)}],
        **parts,
    )


_AROUND = {"Start": {"Days": 3000, "Coeff": -1}, "End": {"Days": 3000, "Coeff": 1}}
# Without bounds of its own each event would have the same window, and the engine would count once for all.

LONG = _crowded(correlated({"ConditionOccurrence": {"CodesetId": 0}}, count=2, StartWindow=_AROUND))
"""Counts every pair, in little memory."""

WIDE = _crowded(
    correlated(
        {"ConditionOccurrence": {"CodesetId": 0}},
        Occurrence={"Type": 2, "Count": 2, "IsDistinct": True, "CountColumn": "START_DATE"},
    )
)
"""Keeps the distinct dates of every event: billions of them."""
