"""What the hub says of the référentiel: which release is current, under its signature."""

from maillage.exchange.message import Instant, Json, Message, Name


class Publication(Message):
    """A release is current. `manifest` names its files by their SHA-256; the node checks it."""

    protocol: int
    network: Name
    published_at: Instant
    manifest: Json
