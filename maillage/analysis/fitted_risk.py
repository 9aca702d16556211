"""A fitted logistic model as the risk model of `outcomes`: indirect standardisation in one call.

`outcomes` knows years of age, sex and what a person had in one window of days before entry. A model with
another covariate is refused and never approximated.
"""

from collections.abc import Mapping, Sequence
from types import MappingProxyType
from typing import Any, cast

from maillage.analysis.errors import AnalysisError
from maillage.analysis.features.concepts import Concepts
from maillage.analysis.features.declared import Age, Event, Feature, Sex, Visit
from maillage.analysis.registry import find_spec, read_parameters
from maillage.analysis.regress.spec import INTERCEPT, RegressParameters
from maillage.base.i18n import _

EVER = 36_525
"""Days of a window that is open towards the past: a century, which `outcomes` can say."""


class FittedRiskError(AnalysisError):
    """A model that `outcomes` cannot take as it is, or that another parameter contradicts."""


def standardise(
    parameters: Mapping[str, Any],
    terms: Sequence[Mapping[str, Any]],
    *,
    given: Mapping[str, Any] = MappingProxyType({}),
) -> dict[str, Any]:
    """The parameters of `outcomes` for a fit of `regress`: its outcome, its days, its coefficients.

    `parameters` and `terms` are those of the fit; `given` are parameters of `outcomes` that were said too,
    and must say the same. Raises FittedRiskError.
    """
    asked = _read_logistic(parameters)
    found = _read_outcome(asked.outcome) | _read_days(asked) | {"model": _read_coefficients(terms, asked)}
    for name, value in given.items():
        if found.get(name, value) != value:
            raise refuse(_("Le paramètre « {name} » dit autre chose que lui.").format(name=name))
    return found | dict(given)


def refuse(why: str) -> FittedRiskError:
    """The error of a model that cannot be taken."""
    return FittedRiskError(
        _("Ce modèle ne peut pas servir de modèle de risque."),
        why=why,
        remedy=_(
            "Ajustez un modèle logistique dont les covariables sont age, sex et des événements (use: any) "
            "dans une même fenêtre qui finit le jour de l’entrée."
        ),
    )


def _read_logistic(parameters: Mapping[str, Any]) -> RegressParameters:
    asked = cast("RegressParameters", read_parameters(find_spec("regress"), parameters))
    if asked.family != "binomial":
        raise refuse(_("Ce n’est pas un modèle logistique."))
    if asked.hospitals != "none" or asked.offset or asked.weights:
        raise refuse(_("Il a des effets par hôpital, un décalage ou des poids."))
    return asked


def _read_outcome(outcome: Feature) -> dict[str, Any]:
    """What is looked for, and how long after entry."""
    if not isinstance(outcome, Event | Visit) or outcome.window.start != 1 or outcome.window.end is None:
        raise refuse(
            _("Ce qu’il prédit n’est pas un événement entre le lendemain de l’entrée et un jour donné.")
        )
    return {"outcome": _write_feature(outcome), "within_days": outcome.window.end}


def _read_days(asked: RegressParameters) -> dict[str, int]:
    """How far back the risks lie; nothing without any."""
    windows = [one.window for one in asked.covariates if isinstance(one, Event | Visit)]
    if not windows:
        return {}
    window = windows[0]
    if any(other != window for other in windows) or window.end != 0:
        raise refuse(_("Ses événements ne sont pas dans une même fenêtre qui finit le jour de l’entrée."))
    return {"before_days": EVER if window.start is None else -window.start}


def _read_coefficients(terms: Sequence[Mapping[str, Any]], asked: RegressParameters) -> dict[str, Any]:
    estimates = {str(term["name"]): float(term["estimate"]) for term in terms}
    found: dict[str, Any] = {"intercept": estimates[INTERCEPT], "age": 0.0, "male": 0.0, "risks": []}
    for feature in asked.covariates:
        match feature:
            case Age() if _is_plain(feature):
                found["age"] = estimates[feature.name]
            case Sex(reference="female", missing="complete"):
                found["male"] = estimates[f"{feature.name}[male]"]
            case Sex(reference="male", missing="complete"):
                # A woman has the intercept and the coefficient: of a man it is taken off again.
                female = estimates[f"{feature.name}[female]"]
                found["intercept"], found["male"] = found["intercept"] + female, -female
            case Event() | Visit() if _is_plain(feature) and feature.use == "any":
                risk = {"feature": _write_feature(feature), "coefficient": estimates[feature.name]}
                found["risks"].append(risk)
            case _:
                raise refuse(
                    _("Sa covariable « {name} » n’est ni un âge, ni un sexe, ni un simple événement.").format(
                        name=feature.name
                    )
                )
    return found


def _is_plain(feature: Age | Event | Visit) -> bool:
    return not feature.bands and feature.at_least is None and feature.at_most is None


def _write_feature(feature: Event | Visit) -> dict[str, Any]:
    """The group of concepts of `outcomes` that says the same."""
    items = feature.concepts.items if isinstance(feature.concepts, Concepts) else ()
    odd = any(item.isExcluded or item.includeMapped for item in items)
    if not items or odd or len({item.includeDescendants for item in items}) > 1:
        raise refuse(
            _(
                "« {name} » n’est pas une liste simple de concepts, tous avec leurs descendants ou tous sans."
            ).format(name=feature.name)
        )
    return {
        "name": feature.name,
        "domain": feature.kind,
        "concepts": [item.concept.CONCEPT_ID for item in items],
        "descendants": items[0].includeDescendants,
    }
