"""What people read of distribution."""

from maillage.analysis.base import Words
from maillage.base.i18n import mark

WORDS = Words(
    title=mark("Distribution d’une mesure"),
    summary=mark("Les valeurs d’une mesure par classes, ses quantiles, et chaque hôpital à côté des autres."),
    labels={
        "measure": mark("Mesure"),
        "edges": mark("Bornes des classes"),
        "before_days": mark("Jours regardés avant l’entrée"),
    },
    hints={"edges": mark("Décidées avant de voir les données, les mêmes dans tous les hôpitaux.")},
)
