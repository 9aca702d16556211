"""The kinds of cards: their names, and which attribute of each domain a control edits."""

from collections.abc import Mapping
from types import MappingProxyType

from maillage.base.i18n import _, mark
from maillage.cohort.edit.model import Control
from maillage.cohort.expression import DOMAINS
from maillage.cohort.expression.domains import Attribute, Derived, Domain, Place, Shape

KINDS: Mapping[str, str] = MappingProxyType(
    {
        "ConditionOccurrence": "condition",
        "ConditionEra": "condition_era",
        "Death": "death",
        "DeviceExposure": "device",
        "DoseEra": "dose_era",
        "DrugEra": "drug_era",
        "DrugExposure": "drug",
        "Measurement": "measurement",
        "Observation": "observation",
        "ObservationPeriod": "observation_period",
        "PayerPlanPeriod": "payer_plan_period",
        "ProcedureOccurrence": "procedure",
        "Specimen": "specimen",
        "VisitDetail": "visit_detail",
        "VisitOccurrence": "visit",
    }
)
"""What a card of each Circe domain is called in code and in styles."""

_WORDS: Mapping[str, str] = MappingProxyType(
    {
        "ConditionOccurrence": mark("Diagnostic"),
        "ConditionEra": mark("Épisode de maladie"),
        "Death": mark("Décès"),
        "DeviceExposure": mark("Dispositif médical"),
        "DoseEra": mark("Épisode à dose constante"),
        "DrugEra": mark("Épisode de traitement"),
        "DrugExposure": mark("Médicament"),
        "Measurement": mark("Résultat d’examen"),
        "Observation": mark("Observation clinique"),
        "ObservationPeriod": mark("Période d’observation"),
        "PayerPlanPeriod": mark("Prise en charge par un assureur"),
        "ProcedureOccurrence": mark("Acte"),
        "Specimen": mark("Prélèvement"),
        "VisitDetail": mark("Passage dans une unité"),
        "VisitOccurrence": mark("Séjour ou consultation"),
    }
)


def word_of(domain: str) -> str:
    """What people call a card of the domain, in the language in force."""
    return _(_WORDS[domain])


SOURCES: Mapping[str, str] = MappingProxyType(
    {
        name: attribute.name
        for name, domain in DOMAINS.items()
        for attribute in domain.attributes
        if attribute.name.endswith("SourceConcept") and attribute.place is Place.CODE
    }
)
"""By Circe domain, the attribute of the code of origin."""

_BY_NAME = {
    Control.VALUE: "ValueAsNumber",
    Control.SEX: "Gender",
    Control.STATUS: "ConditionStatus",
    Control.PLACE: "PlaceOfService",
    Control.ANSWER: "ValueAsConcept",
    Control.FIRST: "First",
}
_BY_COLUMN = {
    Control.AGE: (Derived.AGE_AT_START, Derived.AGE_AT_END),
    Control.YEARS: (Derived.START_DATE,),
    Control.LENGTH: (Derived.LENGTH,),
}


def attribute_of(domain: str, control: Control) -> str | None:
    """The Circe name of the attribute that a control edits in a domain; None where there is none."""
    found = next((one for one in DOMAINS[domain].attributes if _edits(control, one)), None)
    return found.name if found else None


def _edits(control: Control, attribute: Attribute) -> bool:
    if attribute.refusal is not None:
        return False
    if control is Control.STAY:
        return attribute.name == "VisitType" and attribute.place is Place.VISIT
    if control in _BY_COLUMN:
        return attribute.column in _BY_COLUMN[control]
    return attribute.name == _BY_NAME.get(control) and attribute.shape is not Shape.CONCEPT_SET


def has_codes(domain: Domain) -> bool:
    """Whether events of the domain are chosen by a list of codes."""
    return "CodesetId" in domain.by_name


_EVERY = (
    *(Control.VALUE, Control.SEX, Control.STATUS, Control.PLACE, Control.ANSWER),
    *(Control.FIRST, Control.AGE, Control.YEARS, Control.LENGTH, Control.STAY),
)


def controls_of(domain: str) -> frozenset[Control]:
    """The controls of what a criterion of the domain says of its own events."""
    own = {control for control in _EVERY if attribute_of(domain, control)}
    return frozenset(own | ({Control.TERMS} if has_codes(DOMAINS[domain]) else set()))


PERSON_ATTRIBUTES: Mapping[Control, str] = MappingProxyType(
    {Control.AGE: "Age", Control.SEX: "Gender", Control.YEARS: "OccurrenceStartDate"}
)
"""What may be edited of a person at the index event."""
