"""The few concepts that a trait may ask for, told as people say them."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from types import MappingProxyType

from maillage.base.i18n import _, mark
from maillage.cohort.expression.values import Concept

INTENSIVE_CARE = 32037


@dataclass(frozen=True)
class Option:
    """One choice of a trait, and the concepts that say it in warehouses."""

    key: str
    concepts: tuple[Concept, ...]

    @property
    def name(self) -> str:
        """What people call it, in the language in force."""
        return _(_NAMES[self.key])


_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "inpatient": mark("hospitalisation"),
        "emergency": mark("urgences"),
        "outpatient": mark("consultation ou soins ambulatoires"),
        "F": mark("femmes"),
        "M": mark("hommes"),
        "primary": mark("diagnostic principal"),
        "secondary": mark("diagnostic associé"),
        "intensive_care": mark("réanimation ou soins intensifs"),
        "positive": mark("positif"),
        "negative": mark("négatif"),
    }
)


def _visit(identifier: int, name: str, code: str) -> Concept:
    return _concept(identifier, name, code, "Visit", "Visit")


def _concept(identifier: int, name: str, code: str, vocabulary: str, domain: str) -> Concept:
    return Concept(
        identifier, name, code, vocabulary, domain, concept_class=domain, standard="S", invalid_reason="V"
    )


_INPATIENT = _visit(9201, "Hospitalisation", "IP")
_THROUGH_EMERGENCY = _visit(262, "Passage aux urgences suivi d’une hospitalisation", "ERIP")

STAYS = (
    # A stay that began in the emergency ward is both, and a warehouse made from FHIR says so by one concept.
    Option("inpatient", (_INPATIENT, _THROUGH_EMERGENCY)),
    Option(
        "emergency",
        (_visit(9203, "Passage aux urgences", "ER"), _THROUGH_EMERGENCY),
    ),
    Option(
        "outpatient",
        (_visit(9202, "Consultation ou soins ambulatoires", "OP"),),
    ),
)


def stay_of(ids: Collection[int]) -> Option | None:
    """The kind of stay that these concepts say together."""
    return next((one for one in STAYS if {concept.id for concept in one.concepts} == set(ids)), None)


OPTIONS: Mapping[str, tuple[Option, ...]] = MappingProxyType(
    {
        "sex": (
            Option("F", (_concept(8532, "Femme", "F", "Gender", "Gender"),)),
            Option("M", (_concept(8507, "Homme", "M", "Gender", "Gender"),)),
        ),
        "stay": STAYS,
        "status": (
            Option(
                "primary",
                (
                    _concept(
                        32902,
                        "Diagnostic principal",
                        "Primary diagnosis",
                        "Condition Status",
                        "Condition Status",
                    ),
                ),
            ),
            Option(
                "secondary",
                (
                    _concept(
                        32908,
                        "Diagnostic associé",
                        "Secondary diagnosis",
                        "Condition Status",
                        "Condition Status",
                    ),
                ),
            ),
        ),
        "place": (
            Option(
                "intensive_care",
                (_visit(INTENSIVE_CARE, "Réanimation ou soins intensifs", "OMOP4822460"),),
            ),
        ),
        "answer": (
            Option(
                "positive",
                (_concept(9191, "Positif", "10828004", "SNOMED", "Meas Value"),),
            ),
            Option(
                "negative",
                (_concept(9189, "Négatif", "260385009", "SNOMED", "Meas Value"),),
            ),
        ),
    }
)
"""By trait, in the order in which they are offered."""
