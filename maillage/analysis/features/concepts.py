"""Concept sets in Circe's form, as ATLAS exports them, inside a specification that crosses the wire.

What ATLAS writes of a concept beside its id is let through and not read.
"""

from typing import Annotated

from pydantic import BeforeValidator, ConfigDict, Field

from maillage.analysis.base import WireModel, one_or_more


def as_tuple(value: object) -> object:
    """A list of JSON as a tuple, which strict models ask for: of what a hospital or the hub tells."""
    return tuple(value) if isinstance(value, list) else value  # pyright: ignore[reportUnknownArgumentType, reportUnknownVariableType]


class Concept(WireModel):
    """One concept by its id."""

    model_config = ConfigDict(strict=True, extra="ignore", frozen=True)

    CONCEPT_ID: Annotated[int, Field(ge=0, lt=2**53)]


class ConceptItem(WireModel):
    """A concept, with its descendants, with the source concepts mapped to it, taken or left out."""

    concept: Concept
    isExcluded: bool = False  # noqa: N815 - Circe's own name
    includeDescendants: bool = False  # noqa: N815
    includeMapped: bool = False  # noqa: N815


class Concepts(WireModel):
    """A concept set expression."""

    items: Annotated[
        tuple[ConceptItem, ...], BeforeValidator(one_or_more), Field(min_length=1, max_length=5000)
    ]
