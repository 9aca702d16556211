"""The events of each domain as nouns. Tables of forms, since French agrees and English does not."""

from collections.abc import Mapping
from enum import Enum, auto
from types import MappingProxyType

from maillage.base.i18n import mark


class Form(Enum):
    """An event with its article: the first, one of it, none, several, and the one just spoken of."""

    FIRST = auto()
    ONE = auto()
    NONE = auto()
    MANY = auto()
    THIS = auto()


def _noun(first: str, one: str, none: str, many: str, this: str) -> Mapping[Form, str]:
    return {Form.FIRST: first, Form.ONE: one, Form.NONE: none, Form.MANY: many, Form.THIS: this}


NOUNS: Mapping[str, Mapping[Form, str]] = MappingProxyType(
    {
        "ConditionOccurrence": _noun(
            mark("le premier diagnostic"),
            mark("un diagnostic"),
            mark("aucun diagnostic"),
            mark("{count} diagnostics"),
            mark("ce diagnostic"),
        ),
        "Death": _noun(
            mark("le premier décès"),
            mark("un décès"),
            mark("aucun décès"),
            mark("{count} décès"),
            mark("ce décès"),
        ),
        "DeviceExposure": _noun(
            mark("le premier dispositif médical"),
            mark("un dispositif médical"),
            mark("aucun dispositif médical"),
            mark("{count} dispositifs médicaux"),
            mark("ce dispositif médical"),
        ),
        "DrugExposure": _noun(
            mark("la première prise de médicament"),
            mark("une prise de médicament"),
            mark("aucune prise de médicament"),
            mark("{count} prises de médicament"),
            mark("cette prise de médicament"),
        ),
        "Measurement": _noun(
            mark("le premier résultat d’examen"),
            mark("un résultat d’examen"),
            mark("aucun résultat d’examen"),
            mark("{count} résultats d’examen"),
            mark("ce résultat d’examen"),
        ),
        "Observation": _noun(
            mark("la première observation clinique"),
            mark("une observation clinique"),
            mark("aucune observation clinique"),
            mark("{count} observations cliniques"),
            mark("cette observation clinique"),
        ),
        "ProcedureOccurrence": _noun(
            mark("le premier acte"),
            mark("un acte"),
            mark("aucun acte"),
            mark("{count} actes"),
            mark("cet acte"),
        ),
        "Specimen": _noun(
            mark("le premier prélèvement"),
            mark("un prélèvement"),
            mark("aucun prélèvement"),
            mark("{count} prélèvements"),
            mark("ce prélèvement"),
        ),
        "ConditionEra": _noun(
            mark("le premier épisode de maladie"),
            mark("un épisode de maladie"),
            mark("aucun épisode de maladie"),
            mark("{count} épisodes de maladie"),
            mark("cet épisode de maladie"),
        ),
        "DoseEra": _noun(
            mark("le premier épisode à dose constante"),
            mark("un épisode à dose constante"),
            mark("aucun épisode à dose constante"),
            mark("{count} épisodes à dose constante"),
            mark("cet épisode à dose constante"),
        ),
        "DrugEra": _noun(
            mark("le premier épisode de traitement"),
            mark("un épisode de traitement"),
            mark("aucun épisode de traitement"),
            mark("{count} épisodes de traitement"),
            mark("cet épisode de traitement"),
        ),
        "ObservationPeriod": _noun(
            mark("la première période d’observation"),
            mark("une période d’observation"),
            mark("aucune période d’observation"),
            mark("{count} périodes d’observation"),
            mark("cette période d’observation"),
        ),
        "PayerPlanPeriod": _noun(
            mark("la première période de prise en charge par un assureur"),
            mark("une période de prise en charge par un assureur"),
            mark("aucune période de prise en charge par un assureur"),
            mark("{count} périodes de prise en charge par un assureur"),
            mark("cette période de prise en charge"),
        ),
        "VisitDetail": _noun(
            mark("le premier passage dans une unité"),
            mark("un passage dans une unité"),
            mark("aucun passage dans une unité"),
            mark("{count} passages dans une unité"),
            mark("ce passage"),
        ),
        "VisitOccurrence": _noun(
            mark("le premier séjour (ou la première consultation)"),
            mark("un séjour ou une consultation"),
            mark("aucun séjour ni aucune consultation"),
            mark("{count} séjours ou consultations"),
            mark("ce séjour (ou cette consultation)"),
        ),
    }
)

CODED: Mapping[str, str] = MappingProxyType(
    {name: mark("{event} de la liste {list}") for name in NOUNS}
    | {"Death": mark("{event} dont la cause est dans la liste {list}")}
)
"""How a noun goes on when its code must be in a list."""

UNCODED: Mapping[str, str] = MappingProxyType(
    {name: mark("{event}, quel qu’en soit le code") for name in NOUNS}
    | {"Death": mark("{event}, quelle qu’en soit la cause")}
    | {"VisitOccurrence": mark("{event}, quel qu’en soit le type")}
    | {name: mark("{event}") for name in ("ObservationPeriod", "PayerPlanPeriod")}
)
"""How it goes on when any code will do."""
