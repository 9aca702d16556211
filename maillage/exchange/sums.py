"""What hub and node say to each other while hospitals' numbers are summed under masks.

The node's three steps, and what the hub answers each of them with once it knows. The last step is an answer
like any other: `result.Summed`. Nothing that the hub says here is believed: each list and each key carries
the signatures of the hospitals that it names.
"""

from typing import Annotated, Literal

from pydantic import Field, StringConstraints, TypeAdapter

from maillage.exchange.message import Message, Site
from maillage.exchange.reasons import Reason

MAX_TERMS = 30_000
"""Cells and amounts of one sum, at most."""
MAX_NUMBERS = 3 * MAX_TERMS
MAX_STEP_BYTES = 16 * MAX_NUMBERS + 1_000

Bytes32 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]
Signature = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{128}$")]


class KeyOffer(Message):
    """A hospital takes part, with this X25519 key (`disclosure.masking.Offer`)."""

    kind: Literal["offer"] = "offer"
    key: Bytes32
    signature: Signature


class MaskedNumbers(Message):
    """Its numbers under all its masks, little-endian, 8 bytes each."""

    kind: Literal["masked"] = "masked"
    numbers: Annotated[str, StringConstraints(pattern=r"^([0-9a-f]{16})+$", max_length=MAX_NUMBERS * 16)]


class Agreement(Message):
    """Its signature on the list of those whose numbers came."""

    kind: Literal["agreement"] = "agreement"
    signature: Signature


class Opening(Message):
    """Who takes part, each with its offer."""

    kind: Literal["opening"] = "opening"
    offers: Annotated[dict[Site, KeyOffer], Field(max_length=200)]


class Survivors(Message):
    """Whose numbers came."""

    kind: Literal["survivors"] = "survivors"
    sites: Annotated[tuple[Site, ...], Field(max_length=200)]


class Agreements(Message):
    """All that signed the list, with their signatures."""

    kind: Literal["agreements"] = "agreements"
    signatures: Annotated[dict[Site, Signature], Field(max_length=200)]


class Ended(Message):
    """There is no sum, or none with this hospital in it."""

    kind: Literal["ended"] = "ended"
    reason: Literal[Reason.CANCELLED, Reason.SUM_DROPPED, Reason.SUM_FAILED, Reason.SUM_TOO_FEW]


Step = KeyOffer | MaskedNumbers | Agreement
News = Opening | Survivors | Agreements | Ended

STEP: TypeAdapter[Step] = TypeAdapter(Annotated[Step, Field(discriminator="kind")])
NEWS: TypeAdapter[News] = TypeAdapter(Annotated[News, Field(discriminator="kind")])
