"""Whose codes a word of the language speaks: by domain, and by attribute where that differs.

Vocabularies are tried in order, and the first that has the code is meant; none listed means any.
"""

from collections.abc import Mapping, Sequence

_CONDITIONS = ("CIM10", "ICD10", "ICD10CM", "ICDO3", "SNOMED")
_DRUGS = ("ATC", "RxNorm", "RxNorm Extension")
_PROCEDURES = ("CCAM", "SNOMED")
_FACTS = ("LOINC", "SNOMED")

_OF_DOMAIN: Mapping[str, Sequence[str]] = {
    "ConditionEra": _CONDITIONS,
    "ConditionOccurrence": _CONDITIONS,
    "Death": _CONDITIONS,
    "DeviceExposure": ("LPP", "SNOMED"),
    "DoseEra": _DRUGS,
    "DrugEra": _DRUGS,
    "DrugExposure": _DRUGS,
    "Measurement": _FACTS,
    "Observation": (*_FACTS, "CIM10", "ICD10"),
    "ProcedureOccurrence": _PROCEDURES,
    "Specimen": ("SNOMED",),
    "VisitDetail": ("Visit",),
    "VisitOccurrence": ("Visit",),
}

_OF_ATTRIBUTE: Mapping[str, Sequence[str]] = {
    "ConditionStatus": ("Condition Status",),
    "Ethnicity": ("Ethnicity",),
    "Gender": ("Gender",),
    "Race": ("Race",),
    "Unit": ("UCUM",),
    "ValueAsConcept": ("SNOMED", "LOINC", "Maillage"),
    "VisitSourceConcept": (),
    "VisitDetailSourceConcept": (),
    "VisitType": ("Visit",),
}

_CODES_OF_FACTS = "CodesetId"


def is_standard(attribute: str) -> bool:
    """Whether the attribute reads a column that only standard concepts fill."""
    return attribute == _CODES_OF_FACTS


def vocabularies_of(domain: str, attribute: str) -> Sequence[str]:
    """The vocabularies to look in for a code of this attribute, in order."""
    name = attribute.removesuffix("CS")
    if domain == "VisitOccurrence" and name == "VisitType":
        return ("Type Concept",)
    if name in _OF_ATTRIBUTE:
        return _OF_ATTRIBUTE[name]
    if name == _CODES_OF_FACTS or name.endswith("SourceConcept"):
        return _OF_DOMAIN.get(domain, ())
    return ("Type Concept",) if name.endswith("Type") else ()
