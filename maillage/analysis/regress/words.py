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
        "offset.feature": mark("Variable"),
        "offset.log": mark("Prendre son logarithme"),
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
        "outcome": mark(
            "Ce qui arrive après l’entrée, oui ou non, ou un nombre : une mesure, combien de séjours."
        ),
        "covariates": mark("Ce que l’on sait de la personne à son entrée."),
        "offset": mark("Souvent la durée de suivi : le modèle de Poisson prédit alors un taux."),
        "offset.log": mark("Comme le veulent les modèles logistique et de Poisson."),
        "weights": mark("Le poids de chaque personne, par exemple ses nuits d’hôpital."),
        "errors": mark("Robustes : justes même si la variance n’est pas celle de la famille."),
        "hospitals": mark("Un effet par hôpital, ou un modèle par hôpital dont on réunit les résultats."),
        "rounds": mark("Cinq à huit tours suffisent d’ordinaire."),
    },
    fine=frozenset({"offset", "weights", "errors", "hospitals", "rounds"}),
    start={
        "family": "binomial",
        "covariates": [{"kind": "age", "name": "age"}, {"kind": "sex", "name": "sex"}],
    },
    picked={
        "outcome": {"window": {"start": 1, "end": 365}},
        "covariates": {"window": {"start": -365, "end": 0}},
        "covariates=visit": {"use": "count"},
        "weights=visit": {"use": "days"},
    },
    sets={"outcome=measurement": {"family": "gaussian"}},
    offers={
        "outcome": ("death", "visit"),
        "covariates": ("age", "sex", "year", "visit"),
        "offset.feature": ("follow_up",),
        "weights": ("visit", "follow_up"),
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
