"""What a node says each day of how many patients have each concept: bands, never a number, no question."""

from collections.abc import Iterator, Mapping
from itertools import chain, pairwise
from typing import Annotated, Literal, Self

from pydantic import Field, StringConstraints, model_validator

from maillage.disclosure.catalogue import list_edges
from maillage.exchange.message import Hash, Message, Name, Site
from maillage.exchange.permit import Masked, Permit

MAX_CONCEPTS = 100_000
"""With so many, an envelope is three quarters of the largest one that is read."""

ConceptId = Annotated[int, Field(ge=1, lt=2**31)]


class BandOfConcepts(Message):
    """The concepts that `least` patients or more have, about, and fewer than the next band's."""

    least: Annotated[int, Field(ge=1)]
    concepts: Annotated[tuple[ConceptId, ...], Field(min_length=1, max_length=MAX_CONCEPTS)]

    @model_validator(mode="after")
    def _are_in_order(self) -> Self:
        if any(one >= other for one, other in pairwise(self.concepts)):
            raise ValueError("concepts are in the order of their ids, each once")
        return self


Year = Annotated[int, Field(ge=1, le=9999)]


class Years(Message):
    """The first and the last calendar year in which the hospital has patients enough to say so."""

    first: Year
    last: Year

    @model_validator(mode="after")
    def _are_in_order(self) -> Self:
        if self.first > self.last:
            raise ValueError("the first year is not after the last")
        return self


def is_absent(value: object) -> bool:
    """Whether a field says nothing and is left out."""
    return value is None


class Catalogue(Message):
    """One day's bands of one hospital, with what is below each concept. A concept that is not named has none.

    `reference` is the référentiel by which was counted, `permit` what allows it. `shown_alone`: whether a
    band may be shown that no other hospital's is mixed with; only then are there `years`, which are its own.
    """

    format: Literal[1] = 1
    kind: Literal["catalogue"] = "catalogue"
    network: Name
    site: Site
    day: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d{2}-\d{2}$")]
    reference: Annotated[str, StringConstraints(max_length=80)]
    permit: Hash
    floor: Annotated[int, Field(ge=1, le=10_000)]
    shown_alone: bool
    bands: Annotated[tuple[BandOfConcepts, ...], Field(max_length=40)]
    # Not written where there are none: a hub of the version before reads such a catalogue too.
    years: Annotated[Years | None, Field(exclude_if=is_absent)] = None

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        least = [band.least for band in self.bands]
        if least != sorted(set(least)) or not set(least) <= set(list_edges(self.floor)):
            raise ValueError("bands are those of the floor, each once, in order")
        if self.years is not None and not self.shown_alone:
            raise ValueError("years are told of a hospital that is shown alone")
        named = list(chain.from_iterable(band.concepts for band in self.bands))
        if len(set(named)) < len(named) or len(named) > MAX_CONCEPTS:
            raise ValueError("a concept is in one band, and there are not too many")
        return self

    def by_concept(self) -> Mapping[int, int]:
        """The least number of patients of each concept, about."""
        return dict(self._pairs())

    def _pairs(self) -> Iterator[tuple[int, int]]:
        for band in self.bands:
            yield from ((concept, band.least) for concept in band.concepts)


def allows_catalogue(permit: Permit, *, network: str, site: str) -> bool:
    """Whether the permit has this hospital tell its bands to this network's hub."""
    is_for = permit.network == network and permit.names(site)
    return is_for and permit.catalogue and not isinstance(permit.sums, Masked)
