"""What every message on the wire has in common: strict, frozen, bounded, canonical."""

from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AfterValidator,
    BaseModel,
    BeforeValidator,
    ConfigDict,
    PlainSerializer,
    StringConstraints,
)

from maillage.base.canon import canonical_bytes
from maillage.base.clock import format_instant, parse_instant
from maillage.base.ids import ID_PATTERN, SITE_PATTERN, SiteId

MAX_COHORT_BYTES = 1_000_000
MAX_ENVELOPE_BYTES = 2_000_000


def _read_instant(value: object) -> datetime:
    # Milliseconds are what the wire keeps; more would make a message differ from its own copy.
    match value:
        case datetime():
            return value.replace(microsecond=value.microsecond // 1000 * 1000)
        case str():
            return parse_instant(value)
        case _:
            raise ValueError("an instant is an RFC 3339 text")


Instant = Annotated[
    datetime, BeforeValidator(_read_instant), PlainSerializer(format_instant, return_type=str)
]
Site = Annotated[str, StringConstraints(pattern=SITE_PATTERN), AfterValidator(SiteId)]
Identifier = Annotated[str, StringConstraints(pattern=ID_PATTERN)]
Hash = Annotated[str, StringConstraints(pattern=r"^sha256:[0-9a-f]{64}$")]
Name = Annotated[str, StringConstraints(min_length=1, max_length=120, pattern=r"^[\w.@:+-]+$")]
Nonce = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{32}$")]
Json = dict[str, Any]


class Message(BaseModel):
    """A document that crosses between hub and node; unknown fields are refused."""

    model_config = ConfigDict(strict=True, extra="forbid", frozen=True, defer_build=True)

    def to_bytes(self) -> bytes:
        """The canonical JSON that is signed."""
        return canonical_bytes(self.model_dump(mode="json"))


class AnalysisRef(Message):
    """Which installed program: its id, its version, the hash of its source. No code travels."""

    id: Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{1,39}$")]
    version: int
    code: Hash
