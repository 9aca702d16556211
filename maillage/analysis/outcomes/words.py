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
        "model.intercept": mark("Constante"),
        "model.age": mark("Coefficient de l’âge, par année"),
        "model.male": mark("Coefficient des hommes"),
        "model.risks": mark("Autres facteurs de risque"),
        "model.risks.feature": mark("Facteur"),
        "model.risks.coefficient": mark("Coefficient"),
        "within_days": mark("Suivre après l’entrée"),
        "before_days": mark("Chercher les facteurs avant l’entrée"),
    },
    hints={
        "outcome": mark("Ce qui arrive après l’entrée, dans la durée dite plus bas."),
        "model": mark(
            "Une régression logistique : des coefficients publiés, ou ceux d’un modèle logistique ajusté ici "
            "(« Modéliser »). Chacun est un logarithme de rapport de cotes."
        ),
        "model.risks": mark("Ce que la personne a avant son entrée, et combien cela pèse."),
    },
)
