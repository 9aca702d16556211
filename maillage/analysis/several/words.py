"""What people read of several."""

from maillage.analysis.base import Words
from maillage.base.i18n import mark

WORDS = Words(
    title=mark("Plusieurs analyses"),
    summary=mark(
        "Plusieurs analyses d’une même cohorte en une question : la cohorte n’est cherchée qu’une fois."
    ),
    labels={"parts": mark("Analyses")},
)
