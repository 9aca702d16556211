"""What a load from FHIR read and did: counts and places, never a value."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from maillage.base.i18n import mark

REASONS: Mapping[str, str] = {
    "entered-in-error": mark("saisie par erreur"),
    "refuted": mark("réfutée"),
    "cancelled": mark("annulée"),
    "planned": mark("seulement prévue"),
    "draft": mark("brouillon"),
    "not-done": mark("non réalisée"),
    "not-taken": mark("non pris"),
    "intended": mark("seulement prévue"),
    "preparation": mark("seulement prévue"),
    "unknown": mark("statut inconnu"),
    "no-order": mark("proposition, sans ordre"),
    "not-to-be-given": mark("ordre de ne pas donner"),
    "no-claim": mark("devis ou demande d’accord"),
    "no-id": mark("sans identifiant"),
    "no-patient": mark("sans référence à un patient"),
    "no-date": mark("sans date lisible"),
    "no-birth-date": mark("sans date de naissance lisible"),
    "no-code": mark("sans code ni libellé"),
    "no-value": mark("sans valeur"),
    "replaced": mark("identité remplacée par une autre"),
    "death-without-date": mark("décès sans date"),
    "stay-in-encounters": mark("séjour déjà décrit par les Encounter du lot"),
    "repeated": mark("en double"),
    "no-resource": mark("entrée de Bundle sans ressource"),
}
"""Why something was left out, in words."""


FAULTS: Mapping[str, str] = {
    "not-utf-8": mark("n’est pas en UTF-8"),
    "not-json": mark("n’est pas du JSON"),
    "too-deep": mark("est trop imbriqué"),
    "not-fhir": mark("n’a pas la forme d’une ressource FHIR"),
    "too-long": mark("est trop longue"),
    "not-json-or-cut": mark("n’est pas du JSON, ou est coupée"),
    "no-object": mark("n’est pas un objet JSON"),
    "no-type": mark("n’a pas de resourceType"),
    "not-strict-json": mark("n’est pas du JSON valide pour FHIR"),
}
"""Why a line could not be read, in words."""


@dataclass(frozen=True)
class Reject:
    """A line that could not be read. `reason` is a name of FAULTS."""

    file: str
    place: int
    reason: str


@dataclass
class FhirReport:
    """Filled while a batch is read."""

    resources: dict[str, int] = field(default_factory=dict[str, int])
    """Resources read, by type, those left out included."""
    unmapped: dict[str, int] = field(default_factory=dict[str, int])
    """Resources of types that have no mapping, by type."""
    rows: dict[str, int] = field(default_factory=dict[str, int])
    """Rows written, by OMOP table."""
    left_out: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    """By resource type and reason (a name of REASONS)."""
    rejected: int = 0
    """Lines that could not be read."""
    first_rejects: list[Reject] = field(default_factory=list[Reject])
    ignored_files: list[str] = field(default_factory=list[str])
    """Files that hold no FHIR resource."""

    @property
    def lines(self) -> int:
        """Everything that was there to be read."""
        return sum(self.resources.values()) + sum(self.unmapped.values()) + self.rejected

    def leave_out(self, resource: str, reason: str, count: int) -> None:
        """Count what was left out."""
        if count:
            key = (resource, reason)
            self.left_out[key] = self.left_out.get(key, 0) + count
