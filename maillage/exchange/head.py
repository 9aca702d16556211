"""The signed head of a chain, which hub and node hand each other: who rewrites a chain contradicts it."""

from collections.abc import Mapping
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from maillage.exchange.message import Hash, Instant, Message, Name
from maillage.exchange.result import Anchor

ANCHOR_EVERY = timedelta(minutes=10)
"""How often a node hands its head over and takes the hub's, when nothing happens too."""
ANCHOR_AT_LEAST = ANCHOR_EVERY / 2
"""The hub writes down no more than one head of a hospital in this time, however often it comes."""

Keeper = Literal["hub", "node"]
Sequence = Annotated[int, Field(ge=1)]


class LedgerHead(Message):
    """How long a chain is, and its last hash.

    `moved` is the last line that tells something else than the other's head: as long as it stays, there is
    nothing new. `rounds` repeats the hashes of the last lines with a round number, so that two who asked at
    different moments hold something to compare.
    """

    format: Literal[1] = 1
    kind: Literal["ledger_head"] = "ledger_head"
    keeper: Keeper
    name: Name
    sequence: Sequence
    hash: Hash
    moved: Annotated[int, Field(ge=0)]
    rounds: Annotated[tuple[Anchor, ...], Field(max_length=20)] = ()
    signed_at: Instant

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        if self.moved > self.sequence or any(earlier.sequence >= self.sequence for earlier in self.rounds):
            raise ValueError("a head names no line after itself")
        return self

    @property
    def claims(self) -> Mapping[int, str]:
        """Line number → hash: all that was signed."""
        return {earlier.sequence: earlier.hash for earlier in self.rounds} | {self.sequence: self.hash}


class Standing(StrEnum):
    """What a head is beside the last one of the same chain that was written down."""

    NEWS = "news"
    REST = "rest"
    DIFFERS = "differs"


def compare(head: LedgerHead, *, last: LedgerHead | None) -> Standing:
    """Whether it goes on from the last one, with something to tell or without; or cannot."""
    if last is None:
        return Standing.NEWS
    known = last.claims
    contradicts = any(known.get(number, value) != value for number, value in head.claims.items())
    if contradicts or head.sequence < last.sequence:
        return Standing.DIFFERS
    return Standing.NEWS if head.moved > last.moved else Standing.REST


def round_numbers(sequence: int) -> list[int]:
    """The last line before this one in tens, hundreds, thousands…: 4321 gives 4320, 4300, 4000."""
    found = {sequence // step * step for step in (10**power for power in range(1, 19))}
    return sorted(found - {0, sequence}, reverse=True)
