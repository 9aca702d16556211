"""What people read of outcomes."""

from maillage.analysis.base import Words
from maillage.base.i18n import mark

WORDS = Words(
    title=mark("Résultats ajustés"),
    summary=mark(
        "Les événements observés dans chaque hôpital, à côté de ceux qu’un modèle de risque attend."
    ),
    labels={
        "outcome": mark("Événement"),
        "model": mark("Modèle de risque"),
        "within_days": mark("Jours suivis après l’entrée"),
        "before_days": mark("Jours regardés avant l’entrée"),
    },
    hints={"model": mark("Des coefficients publiés, ou ceux d’un ajustement fédéré.")},
)
