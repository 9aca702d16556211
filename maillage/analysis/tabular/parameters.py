"""Parameters that several analyses take."""

from collections.abc import Sequence
from itertools import pairwise
from typing import Annotated, Literal

from pydantic import AfterValidator, BeforeValidator, Field

from maillage.analysis.base import WireModel
from maillage.analysis.tabular.forms import Name, as_tuple

Domain = Literal["condition", "drug", "procedure", "measurement", "observation", "visit", "device"]

Days = Annotated[int, Field(ge=0, le=36_525)]
ConceptIds = Annotated[tuple[int, ...], BeforeValidator(as_tuple), Field(min_length=1, max_length=1000)]


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
    low: float | None = None
    high: float | None = None


def _start_at_birth(edges: tuple[int, ...]) -> tuple[int, ...]:
    if edges[0] != 0 or any(high <= low for low, high in pairwise(edges)):
        raise ValueError("age groups begin at 0, and each edge is greater than the one before")
    return edges


AgeEdges = Annotated[
    tuple[int, ...],
    BeforeValidator(as_tuple),
    Field(min_length=1, max_length=40),
    AfterValidator(_start_at_birth),
]
"""Where each age group begins, in years; the last has no end."""


def check_names(named: Sequence[Feature | Measure]) -> None:
    """Raises ValueError for a name given twice: rows are told apart by it."""
    names = [one.name for one in named]
    if len(set(names)) < len(names):
        raise ValueError("two groups have the same name")
