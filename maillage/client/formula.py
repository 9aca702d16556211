"""A model as statisticians write it: `readmitted ~ age + sex + diabetes`, over declared features.

The names on both sides are those of features; `age` and `sex` need no declaration. Interactions and
transformations are not read: a feature says them itself (`bands`, `at_most`).
"""

import re
from collections.abc import Iterable, Mapping
from typing import Any

from maillage.base.errors import Kind
from maillage.base.i18n import _
from maillage.client.errors import ClientError

Feature = Mapping[str, Any]

READY: Mapping[str, Feature] = {
    "age": {"kind": "age", "name": "age"},
    "sex": {"kind": "sex", "name": "sex"},
}
"""Features that every cohort has."""

_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,63}")


class FormulaError(ClientError):
    """A formula that cannot be read, or that names a feature which is not declared."""

    kind = Kind.INPUT
    code = "formula_invalid"


def read_formula(formula: str, *, features: Iterable[Feature]) -> tuple[Feature, list[Feature]]:
    """What is predicted, and by what, in the order of the formula; `1` alone is the intercept.

    Raises FormulaError.
    """
    left, tilde, right = formula.partition("~")
    if not tilde:
        raise FormulaError(
            _("Une formule dit ce qui est prédit, puis « ~ », puis par quoi."),
            remedy=_("Par exemple : readmitted ~ age + sex"),
        )
    known = {**READY, **{feature["name"]: feature for feature in features}}
    terms = [term.strip() for term in right.split("+")]
    return _find(left.strip(), known), [_find(term, known) for term in terms if term != "1"]


def read_names(formula: str, *, features: Iterable[Feature]) -> list[Feature]:
    """The right side alone, as `survival` takes its covariates. Raises FormulaError."""
    known = {**READY, **{feature["name"]: feature for feature in features}}
    return [_find(term.strip(), known) for term in formula.removeprefix("~").split("+")]


def _find(name: str, known: Mapping[str, Feature]) -> Feature:
    if not _NAME.fullmatch(name):
        raise FormulaError(
            _("« {name} » n’est pas le nom d’une variable.").format(name=name[:40]),
            why=_("Une formule ne joint que des noms, par « + »."),
            remedy=_("Déclarez une transformation dans la variable elle-même (bands, at_most)."),
        )
    if name not in known:
        raise FormulaError(
            _("La variable « {name} » n’est pas déclarée.").format(name=name),
            remedy=_("Variables connues : {names}.").format(names=", ".join(sorted(known))),
        )
    return known[name]
