"""What people read of incidence."""

from maillage.analysis.base import Words
from maillage.base.i18n import mark

WORDS = Words(
    title=mark("Incidence et prévalence"),
    summary=mark("Les nouveaux cas par personne-année, et la part de malades, par année, sexe ou âge."),
    labels={
        "first_year": mark("Première année"),
        "last_year": mark("Dernière année"),
        "by": mark("Groupes"),
        "by=sex": mark("Par sexe"),
        "by=age": mark("Par âge"),
        "ages": mark("Début de chaque groupe d’âge, en années"),
        "washout_days": mark("Observer avant d’être à risque"),
    },
)
