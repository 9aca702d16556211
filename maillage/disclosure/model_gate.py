"""The gate of a model: everything that is checked before its first number leaves, in one place."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from maillage.base.i18n import _
from maillage.disclosure.fingerprints import Column
from maillage.disclosure.gates import Gate, ModelVerdict, Persons
from maillage.disclosure.magnitudes import MagnitudeRules
from maillage.disclosure.models import (
    Floats,
    InexactModelError,
    ModelRefusedError,
    ModelRules,
    TooCloseModelError,
    check_both_sides,
    check_crossings,
    check_flags,
    check_shares,
    check_size,
    check_spread,
    indicate_levels,
    list_limits,
    list_parts,
)


@dataclass(frozen=True)
class Rows:
    """What a model reads of its persons, one row each. Nothing of it leaves.

    `flags` are the columns of 0 and 1, `numbers` the others, an offset and weights among them; `outcome` what
    is predicted, a yes or no where `is_binary`. `parameters` counts the intercept. `parts` are other sets of
    them that are told with the model. `read` are numbers as they were before limits held them, where any did.
    """

    persons: Persons
    flags: Floats
    numbers: Floats
    outcome: Floats
    is_binary: bool
    parameters: int
    parts: Sequence[Persons] = ()
    read: Floats | None = None


def open_model(rows: Rows, *, gate: Gate) -> ModelRules:
    """The rules under which rounds over these rows may be told. Raises ModelRefusedError, of one
    kind each.
    """
    model = ModelRules(gate.rules, MagnitudeRules())
    check_size(len(rows.persons), parameters=rows.parameters, model=model)
    flags, numbers = rows.flags, rows.numbers
    if rows.is_binary:
        check_both_sides(rows.outcome, model=model)
        flags = np.column_stack([flags, rows.outcome])
    else:
        check_shares(rows.outcome, model=model)
        numbers = np.column_stack([numbers, rows.outcome])
    flags = np.column_stack([flags, indicate_levels(numbers)])
    check_flags(flags, model=model)
    check_spread(numbers, model=model)
    check_crossings(numbers, flags, model=model)
    parts = [*list_parts(flags, rows.persons), *list_limits(numbers, rows.persons, model=model), *rows.parts]
    columns = [
        Column(rows.persons, column)
        for table in (numbers, rows.read)
        if table is not None
        for column in table.T
    ]
    _ask(gate.model(rows.persons, parts=parts, columns=columns))
    return model


def allows_score(persons: Persons, flags: Floats, score: Floats, *, gate: Gate) -> bool:
    """Whether sums of a score may be told: one number a person, made of `flags` by coefficients of the asker.

    With coefficients that say yes or no it counts whom they choose, so that it is a number of a model too.
    """
    model = ModelRules(gate.rules, MagnitudeRules())
    numbers = score[:, None]
    flags = np.column_stack([flags, indicate_levels(numbers)])
    try:
        check_flags(flags, model=model)
        check_spread(numbers, model=model)
    except ModelRefusedError:
        return False
    parts = [*list_parts(flags, persons), *list_limits(numbers, persons, model=model)]
    verdict = gate.model(persons, parts=parts, columns=[Column(persons, score)])
    return verdict is ModelVerdict.CLEAR


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
