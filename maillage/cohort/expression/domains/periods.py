"""Domains whose rows last: visits, eras, periods of observation and of insurance."""

from maillage.cohort.expression.domains.spec import (
    AGE,
    AGES,
    END,
    ERA_DATES,
    FIRST,
    GENDER,
    SPECIALTY,
    START,
    USER_PERIOD,
    Attribute,
    CountColumn,
    Derived,
    Domain,
    Place,
    Refusal,
    Shape,
    codeset,
    concepts,
    date,
    number,
)

_ERA_LENGTH = number("EraLength", Derived.LENGTH, place=Place.DERIVED)
_PERIOD_DATES = (
    date("PeriodStartDate", Derived.START_DATE),
    date("PeriodEndDate", Derived.END_DATE),
    number("PeriodLength", Derived.LENGTH, place=Place.DERIVED),
)
_PLACE_OF_SERVICE = concepts("PlaceOfService", "place_of_service_concept_id", place=Place.CARE_SITE)
_LOCATION = Attribute(
    "PlaceOfServiceLocation",
    Shape.CODESET,
    Place.CARE_SITE,
    "region_concept_id",
    refusal=Refusal.LOCATION_HISTORY,
)

VISIT_OCCURRENCE = Domain(
    name="VisitOccurrence",
    table="visit_occurrence",
    id="visit_occurrence_id",
    start="visit_start_date",
    end="visit_end_date",
    concept="visit_concept_id",
    attributes=(
        codeset("CodesetId", "visit_concept_id"),
        codeset("VisitSourceConcept", "visit_source_concept_id"),
        FIRST,
        START,
        END,
        *concepts("VisitType", "visit_type_concept_id", exclude=True),
        number("VisitLength", Derived.LENGTH, place=Place.DERIVED),
        AGE,
        *GENDER,
        *SPECIALTY,
        *_PLACE_OF_SERVICE,
        _LOCATION,
    ),
    counts={CountColumn.DOMAIN_SOURCE_CONCEPT: "visit_source_concept_id"},
)

VISIT_DETAIL = Domain(
    name="VisitDetail",
    table="visit_detail",
    id="visit_detail_id",
    start="visit_detail_start_date",
    end="visit_detail_end_date",
    concept="visit_detail_concept_id",
    attributes=(
        codeset("CodesetId", "visit_detail_concept_id"),
        codeset("VisitDetailSourceConcept", "visit_detail_source_concept_id"),
        FIRST,
        date("VisitDetailStartDate", Derived.START_DATE),
        date("VisitDetailEndDate", Derived.END_DATE),
        Attribute("VisitDetailTypeCS", Shape.CONCEPT_SET, Place.EVENT, "visit_detail_type_concept_id"),
        number("VisitDetailLength", Derived.LENGTH, place=Place.DERIVED),
        # The reference counts this age, and this one only, at the end of the event.
        number("Age", Derived.AGE_AT_END, place=Place.DERIVED),
        Attribute("GenderCS", Shape.CONCEPT_SET, Place.PERSON, "gender_concept_id"),
        Attribute("ProviderSpecialtyCS", Shape.CONCEPT_SET, Place.PROVIDER, "specialty_concept_id"),
        Attribute("PlaceOfServiceCS", Shape.CONCEPT_SET, Place.CARE_SITE, "place_of_service_concept_id"),
        _LOCATION,
    ),
    counts={
        CountColumn.DOMAIN_SOURCE_CONCEPT: "visit_detail_source_concept_id",
        CountColumn.VISIT_DETAIL_ID: "visit_detail_id",
    },
)

CONDITION_ERA = Domain(
    name="ConditionEra",
    table="condition_era",
    id="condition_era_id",
    start="condition_era_start_date",
    end="condition_era_end_date",
    concept="condition_concept_id",
    visit=None,
    attributes=(
        codeset("CodesetId", "condition_concept_id"),
        FIRST,
        *ERA_DATES,
        number("OccurrenceCount", "condition_occurrence_count"),
        _ERA_LENGTH,
        *AGES,
        *GENDER,
    ),
    counts={CountColumn.ERA_OCCURRENCES: "condition_occurrence_count"},
)

DRUG_ERA = Domain(
    name="DrugEra",
    table="drug_era",
    id="drug_era_id",
    start="drug_era_start_date",
    end="drug_era_end_date",
    concept="drug_concept_id",
    visit=None,
    attributes=(
        codeset("CodesetId", "drug_concept_id"),
        FIRST,
        *ERA_DATES,
        number("OccurrenceCount", "drug_exposure_count"),
        number("GapDays", "gap_days"),
        _ERA_LENGTH,
        *AGES,
        *GENDER,
    ),
    counts={CountColumn.ERA_OCCURRENCES: "drug_exposure_count", CountColumn.GAP_DAYS: "gap_days"},
)

DOSE_ERA = Domain(
    name="DoseEra",
    table="dose_era",
    id="dose_era_id",
    start="dose_era_start_date",
    end="dose_era_end_date",
    concept="drug_concept_id",
    visit=None,
    attributes=(
        codeset("CodesetId", "drug_concept_id"),
        FIRST,
        *ERA_DATES,
        *concepts("Unit", "unit_concept_id"),
        number("DoseValue", "dose_value"),
        _ERA_LENGTH,
        *AGES,
        *GENDER,
    ),
    counts={CountColumn.UNIT: "unit_concept_id", CountColumn.VALUE_AS_NUMBER: "dose_value"},
)

OBSERVATION_PERIOD = Domain(
    name="ObservationPeriod",
    table="observation_period",
    id="observation_period_id",
    start="observation_period_start_date",
    end="observation_period_end_date",
    concept="period_type_concept_id",
    visit=None,
    attributes=(
        FIRST,
        USER_PERIOD,
        *_PERIOD_DATES,
        *concepts("PeriodType", "period_type_concept_id"),
        *AGES,
    ),
)

PAYER_PLAN_PERIOD = Domain(
    name="PayerPlanPeriod",
    table="payer_plan_period",
    id="payer_plan_period_id",
    start="payer_plan_period_start_date",
    end="payer_plan_period_end_date",
    concept="payer_concept_id",
    visit=None,
    attributes=(
        FIRST,
        USER_PERIOD,
        *_PERIOD_DATES,
        *AGES,
        *GENDER,
        codeset("PayerConcept", "payer_concept_id", place=Place.EVENT),
        codeset("PlanConcept", "plan_concept_id", place=Place.EVENT),
        codeset("SponsorConcept", "sponsor_concept_id", place=Place.EVENT),
        codeset("StopReasonConcept", "stop_reason_concept_id", place=Place.EVENT),
        codeset("PayerSourceConcept", "payer_source_concept_id", place=Place.EVENT),
        codeset("PlanSourceConcept", "plan_source_concept_id", place=Place.EVENT),
        codeset("SponsorSourceConcept", "sponsor_source_concept_id", place=Place.EVENT),
        codeset("StopReasonSourceConcept", "stop_reason_source_concept_id", place=Place.EVENT),
    ),
)
