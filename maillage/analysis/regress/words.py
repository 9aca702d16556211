"""What people read of regress."""

from collections.abc import Mapping

from maillage.analysis.base import Words
from maillage.base.i18n import mark

WORDS = Words(
    title=mark("Modéliser"),
    summary=mark("Un modèle linéaire, logistique ou de Poisson, comme si les patients étaient réunis."),
    labels={
        "family": mark("Famille"),
        "family=gaussian": mark("Linéaire : un nombre"),
        "family=binomial": mark("Logistique : oui ou non"),
        "family=poisson": mark("Poisson : un compte ou un taux"),
        "outcome": mark("Ce que le modèle prédit"),
        "covariates": mark("Covariables"),
        "offset": mark("Terme connu (offset)"),
        "weights": mark("Poids"),
        "errors": mark("Erreurs types"),
        "errors=model": mark("Du modèle"),
        "errors=hc0": mark("Robustes (HC0)"),
        "errors=hc1": mark("Robustes (HC1)"),
        "hospitals": mark("Hôpitaux"),
        "hospitals=none": mark("Une seule population"),
        "hospitals=fixed": mark("Effets fixes"),
        "hospitals=random_dl": mark("Effets aléatoires (DerSimonian et Laird)"),
        "hospitals=random_reml": mark("Effets aléatoires (REML)"),
        "rounds": mark("Tours au plus"),
    },
    hints={
        "outcome": mark("Une variable, avec son genre (kind) et son nom (name)."),
        "covariates": mark("Une liste de variables ; chacune a son genre (kind) et son nom (name)."),
        "offset": mark(
            'Une variable et si c’est son logarithme : {"feature": {"kind": "follow_up", "name": "suivi", '
            '"until": 365}, "log": true}'
        ),
        "weights": mark('Une variable : {"kind": "visit", "name": "nuits", "use": "days"}'),
        "rounds": mark("Cinq à huit tours suffisent d’ordinaire."),
    },
)

RATIOS: Mapping[str, str] = {
    "binomial": mark("Rapport de cotes"),
    "poisson": mark("Rapport de taux"),
    "cox": mark("Rapport de risques"),
}
"""What the exponential of a coefficient is, by family; of a linear model it is nothing."""

TROUBLES: Mapping[str, str] = {
    "collinear": mark("Ces colonnes se déduisent des autres : {columns}. Retirez-en une, ou un niveau."),
    "no_variance": mark("Ces colonnes ont la même valeur pour tous les patients : {columns}."),
    "separated": mark(
        "Ces colonnes séparent parfaitement les patients selon l’issue : {columns}. Leur coefficient "
        "n’a pas d’estimation finie ; réunissez des niveaux, ou retirez-les."
    ),
    "not_converged": mark("Le calcul n’a pas convergé dans les tours permis."),
    "rounds_failed": mark("Le calcul par tours n’a pas abouti."),
    "too_few_sites": mark("Trop peu d’hôpitaux peuvent entrer dans ce modèle."),
    "too_many_points": mark("Trop de dates pour un modèle à risque de base commun : élargissez la grille."),
}
"""Why there is no model, by code; `{columns}` names those to blame."""
