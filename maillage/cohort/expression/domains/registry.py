"""Every domain by its Circe name, and the demographic criteria of an index event and its person."""

from collections.abc import Mapping
from types import MappingProxyType

from maillage.cohort.expression.domains import clinical, periods
from maillage.cohort.expression.domains.spec import (
    AGE,
    END,
    GENDER,
    START,
    Attribute,
    Domain,
    Place,
    concepts,
)

DOMAINS: Mapping[str, Domain] = MappingProxyType(
    {
        domain.name: domain
        for domain in (
            clinical.CONDITION_OCCURRENCE,
            clinical.DEATH,
            clinical.DEVICE_EXPOSURE,
            clinical.DRUG_EXPOSURE,
            clinical.MEASUREMENT,
            clinical.OBSERVATION,
            clinical.PROCEDURE_OCCURRENCE,
            clinical.SPECIMEN,
            periods.CONDITION_ERA,
            periods.DOSE_ERA,
            periods.DRUG_ERA,
            periods.OBSERVATION_PERIOD,
            periods.PAYER_PLAN_PERIOD,
            periods.VISIT_DETAIL,
            periods.VISIT_OCCURRENCE,
        )
    }
)

DEMOGRAPHICS: tuple[Attribute, ...] = (
    AGE,
    *GENDER,
    *concepts("Race", "race_concept_id", place=Place.PERSON),
    *concepts("Ethnicity", "ethnicity_concept_id", place=Place.PERSON),
    START,
    END,
)
