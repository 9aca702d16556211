"""The lines of the national core data set of hospital warehouses, and how each is found in OMOP, as data.

Source of the 51 lines: socle commun des entrepôts de données de santé hospitaliers, 15 September 2023. The
LOINC codes are those of the national guide (IG FHIR EDS socle commun, value set EDSLaboratory), and other
codes of the same quantities that hospitals use. Bounds are wide: beyond them a value is an error of entry or
of unit, not an ill patient.
"""

import csv
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from types import MappingProxyType

from maillage.base.i18n import current_language, mark

GROUPS: Mapping[str, str] = MappingProxyType(
    {
        "1": mark("Données sociodémographiques"),
        "2": mark("PMSI"),
        "3": mark("Examens biologiques"),
        "4": mark("Exposition médicamenteuse"),
        "5": mark("Examen clinique et style de vie"),
    }
)
"""By the first figure of an item."""


@dataclass(frozen=True)
class Line:
    """One item. `table` is empty where OMOP has no column for it; `codes` are LOINC's, for a coded item."""

    item: str
    french: str
    english: str
    table: str
    codes: tuple[str, ...]

    @property
    def label(self) -> str:
        """In the language of the present context."""
        return self.french if current_language() == "fr" else self.english

    @property
    def group(self) -> str:
        """The first figure of the item."""
        return self.item[0]


@dataclass(frozen=True)
class Bound:
    """Between what and what a value of an item is plausible, in a unit of UCUM."""

    item: str
    unit: str
    low: float
    high: float


@cache
def read_lines() -> tuple[Line, ...]:
    """Every line, in the official order."""
    return tuple(
        Line(row["item"], row["label"], row["english"], row["table"], tuple(row["loinc"].split()))
        for row in _read("core_data_set.csv")
    )


@cache
def read_bounds() -> tuple[Bound, ...]:
    """The plausible ranges by item and unit."""
    return tuple(
        Bound(row["item"], row["unit"], float(row["low"]), float(row["high"])) for row in _read("bounds.csv")
    )


def _read(name: str) -> Sequence[Mapping[str, str]]:
    text = files("maillage.warehouse.quality").joinpath(name).read_text(encoding="utf-8")
    return list(csv.DictReader(text.splitlines()))


PRESCRIBED = "t.drug_type_concept_id IN (32838, 32839, 38000177, 581373)"
ADMINISTERED = "t.drug_type_concept_id IN (32818, 38000179, 38000180, 43542356, 43542357, 43542358)"
ICD10 = "regexp_matches(t.condition_source_value, '^[A-Z][0-9][0-9]')"

CONDITIONS: Mapping[str, str] = MappingProxyType(
    {
        "1.a.1": "{is_nir}",
        "1.a.2": "{is_ins}",
        "1.a.3": "t.year_of_birth + t.month_of_birth + t.day_of_birth IS NOT NULL",
        "1.a.4": "life.died IS NOT NULL",
        "1.b.1": "home.latitude IS NOT NULL AND home.longitude IS NOT NULL",
        "1.b.2": "length(home.location_source_value) = 9"
        " AND regexp_matches(home.location_source_value, '^[0-9][0-9AB][0-9]+$')",
        "2.1": "life.born IS NOT NULL",
        "2.2": "t.gender_concept_id IN (8507, 8532)",
        "2.3": "coalesce(home.zip, home.location_source_value) IS NOT NULL",
        "2.4": ICD10,
        "2.5": "t.procedure_source_value IS NOT NULL",
        "2.6": "t.visit_start_date IS NOT NULL",
        "2.7": "t.visit_end_date IS NOT NULL",
        "2.8": "t.admitted_from_source_value IS NOT NULL OR t.admitted_from_concept_id <> 0",
        "2.9": "t.discharged_to_source_value IS NOT NULL OR t.discharged_to_concept_id <> 0",
        "4.1": PRESCRIBED,
        "4.2": f"{PRESCRIBED} AND (t.sig IS NOT NULL OR t.quantity IS NOT NULL)",
        "4.3": ADMINISTERED,
        "4.4": f"{ADMINISTERED} AND t.quantity IS NOT NULL",
    }
)
"""By item with a table and no code: when a row `t` tells it. `home` is where the person lives, `life` when.

Types of records are concepts of OMOP (EHR prescription, EHR administration record, and their forerunners).
"""


def is_coded(line: Line) -> bool:
    """Whether it is found by codes of LOINC, rather than by a column."""
    return bool(line.codes)
