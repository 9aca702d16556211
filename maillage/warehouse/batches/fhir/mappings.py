"""Which resources become which tables: a line a type, in the order in which they are read.

The rules themselves are in `sql/`, one file a type; the four resources about drugs share one.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from maillage.warehouse.batches.identity import person_id, row_id
from maillage.warehouse.sql import text

DRUGS = "['ATC', 'UCD', 'CIP', 'RxNorm', 'CVX', 'SNOMED', 'NDC']"
"""Vocabularies of drugs, the wanted one first."""


@dataclass(frozen=True)
class ResourceMapping:
    """One type of resource.

    `main` names the statement that makes one row of each resource and says where it goes; those of `more`
    make further rows of the resources that were kept. Both write the columns of one table; a table of
    `renamed` has its own names for them, new by old. A column for each table, most of them null, was a
    twentieth of the work.
    """

    resource: str
    file: str
    main: str
    key: str
    """The column of `main` that tells resources apart."""
    tables: tuple[str, ...]
    more: tuple[str, ...] = ()
    words: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    renamed: Mapping[str, Mapping[str, str]] = field(default_factory=lambda: MappingProxyType({}))
    numbers: tuple[str, ...] = ()
    """The statements whose column `emptied` names an element whose number could not be kept."""


_AS_DETAIL: Mapping[str, str] = MappingProxyType(
    {
        "visit_occurrence_id": "visit_detail_id",
        "parent_id": "parent_visit_detail_id",
        "visit_concept_id": "visit_detail_concept_id",
        "visit_start_date": "visit_detail_start_date",
        "visit_start_datetime": "visit_detail_start_datetime",
        "visit_end_date": "visit_detail_end_date",
        "visit_end_datetime": "visit_detail_end_datetime",
        "visit_type_concept_id": "visit_detail_type_concept_id",
        "visit_source_value": "visit_detail_source_value",
    }
)
_AS_OBSERVATION: Mapping[str, str] = MappingProxyType(
    {
        "measurement_id": "observation_id",
        "measurement_date": "observation_date",
        "measurement_datetime": "observation_datetime",
        "measurement_type_concept_id": "observation_type_concept_id",
    }
)


def _drug(resource: str, *, refused: str, drug_type: int) -> ResourceMapping:
    words = {"refused": refused, "drug_type": str(drug_type)}
    return ResourceMapping(
        resource,
        "drug",
        "drug",
        "drug_exposure_id",
        ("drug_exposure",),
        ("other_ingredients",),
        words,
        numbers=("drug",),
    )


MAPPINGS: Mapping[str, ResourceMapping] = MappingProxyType(
    {
        one.resource: one
        for one in (
            ResourceMapping(
                "Patient",
                "patient",
                "person",
                "person_id",
                ("person", "death", "location"),
                ("death", "location"),
                numbers=("location",),
            ),
            ResourceMapping(
                "Encounter",
                "encounter",
                "visit",
                "visit_occurrence_id",
                ("visit_occurrence", "visit_detail"),
                renamed={"visit_detail": _AS_DETAIL},
            ),
            ResourceMapping("Medication", "medication", "medication", "medication_id", ()),
            ResourceMapping(
                "Condition", "condition", "condition", "condition_occurrence_id", ("condition_occurrence",)
            ),
            ResourceMapping(
                "Claim",
                "claim",
                "claim",
                "claim_id",
                ("condition_occurrence", "procedure_occurrence", "visit_occurrence"),
                ("stay", "diagnosis", "act"),
            ),
            ResourceMapping(
                "Procedure", "procedure", "procedure", "procedure_occurrence_id", ("procedure_occurrence",)
            ),
            _drug(
                "MedicationRequest",
                refused="'entered-in-error', 'cancelled', 'draft'",
                drug_type=32838,
            ),
            _drug(
                "MedicationAdministration",
                refused="'entered-in-error', 'not-done', 'unknown'",
                drug_type=32818,
            ),
            _drug(
                "MedicationStatement",
                refused="'entered-in-error', 'not-taken', 'intended'",
                drug_type=32865,
            ),
            _drug("Immunization", refused="'entered-in-error', 'not-done'", drug_type=32817),
            ResourceMapping(
                "Observation",
                "observation",
                "observation",
                "measurement_id",
                ("measurement", "observation"),
                ("component",),
                numbers=("observation", "component"),
                renamed={"observation": _AS_OBSERVATION},
            ),
        )
    }
)


def keys_of(resource: str) -> Mapping[str, str]:
    """SQL for the ids of rows of a type: a resource keeps its number from one export to the next."""
    kind, patient = text(resource), "person" if resource == "Claim" else "patient"
    visit = "key" if resource == "Encounter" else "visit"
    visit_key = row_id("'Encounter'", visit)
    return {
        "row_key": row_id(kind, "key"),
        "line_key": row_id(kind, "key", "list", "place"),
        "person_key": person_id("coalesce(number, key)"),
        "patient_key": person_id(patient),
        "visit_key": f"CASE WHEN {visit} IS NOT NULL THEN {visit_key} END",
        "parent_key": row_id("'Encounter'", "parent"),
    }
