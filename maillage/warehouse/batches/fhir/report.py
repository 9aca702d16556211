"""What a load from FHIR read and did: counts and places, never a value."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from maillage.base.i18n import mark

NAMED = 10
"""How many lines that could not be read are named."""

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
    "older-version": mark("version antérieure d’une ressource présente"),
    "deleted": mark("supprimée depuis, d’après l’historique"),
    "same-person": mark("même patient sous un autre identifiant"),
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


_UNPLACED = "not-json-or-cut"


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
    emptied: dict[tuple[str, str], int] = field(default_factory=dict[tuple[str, str], int])
    """Rows with a number that is none, left empty, by resource type and element."""
    shared_ins: int = 0
    """Numbers for care (INS) that several persons bear."""
    faults: dict[str, int] = field(default_factory=dict[str, int])
    """Lines that could not be read, by reason (a name of FAULTS)."""
    first_rejects: list[Reject] = field(default_factory=list[Reject])
    ignored_files: list[str] = field(default_factory=list[str])
    """Files that hold no FHIR resource."""

    @property
    def rejected(self) -> int:
        """Lines that could not be read."""
        return sum(self.faults.values())

    @property
    def lines(self) -> int:
        """Everything that was there to be read."""
        return sum(self.resources.values()) + sum(self.unmapped.values()) + self.rejected

    def reject(self, rejects: Iterable[Reject], *, count: int) -> None:
        """Count what could not be read, and name the first; of the `count` some may have no place."""
        for one in rejects:
            self.faults[one.reason] = self.faults.get(one.reason, 0) + 1
            count -= 1
            if len(self.first_rejects) < NAMED:
                self.first_rejects.append(one)
        if count > 0:
            self.faults[_UNPLACED] = self.faults.get(_UNPLACED, 0) + count

    def leave_out(self, resource: str, reason: str, count: int) -> None:
        """Count what was left out."""
        if count:
            key = (resource, reason)
            self.left_out[key] = self.left_out.get(key, 0) + count
