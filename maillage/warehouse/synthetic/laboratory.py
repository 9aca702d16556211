"""The measurement table: numbers of the panels, and coded answers."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from maillage.warehouse.build.tables import Columns
from maillage.warehouse.synthetic.columns import (
    EventRows,
    Texts,
    concept_columns,
    concept_id,
    dates,
    same,
    texts,
)
from maillage.warehouse.synthetic.draws import Floats, Ints
from maillage.warehouse.synthetic.happenings import Numbering
from maillage.warehouse.synthetic.measures import Measures, read_analytes


def make_measurements(measures: Measures, rows: EventRows, *, persons: Ints, numbering: Numbering) -> Columns:
    """Measures and the coded answers of `rows`, as one table; `persons` are ids by place in the part."""
    numeric = _numeric_values(measures, persons)
    coded = _coded_values(rows)
    columns = {name: np.concatenate((column, coded[name])) for name, column in numeric.items()}
    count = len(columns["person_id"])
    return {
        "measurement_id": numbering.take("measurement", count),
        **columns,
        "measurement_type_concept_id": same(concept_id("Lab"), count),
    }


def _numeric_values(measures: Measures, persons: Ints) -> Columns:
    analytes = _analytes()
    concepts = analytes.concepts[measures.analyte]
    return {
        "person_id": persons[measures.person],
        "measurement_concept_id": concepts,
        "measurement_date": dates(measures.date),
        "value_as_number": measures.value,
        "value_as_concept_id": np.full(len(concepts), np.nan),
        "unit_concept_id": analytes.units[measures.analyte],
        "range_low": analytes.low[measures.analyte],
        "range_high": analytes.high[measures.analyte],
        "visit_occurrence_id": measures.visit,
        "measurement_source_value": analytes.codes[measures.analyte],
        "measurement_source_concept_id": concepts,
        "unit_source_value": analytes.unit_codes[measures.analyte],
        "value_source_value": np.full(len(concepts), None, dtype=object),
    }


def _coded_values(rows: EventRows) -> Columns:
    concepts = concept_columns()
    nothing = np.full(rows.count, np.nan)
    return {
        "person_id": rows.persons[rows.facts.person],
        "measurement_concept_id": concepts.ids[rows.facts.concept],
        "measurement_date": dates(rows.facts.start),
        "value_as_number": nothing,
        "unit_concept_id": nothing,
        "range_low": nothing,
        "range_high": nothing,
        "visit_occurrence_id": rows.facts.visit,
        "measurement_source_value": concepts.codes[rows.facts.concept],
        "measurement_source_concept_id": concepts.ids[rows.facts.concept],
        "unit_source_value": np.full(rows.count, None, dtype=object),
        **rows.answers(),
    }


@dataclass(frozen=True)
class _Analytes:
    """Columns of the analytes; a unit is a float because its absence is NaN."""

    concepts: Ints
    codes: Texts
    units: Floats
    unit_codes: Texts
    low: Floats
    high: Floats


@cache
def _analytes() -> _Analytes:
    analytes = read_analytes()
    return _Analytes(
        concepts=np.array([concept_id(analyte.code) for analyte in analytes]),
        codes=texts([analyte.code for analyte in analytes]),
        units=np.array([float(concept_id(analyte.unit)) for analyte in analytes]),
        unit_codes=texts([analyte.unit for analyte in analytes]),
        low=np.array([analyte.low for analyte in analytes]),
        high=np.array([analyte.high for analyte in analytes]),
    )
