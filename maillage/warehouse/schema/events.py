"""The clinical tables whose rows are events: which column is the concept, the id, the start, the end."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType


@dataclass(frozen=True)
class EventTable:
    """One table of events. `end` is None where the model has none; `details` help to find events."""

    table: str
    id: str
    concept: str
    start: str
    end: str | None = None
    details: tuple[str, ...] = ()


_VISIT = ("visit_occurrence_id",)

EVENT_TABLES: Mapping[str, EventTable] = MappingProxyType(
    {
        event.table: event
        for event in (
            EventTable(
                table="condition_occurrence",
                id="condition_occurrence_id",
                concept="condition_concept_id",
                start="condition_start_date",
                end="condition_end_date",
                details=_VISIT,
            ),
            # An absent end of a drug is its start plus days_supply: without it no drug could be found here.
            EventTable(
                table="drug_exposure",
                id="drug_exposure_id",
                concept="drug_concept_id",
                start="drug_exposure_start_date",
                end="drug_exposure_end_date",
                details=("days_supply", *_VISIT),
            ),
            EventTable(
                table="procedure_occurrence",
                id="procedure_occurrence_id",
                concept="procedure_concept_id",
                start="procedure_date",
                end="procedure_end_date",
                details=_VISIT,
            ),
            EventTable(
                table="measurement",
                id="measurement_id",
                concept="measurement_concept_id",
                start="measurement_date",
                details=("value_as_number", "value_as_concept_id", "unit_concept_id", *_VISIT),
            ),
            EventTable(
                table="observation",
                id="observation_id",
                concept="observation_concept_id",
                start="observation_date",
                details=("value_as_concept_id", *_VISIT),
            ),
            EventTable(
                table="visit_occurrence",
                id="visit_occurrence_id",
                concept="visit_concept_id",
                start="visit_start_date",
                end="visit_end_date",
            ),
            EventTable(
                table="device_exposure",
                id="device_exposure_id",
                concept="device_concept_id",
                start="device_exposure_start_date",
                end="device_exposure_end_date",
                details=_VISIT,
            ),
            EventTable(
                table="condition_era",
                id="condition_era_id",
                concept="condition_concept_id",
                start="condition_era_start_date",
                end="condition_era_end_date",
            ),
            EventTable(
                table="drug_era",
                id="drug_era_id",
                concept="drug_concept_id",
                start="drug_era_start_date",
                end="drug_era_end_date",
            ),
        )
    }
)
