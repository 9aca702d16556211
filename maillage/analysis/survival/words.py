"""What people read of survival."""

from maillage.analysis.base import Words
from maillage.base.i18n import mark

WORDS = Words(
    title=mark("Suivre dans le temps"),
    summary=mark("Le délai jusqu’à un événement : courbes de Kaplan–Meier, log-rank, modèle de Cox."),
    labels={
        "event": mark("Événement"),
        "until": mark("Durée du suivi"),
        "grid_days": mark("Pas du temps"),
        "split": mark("Une courbe par"),
        "covariates": mark("Covariables du modèle de Cox"),
        "strata": mark("Strates du modèle de Cox"),
        "ties": mark("Ex æquo"),
        "ties=efron": mark("Efron"),
        "ties=breslow": mark("Breslow"),
        "baseline": mark("Risque de base"),
        "baseline=hospital": mark("Un par hôpital"),
        "baseline=common": mark("Commun à tous"),
        "rounds": mark("Tours au plus"),
    },
    hints={
        "event": mark(
            "Le premier après l’entrée. Qui ne l’a pas est suivi jusqu’au bout de l’observation, à son décès "
            "ou à la durée du suivi : c’est une censure."
        ),
        "split": mark("Une courbe par niveau, comparées par le test du log-rank. Vide : une seule courbe."),
        "covariates": mark("Sans covariable, il n’y a que les courbes."),
        "strata": mark("Un risque de base pour chaque niveau."),
        "grid_days": mark("Les délais sont arrondis au multiple supérieur."),
        "baseline": mark("Avec un risque de base par hôpital, aucune date ne sort de l’hôpital."),
        "ties": mark("Comment le modèle de Cox compte plusieurs événements d’un même jour."),
    },
    fine=frozenset({"event.window", "event.use", "grid_days", "strata", "ties", "baseline", "rounds"}),
    start={"until": 365},
    picked={
        "event": {"window": {"start": 1}},
        "split=age": {"bands": [50, 65, 80]},
        "strata=age": {"bands": [50, 65, 80]},
        "covariates": {"window": {"start": -365, "end": 0}},
        "covariates=visit": {"use": "count"},
    },
    offers={
        "event": ("death", "visit"),
        "split": ("sex", "age"),
        "strata": ("sex", "age"),
        "covariates": ("age", "sex", "year", "visit"),
    },
)
