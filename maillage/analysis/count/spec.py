"""count: distinct persons in a cohort, by inclusion rule and by calendar year of entry."""

from typing import Annotated

from pydantic import BeforeValidator, Field

from maillage.analysis.base import Spec, WireModel
from maillage.disclosure.values import CellJson


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


class CountParameters(WireModel):
    """Nothing to choose: the cohort is the question."""


class YearCell(WireModel):
    """Persons whose first entry into the cohort falls in that calendar year.

    Any year that a date may have: public sets of de-identified patients are shifted by centuries.
    """

    year: Annotated[int, Field(ge=1, le=9999)]
    persons: CellJson


class CountContent(WireModel):
    """What one hospital sends. Every cell counts distinct persons.

    `steps[0]` counts those with an entry event; `steps[i]` those with an entry event that satisfies the
    inclusion rules 1…i together; `persons` those in the cohort. `years` splits `persons`; `other_years`
    is the part of it in no year shown, absent when there is none. `repeated`: these are a former answer's
    numbers, whose persons are the same, or differ by fewer than the floor; `repeated_steps` are the
    positions of the steps of which this is true; where it is true of `persons`, of all that were told before.
    """

    persons: CellJson
    steps: Annotated[tuple[CellJson, ...], BeforeValidator(_as_tuple), Field(min_length=1, max_length=130)]
    years: Annotated[tuple[YearCell, ...], BeforeValidator(_as_tuple), Field(max_length=9999)]
    other_years: CellJson | None
    repeated: bool = False
    repeated_steps: Annotated[tuple[int, ...], BeforeValidator(_as_tuple), Field(max_length=130)] = ()


SPEC = Spec(id="count", version=1, parameters=CountParameters, content=CountContent)
