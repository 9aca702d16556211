"""What the export of a ledger says of itself, signed by who keeps the ledger; its first row."""

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, StringConstraints, model_validator

from maillage.base.keys import PublicKey
from maillage.exchange.head import Keeper, Sequence
from maillage.exchange.message import Hash, Instant, Message, Name
from maillage.exchange.result import Anchor


def _check_key(text: str) -> str:
    PublicKey.parse(text)
    return text


class Manifest(Message):
    """Which lines follow, and what holds their two ends.

    The first line follows `previous`; the last one has the hash `hash`; `head` is the last line of the whole
    chain at that moment. Bodies of lines before `removed_before` may be absent: they were removed.
    """

    format: Literal[1] = 1
    kind: Literal["ledger_export"] = "ledger_export"
    keeper: Keeper
    name: Name
    key: Annotated[str, AfterValidator(_check_key)]
    first: Sequence
    previous: Hash
    last: Sequence
    hash: Hash
    bodies: Annotated[int, Field(ge=0)]
    head: Anchor
    since: Instant | None
    until: Instant | None
    removed_before: Instant | None
    exported_at: Instant
    software: Annotated[str, StringConstraints(pattern=r"^[\w.+-]{1,40}$")]

    @model_validator(mode="after")
    def _hold_together(self) -> Self:
        if not self.first <= self.last <= self.head.sequence:
            raise ValueError("the ends of the range are not in order")
        if self.last == self.head.sequence and self.hash != self.head.hash:
            raise ValueError("the last line is not the head")
        return self

    @property
    def is_whole(self) -> bool:
        """Whether every line of the chain follows."""
        return self.first == 1 and self.last == self.head.sequence

    @property
    def claims(self) -> dict[int, str]:
        """Line number → hash: all that the signature says of single lines."""
        before = {self.first - 1: self.previous} if self.first > 1 else {}
        return before | {self.last: self.hash, self.head.sequence: self.head.hash}
