"""What people read of count."""

from maillage.analysis.base import Words
from maillage.base.i18n import mark

WORDS = Words(
    title=mark("Compter"),
    summary=mark("Les personnes de la cohorte, critère après critère et par année d’entrée."),
)
