"""Parameters that several analyses take."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BeforeValidator, Field, FiniteFloat, model_validator

from maillage.analysis.base import WireModel, one_or_more
from maillage.analysis.tabular.forms import Name
from maillage.base.i18n import _

Domain = Literal["condition", "drug", "procedure", "measurement", "observation", "visit", "device"]

Days = Annotated[int, Field(ge=0, le=36_525)]
ConceptIds = Annotated[tuple[int, ...], BeforeValidator(one_or_more), Field(min_length=1, max_length=1000)]


class Feature(WireModel):
    """Who has an event with one of these concepts, or with one under them."""

    name: Name
    domain: Domain
    concepts: ConceptIds
    descendants: bool = True


class Measure(WireModel):
    """The last value of a measurement in a window: one of these concepts, in this unit where one is named.

    Values under `low` or over `high` are taken for errors and left out.
    """

    name: Name
    concepts: ConceptIds
    descendants: bool = False
    unit: int | None = None
    low: FiniteFloat | None = None
    high: FiniteFloat | None = None

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.low is not None and self.high is not None and self.low >= self.high:
            raise ValueError(_("low n’est pas au-dessous de high : aucune valeur ne reste"))
        return self


def _start_at_birth(edges: tuple[int, ...]) -> tuple[int, ...]:
    if edges[0] != 0 or any(high <= low for low, high in pairwise(edges)):
        raise ValueError(_("les groupes d’âge commencent à 0, et chaque borne dépasse celle d’avant"))
    return edges


AgeEdges = Annotated[
    tuple[int, ...],
    BeforeValidator(one_or_more),
    Field(min_length=1, max_length=40),
    AfterValidator(_start_at_birth),
]
"""Where each age group begins, in years; the last has no end."""


def check_names(named: Sequence[Feature | Measure]) -> None:
    """Raises ValueError for a name given twice: rows are told apart by it."""
    names = [one.name for one in named]
    twice = [name for name in dict.fromkeys(names) if names.count(name) > 1]
    if twice:
        raise ValueError(_("deux groupes s’appellent « {name} »").format(name=twice[0]))
