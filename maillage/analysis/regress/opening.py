"""One hospital's opening as the hub reads it: nothing under the floor, nothing of another model."""

from dataclasses import dataclass

from maillage.analysis.base import Contribution
from maillage.analysis.errors import ContentError
from maillage.analysis.regress.spec import RegressContent, RegressParameters
from maillage.analysis.rounds import read_told
from maillage.base.i18n import _
from maillage.disclosure.values import Count, Suppressed


@dataclass(frozen=True)
class Opened:
    """One hospital's opening."""

    site: str
    content: RegressContent
    shown_alone: bool

    @property
    def persons(self) -> int:
        """How many, exactly."""
        cell = self.content.persons
        return cell.value if isinstance(cell, Count) else 0


def read_opening(
    site: str, contribution: Contribution, *, floor: int, asked: RegressParameters | None = None
) -> Opened:
    """An opening, validated. Raises ContentError: another form, a cell under the floor, another model."""
    content: RegressContent = read_told(contribution.content, model=RegressContent)
    cells = [content.persons, *(level.persons for level in content.levels)]
    if any(not isinstance(cell, Suppressed) and not _stands(cell, floor=floor) for cell in cells):
        raise ContentError(_("La réponse d’un hôpital contient une case sous le seuil du réseau."))
    if not isinstance(content.persons, Count):
        raise ContentError(_("La réponse d’un hôpital n’a pas la forme attendue."))
    if asked is not None and len(content.totals) != len(asked.columns):
        raise ContentError(_("L’hôpital a répondu d’un autre modèle que celui de la question."))
    return Opened(site, content, contribution.shown_alone)


def _stands(cell: object, *, floor: int) -> bool:
    return isinstance(cell, Count) and cell.value >= floor
