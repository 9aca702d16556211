"""What people read of survival."""

from maillage.analysis.base import Words
from maillage.base.i18n import mark

WORDS = Words(
    title=mark("Suivre dans le temps"),
    summary=mark("Le délai jusqu’à un événement : courbes de Kaplan–Meier, log-rank, modèle de Cox."),
    labels={
        "event": mark("Événement"),
        "until": mark("Durée du suivi (jours)"),
        "grid_days": mark("Grille (jours)"),
        "split": mark("Une courbe par"),
        "covariates": mark("Covariables"),
        "strata": mark("Strates"),
        "ties": mark("Ex æquo"),
        "ties=efron": mark("Efron"),
        "ties=breslow": mark("Breslow"),
        "baseline": mark("Risque de base"),
        "baseline=hospital": mark("Un par hôpital"),
        "baseline=common": mark("Commun à tous"),
        "rounds": mark("Tours au plus"),
    },
    hints={
        "grid_days": mark("Les délais sont arrondis au multiple supérieur."),
        "baseline": mark("Avec un risque de base par hôpital, aucune date ne sort de l’hôpital."),
    },
)
