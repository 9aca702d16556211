"""The gate of a model: everything that is checked before its first number leaves, in one place."""

from dataclasses import dataclass

import numpy as np

from maillage.base.i18n import _
from maillage.disclosure.gates import Gate, ModelVerdict, Persons
from maillage.disclosure.magnitudes import MagnitudeRules
from maillage.disclosure.models import (
    Floats,
    InexactModelError,
    ModelRules,
    TooCloseModelError,
    check_both_sides,
    check_flags,
    check_shares,
    check_size,
    check_spread,
    list_parts,
)


@dataclass(frozen=True)
class Rows:
    """What a model reads of its persons, one row each. Nothing of it leaves.

    `flags` are the columns of 0 and 1, `numbers` the others; `outcome` what is predicted, a yes or no where
    `is_binary`. `parameters` counts the intercept.
    """

    persons: Persons
    flags: Floats
    numbers: Floats
    outcome: Floats
    is_binary: bool
    parameters: int


def open_model(rows: Rows, *, gate: Gate) -> ModelRules:
    """The rules under which rounds over these rows may be told. Raises ModelRefusedError, of one
    kind each.
    """
    model = ModelRules(gate.rules, MagnitudeRules())
    check_size(len(rows.persons), parameters=rows.parameters, model=model)
    flags = rows.flags
    if rows.is_binary:
        check_both_sides(rows.outcome, model=model)
        flags = np.column_stack([flags, rows.outcome])
    else:
        check_spread(rows.outcome[:, None], model=model)
        check_shares(rows.outcome, model=model)
    check_flags(flags, model=model)
    check_spread(rows.numbers, model=model)
    _ask(gate.model(rows.persons, parts=list_parts(flags, rows.persons)))
    return model


def _ask(verdict: ModelVerdict) -> None:
    match verdict:
        case ModelVerdict.CLEAR:
            return
        case ModelVerdict.NEAR:
            raise TooCloseModelError(_("Une réponse précédente porte sur presque les mêmes patients."))
        case ModelVerdict.INEXACT:
            raise InexactModelError(
                _("Cette autorisation ne laisse sortir aucun nombre exact."),
                why=_("Les sommes d’un modèle sont exactes."),
            )
