"""What people read of characterise."""

from maillage.analysis.base import Words
from maillage.base.i18n import mark

WORDS = Words(
    title=mark("Décrire (tableau 1)"),
    summary=mark(
        "L’âge, le sexe, l’année, les diagnostics, médicaments, actes et mesures des personnes de la "
        "cohorte, avant et après leur entrée."
    ),
    labels={
        "ages": mark("Début de chaque groupe d’âge, en années"),
        "before_days": mark("Jours regardés avant l’entrée"),
        "after_days": mark("Jours regardés après l’entrée"),
        "domains": mark("Ce dont on veut les plus fréquents"),
        "domains=condition": mark("Diagnostics"),
        "domains=drug": mark("Médicaments"),
        "domains=procedure": mark("Actes"),
        "levels": mark("Niveau de regroupement, par domaine"),
        "commonest": mark("Combien des plus fréquents, par hôpital"),
        "features": mark("Caractéristiques déclarées"),
        "measures": mark("Mesures déclarées"),
    },
    hints={
        "levels": mark("Une classe de concepts du référentiel ; sans elle, les codes comme ils sont saisis."),
        "measures": mark("La dernière valeur de chaque personne avant l’entrée : moyenne et écart-type."),
    },
)
