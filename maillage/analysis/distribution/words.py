"""What people read of distribution."""

from maillage.analysis.base import Words
from maillage.base.i18n import mark

WORDS = Words(
    title=mark("Distribution d’une mesure"),
    summary=mark("Les valeurs d’une mesure par classes, ses quantiles, et chaque hôpital à côté des autres."),
    labels={
        "measure": mark("Mesure"),
        "edges": mark("Classes de valeurs"),
        "before_days": mark("Regarder avant l’entrée"),
    },
    hints={
        "measure": mark("La dernière valeur de chaque personne avant son entrée, ou ce jour-là."),
        "measure.low": mark("Plus basse, une valeur est prise pour une erreur."),
        "measure.high": mark("Plus haute, une valeur est prise pour une erreur."),
        "edges": mark(
            "Décidées avant de voir les données, les mêmes dans chaque hôpital, dans l’unité de la mesure. "
            "Ce qui est sous la première borne, ou au-dessus de la dernière, fait une classe aussi."
        ),
    },
)
