"""What `Hub.glm` makes of what it is told: the family, the offset, the errors, as `regress` names them."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from pydantic import TypeAdapter, ValidationError

from maillage.analysis.features.columns import list_columns
from maillage.analysis.features.declared import Feature
from maillage.base.i18n import _
from maillage.client.formula import FormulaError

ALIASES: Mapping[str, str] = {"logistic": "binomial", "linear": "gaussian"}
"""What people call a family."""


def choose_family(family: str | None, *, outcome: Mapping[str, Any]) -> str:
    """The family that was named; without a name binomial of a yes or no, gaussian of a number."""
    if family is not None:
        name = str(family).lower()
        return ALIASES.get(name, name)
    return "binomial" if is_yes_or_no(outcome) else "gaussian"


def is_yes_or_no(feature: Mapping[str, Any]) -> bool:
    """Whether it says yes or no of each person. Of one that is not valid, the hub will say what is wrong."""
    try:
        columns = list_columns([_adapter().validate_python(dict(feature))])
    except ValidationError:
        return False
    return len(columns) == 1 and columns[0].is_flag


@cache
def _adapter() -> TypeAdapter[Any]:
    return TypeAdapter(Feature)


def choose_offset(
    offset: Mapping[str, Any] | None, *, written: Mapping[str, Any] | None
) -> Mapping[str, Any] | None:
    """The known term: of the formula, or as an argument, where a feature alone stands for its logarithm.

    Raises FormulaError when both say one.
    """
    if offset is None or written is None:
        return {"feature": offset} if isinstance(offset, Mapping) and "kind" in offset else offset or written
    raise FormulaError(
        _("L’offset est dit deux fois : dans la formule et par offset=."), remedy=_("Gardez l’un des deux.")
    )
