"""A model as statisticians write it: `readmitted ~ age + sex + diabetes`, over declared features.

The names on both sides are those of features; `age` and `sex` need no declaration. `C(x)` is a feature that
has levels, and `offset(x)` or `offset(log(x))` a known term. Interactions and transformations are not read: a
feature says them itself (`bands`, `at_most`), or a cohort does.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from maillage.base.errors import Kind
from maillage.base.i18n import _, mark, say
from maillage.client.errors import ClientError

Feature = Mapping[str, Any]

READY: Mapping[str, Feature] = {
    "age": {"kind": "age", "name": "age"},
    "sex": {"kind": "sex", "name": "sex"},
}
"""Features that every cohort has."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")
_FACTOR = re.compile(r"(?:C|factor)\(\s*([^()]*?)\s*\)")
_OFFSET = re.compile(r"offset\(\s*(log\()?\s*([^()]*?)\s*(?(1)\)\s*)\)")
_UNREAD: Sequence[tuple[re.Pattern[str], str, str]] = (
    (
        re.compile(r"-|^0$"),
        mark("Une formule ne retire rien, et un modèle garde sa constante."),
        mark("Retirez « -1 » ou « 0 », et les variables que vous ne voulez pas."),
    ),
    (
        re.compile(r"\|"),
        mark("Les effets des hôpitaux ne s’écrivent pas dans la formule."),
        mark('Demandez-les par hospitals="fixed", "random_dl" ou "random_reml".'),
    ),
    (
        re.compile(r"[*:]"),
        mark("Une formule n’a pas d’interaction : elle ne joint que des noms, par « + »."),
        mark("Ajustez un modèle dans chaque groupe : une cohorte pour chacun, par exemple par sexe."),
    ),
    (
        re.compile(r"[(^/]"),
        mark("Une formule ne transforme pas une variable : elle ne joint que des noms, par « + »."),
        mark("Déclarez la transformation dans la variable elle-même : bands, at_least, at_most."),
    ),
)
"""What other languages of formulas have and this one has not: why, and what to do instead."""


class FormulaError(ClientError):
    """A formula that cannot be read, or that names a feature which is not declared."""

    kind = Kind.INPUT
    code = "formula_invalid"


@dataclass(frozen=True)
class Formula:
    """What is predicted, by what in the order of the formula, and the known term where there is one."""

    outcome: Feature
    covariates: Sequence[Feature]
    offset: Mapping[str, Any] | None = None


def read_formula(formula: str, *, features: object = ()) -> Formula:
    """Both sides, read; `1` alone is the intercept. Raises FormulaError."""
    left, tilde, right = _require_text(formula).partition("~")
    if not tilde:
        raise FormulaError(
            _("Une formule dit ce qui est prédit, puis « ~ », puis par quoi."),
            remedy=_("Par exemple : readmitted ~ age + sex"),
        )
    known = declare(features)
    terms = [term for term in _split(right) if term != "1"]
    offsets = [match for match in map(_OFFSET.fullmatch, terms) if match]
    if len(offsets) > 1:
        raise FormulaError(_("Une formule a un seul offset."), remedy=_("Réunissez-les en une variable."))
    return Formula(
        _find(left.strip(), known),
        [_find_term(term, known) for term in terms if not _OFFSET.fullmatch(term)],
        _read_offset(offsets[0], known) if offsets else None,
    )


def read_names(formula: str | Sequence[str], *, features: object = ()) -> list[Feature]:
    """The right side alone, as `survival` takes its covariates, or names in a list. Raises FormulaError."""
    if isinstance(formula, list | tuple):
        formula = " + ".join(str(name) for name in formula)
    known = declare(features)
    return [_find_term(term, known) for term in _split(_require_text(formula).removeprefix("~"))]


def declare(features: object) -> dict[str, Feature]:
    """The features by name, those of every cohort too; one alone is taken for a list of one.

    Raises FormulaError for what is no declared feature.
    """
    given = [features] if isinstance(features, Mapping) and "kind" in features else features
    if isinstance(given, str | Mapping) or not isinstance(given, Iterable):
        raise _refuse_feature(given)
    declared: dict[str, Feature] = {}
    for feature in cast("Iterable[object]", given):
        name = cast("Feature", feature).get("name") if isinstance(feature, Mapping) else None
        if not isinstance(name, str) or not name:
            raise _refuse_feature(cast("object", feature))
        declared[name] = cast("Feature", feature)
    return {**READY, **declared}


def _refuse_feature(given: object) -> FormulaError:
    return FormulaError(
        _("Ce n’est pas une variable déclarée : {what}.").format(what=repr(given)[:80]),
        why=_("Une variable a au moins un genre (kind) et un nom (name), et `features` en est la liste."),
        remedy=_('Par exemple : features=[{"kind": "age", "name": "tranche", "bands": [50, 70]}].'),
    )


def _require_text(formula: object) -> str:
    if isinstance(formula, str):
        return formula
    raise FormulaError(
        _("Une formule est un texte, pas {what}.").format(what=repr(formula)[:80]),
        remedy=_("Par exemple : readmitted ~ age + sex"),
    )


def _split(side: str) -> list[str]:
    return [term.strip() for term in side.split("+")]


def _find_term(term: str, known: Mapping[str, Feature]) -> Feature:
    factor = _FACTOR.fullmatch(term)
    if factor is None:
        return _find(term, known)
    feature = _find(factor[1], known)
    if feature.get("kind") != "sex" and not feature.get("bands") and not feature.get("levels"):
        raise FormulaError(
            _("« {name} » n’a pas de niveaux.").format(name=factor[1]),
            why=_("Les niveaux d’un facteur se déclarent : un niveau rare n’apparaît pas de lui-même."),
            remedy=_("Déclarez-les dans la variable, par exemple bands=[50, 70] ou, pour une année, levels."),
        )
    return feature


def _read_offset(match: re.Match[str], known: Mapping[str, Feature]) -> dict[str, Any]:
    return {"feature": _find(match[2], known), "log": match[1] is not None}


def _find(name: str, known: Mapping[str, Feature]) -> Feature:
    if not _NAME.fullmatch(name):
        raise _refuse_term(name)
    if name not in known:
        raise FormulaError(
            _("La variable « {name} » n’est pas déclarée.").format(name=name),
            remedy=_("Variables connues : {names}.").format(names=", ".join(sorted(known))),
        )
    return known[name]


def _refuse_term(term: str) -> FormulaError:
    what = _("« {name} » n’est pas le nom d’une variable.").format(name=term[:40])
    for pattern, why, remedy in _UNREAD:
        if pattern.search(term):
            return FormulaError(what, why=say(why), remedy=say(remedy))
    return FormulaError(
        what,
        why=_("Une formule ne joint que des noms, par « + »."),
        remedy=_("Un nom commence par une lettre et n’a ni accent, ni espace : readmitted ~ age + sex"),
    )
