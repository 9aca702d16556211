"""Domains whose rows are what was seen, done, given or measured."""

from maillage.cohort.expression.domains.spec import (
    AGE,
    END,
    FIRST,
    GENDER,
    SPECIALTY,
    START,
    VISIT_TYPE,
    Attribute,
    CountColumn,
    Derived,
    Domain,
    EndRule,
    Place,
    Refusal,
    Shape,
    codeset,
    concepts,
    number,
    text,
)

_PERSON_AND_CARE = (AGE, *GENDER, *SPECIALTY, *VISIT_TYPE)

# The reference still reads them, and fails.
_LEFT_THE_MODEL = tuple(
    Attribute(name, shape, Place.EVENT, column, refusal=Refusal.COLUMN_LEFT)
    for name, shape, column in (
        ("EffectiveDrugDose", Shape.NUMBER, "effective_drug_dose"),
        ("DoseUnit", Shape.CONCEPTS, "dose_unit_concept_id"),
        ("DoseUnitCS", Shape.CONCEPT_SET, "dose_unit_concept_id"),
    )
)

CONDITION_OCCURRENCE = Domain(
    name="ConditionOccurrence",
    table="condition_occurrence",
    id="condition_occurrence_id",
    start="condition_start_date",
    end="condition_end_date",
    end_rule=EndRule.COLUMN_OR_NEXT_DAY,
    concept="condition_concept_id",
    attributes=(
        codeset("CodesetId", "condition_concept_id"),
        codeset("ConditionSourceConcept", "condition_source_concept_id"),
        FIRST,
        START,
        END,
        *concepts("ConditionType", "condition_type_concept_id", exclude=True),
        *concepts("ConditionStatus", "condition_status_concept_id"),
        text("StopReason", "stop_reason"),
        *_PERSON_AND_CARE,
    ),
    counts={CountColumn.DOMAIN_SOURCE_CONCEPT: "condition_source_concept_id"},
)

PROCEDURE_OCCURRENCE = Domain(
    name="ProcedureOccurrence",
    table="procedure_occurrence",
    id="procedure_occurrence_id",
    start="procedure_date",
    end_rule=EndRule.NEXT_DAY,
    concept="procedure_concept_id",
    attributes=(
        codeset("CodesetId", "procedure_concept_id"),
        codeset("ProcedureSourceConcept", "procedure_source_concept_id"),
        FIRST,
        START,
        *concepts("ProcedureType", "procedure_type_concept_id", exclude=True),
        *concepts("Modifier", "modifier_concept_id"),
        number("Quantity", "quantity"),
        *_PERSON_AND_CARE,
    ),
    counts={
        CountColumn.DOMAIN_SOURCE_CONCEPT: "procedure_source_concept_id",
        CountColumn.QUANTITY: "quantity",
    },
)

DRUG_EXPOSURE = Domain(
    name="DrugExposure",
    table="drug_exposure",
    id="drug_exposure_id",
    start="drug_exposure_start_date",
    end="drug_exposure_end_date",
    end_rule=EndRule.DRUG,
    concept="drug_concept_id",
    attributes=(
        codeset("CodesetId", "drug_concept_id"),
        codeset("DrugSourceConcept", "drug_source_concept_id"),
        FIRST,
        START,
        END,
        *concepts("DrugType", "drug_type_concept_id", exclude=True),
        text("StopReason", "stop_reason"),
        number("Refills", "refills"),
        number("Quantity", "quantity"),
        number("DaysSupply", "days_supply"),
        *concepts("RouteConcept", "route_concept_id"),
        *_LEFT_THE_MODEL,
        text("LotNumber", "lot_number"),
        *_PERSON_AND_CARE,
    ),
    counts={
        CountColumn.DOMAIN_SOURCE_CONCEPT: "drug_source_concept_id",
        CountColumn.DAYS_SUPPLY: "days_supply",
        CountColumn.QUANTITY: "quantity",
        CountColumn.REFILLS: "refills",
    },
)

DEVICE_EXPOSURE = Domain(
    name="DeviceExposure",
    table="device_exposure",
    id="device_exposure_id",
    start="device_exposure_start_date",
    end="device_exposure_end_date",
    end_rule=EndRule.COLUMN_OR_NEXT_DAY,
    concept="device_concept_id",
    attributes=(
        codeset("CodesetId", "device_concept_id"),
        codeset("DeviceSourceConcept", "device_source_concept_id"),
        FIRST,
        START,
        END,
        *concepts("DeviceType", "device_type_concept_id", exclude=True),
        text("UniqueDeviceId", "unique_device_id"),
        number("Quantity", "quantity"),
        *_PERSON_AND_CARE,
    ),
    counts={
        CountColumn.DOMAIN_SOURCE_CONCEPT: "device_source_concept_id",
        CountColumn.QUANTITY: "quantity",
    },
)

MEASUREMENT = Domain(
    name="Measurement",
    table="measurement",
    id="measurement_id",
    start="measurement_date",
    end_rule=EndRule.NEXT_DAY,
    concept="measurement_concept_id",
    attributes=(
        codeset("CodesetId", "measurement_concept_id"),
        codeset("MeasurementSourceConcept", "measurement_source_concept_id"),
        FIRST,
        START,
        *concepts("MeasurementType", "measurement_type_concept_id", exclude=True),
        *concepts("Operator", "operator_concept_id"),
        number("ValueAsNumber", "value_as_number"),
        *concepts("ValueAsConcept", "value_as_concept_id"),
        *concepts("Unit", "unit_concept_id"),
        number("RangeLow", "range_low"),
        number("RangeHigh", "range_high"),
        number("RangeLowRatio", Derived.LOW_RATIO, place=Place.DERIVED),
        number("RangeHighRatio", Derived.HIGH_RATIO, place=Place.DERIVED),
        Attribute("Abnormal", Shape.FLAG, Place.DERIVED, Derived.ABNORMAL),
        *_PERSON_AND_CARE,
    ),
    counts={
        CountColumn.DOMAIN_SOURCE_CONCEPT: "measurement_source_concept_id",
        CountColumn.VALUE_AS_NUMBER: "value_as_number",
        CountColumn.RANGE_LOW: "range_low",
        CountColumn.RANGE_HIGH: "range_high",
        CountColumn.UNIT: "unit_concept_id",
    },
)

OBSERVATION = Domain(
    name="Observation",
    table="observation",
    id="observation_id",
    start="observation_date",
    end_rule=EndRule.NEXT_DAY,
    concept="observation_concept_id",
    attributes=(
        codeset("CodesetId", "observation_concept_id"),
        codeset("ObservationSourceConcept", "observation_source_concept_id"),
        FIRST,
        START,
        *concepts("ObservationType", "observation_type_concept_id", exclude=True),
        number("ValueAsNumber", "value_as_number"),
        text("ValueAsString", "value_as_string"),
        *concepts("ValueAsConcept", "value_as_concept_id"),
        *concepts("Qualifier", "qualifier_concept_id"),
        *concepts("Unit", "unit_concept_id"),
        *_PERSON_AND_CARE,
    ),
    counts={
        CountColumn.DOMAIN_SOURCE_CONCEPT: "observation_source_concept_id",
        CountColumn.VALUE_AS_NUMBER: "value_as_number",
        CountColumn.UNIT: "unit_concept_id",
    },
)

SPECIMEN = Domain(
    name="Specimen",
    table="specimen",
    id="specimen_id",
    start="specimen_date",
    end_rule=EndRule.NEXT_DAY,
    concept="specimen_concept_id",
    visit=None,
    attributes=(
        codeset("CodesetId", "specimen_concept_id"),
        Attribute(
            "SpecimenSourceConcept",
            Shape.CODESET,
            Place.CODE,
            "specimen_source_concept_id",
            refusal=Refusal.COLUMN_LEFT,
        ),
        FIRST,
        START,
        *concepts("SpecimenType", "specimen_type_concept_id", exclude=True),
        number("Quantity", "quantity"),
        *concepts("Unit", "unit_concept_id"),
        *concepts("AnatomicSite", "anatomic_site_concept_id"),
        *concepts("DiseaseStatus", "disease_status_concept_id"),
        text("SourceId", "specimen_source_id"),
        AGE,
        *GENDER,
    ),
    counts={CountColumn.QUANTITY: "quantity", CountColumn.UNIT: "unit_concept_id"},
)

DEATH = Domain(
    name="Death",
    table="death",
    id="person_id",
    start="death_date",
    end_rule=EndRule.NEXT_DAY,
    concept="cause_concept_id",
    visit=None,
    attributes=(
        codeset("CodesetId", "cause_concept_id"),
        codeset("DeathSourceConcept", "cause_source_concept_id"),
        START,
        *concepts("DeathType", "death_type_concept_id", exclude=True),
        AGE,
        *GENDER,
    ),
    counts={CountColumn.DOMAIN_SOURCE_CONCEPT: "cause_source_concept_id"},
)
