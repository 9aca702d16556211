"""A task: one question at one node. Everything a node needs to decide is inside the signature."""

from typing import Annotated, Literal, Self

from pydantic import BeforeValidator, Field, StringConstraints, model_validator

from maillage.base.canon import canonical_hash
from maillage.exchange.message import (
    AnalysisRef,
    Hash,
    Identifier,
    Instant,
    Json,
    Message,
    Name,
    Nonce,
    Site,
)


def _as_tuple(value: object) -> object:
    return tuple(value) if isinstance(value, list) else value  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]


class Task(Message):
    """What the hub asks of one hospital.

    `title` is absent from version 1. `participants` and `minimum_participants` let each node refuse a
    question whose total could be subtracted (two hospitals learn each other's number from the sum).
    """

    protocol: Literal[1, 2]
    kind: Literal["task"] = "task"
    task_id: Identifier
    question_id: Identifier
    hub: Name
    site: Site
    participants: Annotated[tuple[Site, ...], BeforeValidator(_as_tuple), Field(min_length=1, max_length=200)]
    minimum_participants: Annotated[int, Field(ge=1, le=200)]
    requester: Name
    permit: Name
    title: Annotated[str, StringConstraints(max_length=200)] = ""
    analysis: AnalysisRef
    parameters: Json
    cohort: Json
    cohort_hash: Hash
    nonce: Nonce
    issued_at: Instant
    expires_at: Instant

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        if self.site not in self.participants:
            raise ValueError("the addressed site is not among the participants")
        if len(set(self.participants)) != len(self.participants):
            raise ValueError("a participant is named twice")
        if not self.title.isprintable():
            # A reviewer reads it in a terminal, which would obey its control characters.
            raise ValueError("the title holds control characters")
        if self.expires_at <= self.issued_at:
            raise ValueError("the task expires before it is issued")
        if canonical_hash(self.cohort) != self.cohort_hash:
            raise ValueError("the cohort is not the one that the hash names")
        return self
