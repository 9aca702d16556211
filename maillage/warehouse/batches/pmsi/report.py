"""What a load of PMSI files found: never the content of a line, only its file and its number."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from types import MappingProxyType

from maillage.base.i18n import mark
from maillage.warehouse.batches.pmsi.lines import FileLines

PLACES_SHOWN = 20

FAULTS: Mapping[str, str] = MappingProxyType(
    {
        "version": mark("version de format inconnue"),
        "short": mark("ligne plus courte que sa partie fixe"),
        "encoding": mark("caractères illisibles"),
        "counter": mark("compteur qui n’est pas un nombre"),
        "overflow": mark("compteurs qui dépassent la ligne"),
        "length": mark("ligne plus longue que ses compteurs"),
        "finess": mark("numéro FINESS impossible"),
        "number": mark("numéro de RSS, de RUM ou de RSA vide"),
        "sex": mark("sexe impossible"),
        "date": mark("date impossible"),
        "order": mark("dates qui se contredisent, ou âge impossible"),
        "mode": mark("mode d’entrée ou de sortie impossible"),
        "principal": mark("diagnostic principal vide"),
        "diagnosis": mark("code de diagnostic impossible"),
        "act": mark("zone d’acte impossible"),
        "sum": mark("compteurs des RUM qui ne font pas celui du RSA"),
    }
)
"""Why a line cannot be used."""

NOTES: Mapping[str, str] = MappingProxyType(
    {
        "unlinked": mark("séjours sans patient connu, dont chacun fait une personne"),
        "sexes": mark("patients dont le sexe change d’un séjour à l’autre (le dernier est gardé)"),
        "births": mark("patients dont la naissance change d’un séjour à l’autre (la dernière est gardée)"),
        "admissions": mark("numéros de RSS que portent plusieurs séjours administratifs (tenus séparés)"),
        "gaps": mark("séjours dont les RUM ne se suivent pas"),
        "undated": mark("actes sans date (celle de l’entrée dans l’unité est prise)"),
        "outside": mark("actes hors des dates du séjour"),
        "after_death": mark("séjours après un décès"),
    }
)
"""What is loaded, and deserves a look."""

LEFT_OUT: Mapping[str, str] = MappingProxyType(
    {
        "repeated": mark("lignes déjà lues, identiques"),
        "replaced": mark("lignes remplacées par une suivante du même numéro"),
        "documentary": mark("diagnostics à visée documentaire"),
    }
)
"""What is sound, and is not loaded."""


@dataclass(frozen=True)
class Refused:
    """The lines refused for one reason: how many, and the first of them as file and number."""

    fault: str
    count: int
    places: tuple[tuple[str, int], ...]


@dataclass(frozen=True)
class PmsiReport:
    """What was read. `units`, `stays` and `persons` are 0 when the load was refused before they were made."""

    files: tuple[FileLines, ...]
    refused: tuple[Refused, ...]
    left_out: Mapping[str, int]
    """By reason (a name of LEFT_OUT), where there is any."""
    units: int = 0
    stays: int = 0
    persons: int = 0
    notes: Mapping[str, int] = field(default_factory=dict[str, int])
    rows: Mapping[str, int] = field(default_factory=dict[str, int])
    """Rows written, by OMOP table."""

    @property
    def lines(self) -> int:
        """Lines read, blank ones left out."""
        return sum(file.lines for file in self.files)

    @property
    def bad_lines(self) -> int:
        """Lines that could not be used."""
        return sum(one.count for one in self.refused)
