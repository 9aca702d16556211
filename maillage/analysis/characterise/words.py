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
        "before_days": mark("Regarder avant l’entrée"),
        "after_days": mark("Regarder après l’entrée"),
        "domains": mark("Ce dont on veut les plus fréquents"),
        "domains=condition": mark("Diagnostics"),
        "domains=drug": mark("Médicaments"),
        "domains=procedure": mark("Actes"),
        "levels": mark("Niveau de regroupement"),
        "levels.condition": mark("Diagnostics"),
        "levels.drug": mark("Médicaments"),
        "levels.procedure": mark("Actes"),
        "commonest": mark("Combien des plus fréquents, par hôpital"),
        "features": mark("Caractéristiques déclarées"),
        "measures": mark("Mesures déclarées"),
    },
    hints={
        "levels": mark(
            "Une classe de concepts du référentiel, par exemple « ATC 2e niveau » ; sans elle, les codes "
            "comme ils sont saisis."
        ),
        "features": mark("Ce que vous voulez voir à coup sûr, avant l’entrée et après."),
        "measures": mark("La dernière valeur de chaque personne avant l’entrée : moyenne et écart-type."),
    },
    fine=frozenset({"levels", "commonest"}),
)
