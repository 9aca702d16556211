"""What is read of each resource: the elements of FHIR R4 that the mappings use, as types of the engine.

A type given in full is read ten times faster than one that the engine must find out, and an element that
nobody asks for costs nothing. Dates stay texts: FHIR gives them three precisions. So do numbers: what is none
would be null without a trace.
"""

from collections.abc import Mapping
from types import MappingProxyType

_CODING = "STRUCT(system VARCHAR, code VARCHAR)"
_CONCEPT = f"STRUCT(coding {_CODING}[], text VARCHAR)"
# Categories are codes of FHIR's own, whose system says nothing.
_CATEGORY = "STRUCT(coding STRUCT(code VARCHAR)[])[]"
_QUANTITY = "STRUCT(value VARCHAR, comparator VARCHAR, unit VARCHAR, code VARCHAR)"
_REFERENCE = "STRUCT(reference VARCHAR)"
_PERIOD = 'STRUCT("start" VARCHAR, "end" VARCHAR)'
_RANGES = "STRUCT(low STRUCT(value VARCHAR), high STRUCT(value VARCHAR))[]"
_EXTENSION = "STRUCT(url VARCHAR, extension STRUCT(url VARCHAR, valueDecimal VARCHAR)[])[]"
_INGREDIENTS = f"STRUCT(itemCodeableConcept {_CONCEPT}, itemReference {_REFERENCE})[]"
_CONTAINED = f"STRUCT(id VARCHAR, code {_CONCEPT}, ingredient {_INGREDIENTS})[]"
_DOSAGES = (
    f"STRUCT(text VARCHAR, route {_CONCEPT}, timing STRUCT(repeat STRUCT(boundsPeriod {_PERIOD})), "
    f"doseAndRate STRUCT(doseQuantity {_QUANTITY})[])[]"
)
_DRUG = {"contained": _CONTAINED, "medicationCodeableConcept": _CONCEPT, "medicationReference": _REFERENCE}
_VALUES = {
    "valueQuantity": _QUANTITY,
    "valueCodeableConcept": _CONCEPT,
    "valueString": "VARCHAR",
    "valueBoolean": "BOOLEAN",
    "valueInteger": "VARCHAR",
    "referenceRange": _RANGES,
}
_COMPONENT = ", ".join(f"{name} {kind}" for name, kind in {"code": _CONCEPT, **_VALUES}.items())

IDENTITY: Mapping[str, str] = MappingProxyType(
    {
        "resourceType": "VARCHAR",
        "id": "VARCHAR",
        # Not of FHIR: the address of a Bundle's entry, which takes the place of the id (see bundles.py).
        "fullUrl": "VARCHAR",
    }
)
"""What says which resource it is."""

VERSION: Mapping[str, str] = MappingProxyType(
    {
        "meta": "STRUCT(lastUpdated VARCHAR, versionId VARCHAR)",
        # Not of FHIR: what stands for a resource that a history says was deleted (see bundles.py).
        "deleted": "BOOLEAN",
    }
)
"""What says which version of it."""

ELEMENTS: Mapping[str, Mapping[str, str]] = MappingProxyType(
    {
        "Patient": {
            "identifier": f"STRUCT(system VARCHAR, type {_CONCEPT}, value VARCHAR)[]",
            "gender": "VARCHAR",
            "birthDate": "VARCHAR",
            "deceasedDateTime": "VARCHAR",
            "deceasedBoolean": "BOOLEAN",
            "link": f"STRUCT(type VARCHAR, other {_REFERENCE})[]",
            "address": f'STRUCT("use" VARCHAR, city VARCHAR, postalCode VARCHAR, country VARCHAR, '
            f"period {_PERIOD}, extension {_EXTENSION})[]",
        },
        "Encounter": {
            "class": _CODING,
            "classHistory": f"STRUCT(class {_CODING})[]",
            "subject": _REFERENCE,
            "partOf": _REFERENCE,
            "period": _PERIOD,
            "hospitalization": f"STRUCT(admitSource {_CONCEPT}, dischargeDisposition {_CONCEPT})",
        },
        "Condition": {
            "verificationStatus": _CONCEPT,
            "category": _CATEGORY,
            "code": _CONCEPT,
            "subject": _REFERENCE,
            "encounter": _REFERENCE,
            "onsetDateTime": "VARCHAR",
            "onsetPeriod": _PERIOD,
            "abatementDateTime": "VARCHAR",
            "abatementPeriod": _PERIOD,
            "recordedDate": "VARCHAR",
        },
        "Procedure": {
            "code": _CONCEPT,
            "subject": _REFERENCE,
            "encounter": _REFERENCE,
            "performedDateTime": "VARCHAR",
            "performedPeriod": _PERIOD,
        },
        "Claim": {
            "use": "VARCHAR",
            "type": _CONCEPT,
            "patient": _REFERENCE,
            "created": "VARCHAR",
            "billablePeriod": _PERIOD,
            "supportingInfo": f"STRUCT(code {_CONCEPT}, valueString VARCHAR)[]",
            "item": f"STRUCT(encounter {_REFERENCE}[])[]",
            "diagnosis": f"STRUCT(diagnosisCodeableConcept {_CONCEPT}, diagnosisReference {_REFERENCE}, "
            f"type {_CONCEPT}[])[]",
            "procedure": f"STRUCT(procedureCodeableConcept {_CONCEPT}, procedureReference {_REFERENCE}, "
            "date VARCHAR)[]",
        },
        "Medication": {"code": _CONCEPT, "ingredient": _INGREDIENTS},
        "MedicationRequest": {
            **_DRUG,
            "intent": "VARCHAR",
            "doNotPerform": "BOOLEAN",
            "subject": _REFERENCE,
            "encounter": _REFERENCE,
            "authoredOn": "VARCHAR",
            "dosageInstruction": _DOSAGES,
            "dispenseRequest": f"STRUCT(quantity {_QUANTITY}, expectedSupplyDuration {_QUANTITY}, "
            "numberOfRepeatsAllowed VARCHAR)",
        },
        "MedicationAdministration": {
            **_DRUG,
            "subject": _REFERENCE,
            "context": _REFERENCE,
            "effectiveDateTime": "VARCHAR",
            "effectivePeriod": _PERIOD,
            "dosage": f"STRUCT(text VARCHAR, route {_CONCEPT}, dose {_QUANTITY})",
        },
        "MedicationStatement": {
            **_DRUG,
            "subject": _REFERENCE,
            "context": _REFERENCE,
            "effectiveDateTime": "VARCHAR",
            "effectivePeriod": _PERIOD,
            "dateAsserted": "VARCHAR",
            "dosage": _DOSAGES,
        },
        "Immunization": {
            "contained": _CONTAINED,
            "vaccineCode": _CONCEPT,
            "patient": _REFERENCE,
            "encounter": _REFERENCE,
            "occurrenceDateTime": "VARCHAR",
            "lotNumber": "VARCHAR",
            "route": _CONCEPT,
            "doseQuantity": _QUANTITY,
        },
        "Observation": {
            **_VALUES,
            "category": _CATEGORY,
            "code": _CONCEPT,
            "subject": _REFERENCE,
            "encounter": _REFERENCE,
            "effectiveDateTime": "VARCHAR",
            "effectivePeriod": _PERIOD,
            "effectiveInstant": "VARCHAR",
            "issued": "VARCHAR",
            "component": f"STRUCT({_COMPONENT})[]",
        },
    }
)
"""By resource type."""


def columns_of(resource: str) -> Mapping[str, str]:
    """The elements read of one type of resource."""
    return {**IDENTITY, "status": "VARCHAR", **ELEMENTS[resource]}
