"""What each attribute looks at, in words. `{event}` is the event spoken of; ages always name their date."""

from collections.abc import Mapping
from types import MappingProxyType

from maillage.base.i18n import mark
from maillage.cohort.expression.domains import CountColumn, Derived

_SOURCE_CODE = mark("code d’origine, avant traduction dans le vocabulaire commun")
_RECORD_TYPE = mark("provenance de l’information")

LABELS: Mapping[str, str] = MappingProxyType(
    {
        "ConditionSourceConcept": _SOURCE_CODE,
        "DeathSourceConcept": mark("code d’origine de la cause, avant traduction dans le vocabulaire commun"),
        "DeviceSourceConcept": _SOURCE_CODE,
        "DrugSourceConcept": _SOURCE_CODE,
        "MeasurementSourceConcept": _SOURCE_CODE,
        "ObservationSourceConcept": _SOURCE_CODE,
        "ProcedureSourceConcept": _SOURCE_CODE,
        "SpecimenSourceConcept": _SOURCE_CODE,
        "VisitSourceConcept": _SOURCE_CODE,
        "VisitDetailSourceConcept": _SOURCE_CODE,
        "PayerConcept": mark("assureur"),
        "PlanConcept": mark("contrat d’assurance"),
        "SponsorConcept": mark("financeur"),
        "StopReasonConcept": mark("motif de fin de la prise en charge"),
        "PayerSourceConcept": mark("assureur, dans son code d’origine"),
        "PlanSourceConcept": mark("contrat d’assurance, dans son code d’origine"),
        "SponsorSourceConcept": mark("financeur, dans son code d’origine"),
        "StopReasonSourceConcept": mark("motif de fin de la prise en charge, dans son code d’origine"),
        "PlaceOfServiceLocation": mark("région du lieu de soins"),
        "ConditionType": _RECORD_TYPE,
        "DeathType": _RECORD_TYPE,
        "DeviceType": _RECORD_TYPE,
        "DrugType": _RECORD_TYPE,
        "MeasurementType": _RECORD_TYPE,
        "ObservationType": _RECORD_TYPE,
        "ProcedureType": _RECORD_TYPE,
        "SpecimenType": _RECORD_TYPE,
        "VisitDetailType": _RECORD_TYPE,
        "PeriodType": _RECORD_TYPE,
        "VisitType": mark("type du séjour ou de la consultation"),
        "ConditionStatus": mark("statut du diagnostic"),
        "Modifier": mark("modificateur de l’acte"),
        "RouteConcept": mark("voie d’administration"),
        "DoseUnit": mark("unité de la dose"),
        "Operator": mark("signe qui précède le résultat"),
        "ValueAsConcept": mark("résultat en clair"),
        "Unit": mark("unité"),
        "Qualifier": mark("qualificatif"),
        "AnatomicSite": mark("site anatomique"),
        "DiseaseStatus": mark("état de la maladie dans le prélèvement"),
        "Gender": mark("sexe de la personne"),
        "Race": mark("origine de la personne (champ RACE d’OMOP)"),
        "Ethnicity": mark("origine de la personne (champ ETHNICITY d’OMOP)"),
        "ProviderSpecialty": mark("spécialité du soignant"),
        "PlaceOfService": mark("type de lieu de soins"),
        "StopReason": mark("motif d’arrêt"),
        "LotNumber": mark("numéro de lot"),
        "UniqueDeviceId": mark("identifiant unique du dispositif"),
        "ValueAsString": mark("valeur en texte"),
        "SourceId": mark("identifiant d’origine du prélèvement"),
        "Quantity": mark("quantité"),
        "Refills": mark("nombre de renouvellements"),
        "DaysSupply": mark("durée prescrite ou délivrée"),
        "EffectiveDrugDose": mark("dose effective"),
        "ValueAsNumber": mark("valeur"),
        "RangeLow": mark("borne basse de la normale"),
        "RangeHigh": mark("borne haute de la normale"),
        "RangeLowRatio": mark("valeur divisée par la borne basse de la normale"),
        "RangeHighRatio": mark("valeur divisée par la borne haute de la normale"),
        "OccurrenceCount": mark("nombre d’événements réunis dans l’épisode"),
        "GapDays": mark("jours sans traitement dans l’épisode"),
        "DoseValue": mark("dose"),
    }
)
"""By Circe name, that of the list of concepts for its `CS` sibling too."""

DERIVED_LABELS: Mapping[str, str] = MappingProxyType(
    {
        Derived.START_DATE: mark("date de début"),
        Derived.END_DATE: mark("date de fin"),
        Derived.LENGTH: mark("durée, de la date de début à la date de fin"),
    }
)
"""Whatever the name of the attribute: what is computed is the same in every domain. Ages are in `Anchor`."""

DAYS = frozenset({"DaysSupply", "GapDays"})
"""Attributes that count days, besides lengths."""

SAME: Mapping[CountColumn, str] = MappingProxyType(
    {
        CountColumn.START_DATE: mark("la même date de début"),
        CountColumn.END_DATE: mark("la même date de fin"),
        CountColumn.VISIT_ID: mark("le même séjour"),
        CountColumn.VISIT_DETAIL_ID: mark("le même passage dans une unité"),
        CountColumn.DOMAIN_CONCEPT: mark("le même code"),
        CountColumn.DOMAIN_SOURCE_CONCEPT: mark("le même code d’origine"),
        CountColumn.DURATION: mark("la même durée"),
        CountColumn.DAYS_SUPPLY: mark("la même durée prescrite ou délivrée"),
        CountColumn.ERA_OCCURRENCES: mark("le même nombre d’événements réunis"),
        CountColumn.GAP_DAYS: mark("le même nombre de jours sans traitement"),
        CountColumn.QUANTITY: mark("la même quantité"),
        CountColumn.RANGE_HIGH: mark("la même borne haute de la normale"),
        CountColumn.RANGE_LOW: mark("la même borne basse de la normale"),
        CountColumn.REFILLS: mark("le même nombre de renouvellements"),
        CountColumn.UNIT: mark("la même unité"),
        CountColumn.VALUE_AS_NUMBER: mark("la même valeur"),
    }
)
"""What events share that count once together."""
