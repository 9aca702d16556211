"""The challenge of a passkey's ceremony, kept at the hub between its two requests."""

import secrets
from dataclasses import dataclass

from django.http import HttpRequest
from webauthn.helpers import base64url_to_bytes, bytes_to_base64url

from maillage.hub.access.ceremonies import Purpose, begin, take
from maillage.hub.boot import current_hub
from maillage.hub.portal.sessions import keep_ceremony, own_ceremony


@dataclass(frozen=True)
class Challenge:
    """What the device must have signed, and for whom it was made."""

    challenge: bytes
    about: str


def begin_challenge(request: HttpRequest, *, purpose: Purpose, about: str) -> bytes:
    """A new challenge of 256 random bits for this browser."""
    challenge = secrets.token_bytes(32)
    kept = {"challenge": bytes_to_base64url(challenge)}
    keep_ceremony(request, begin(purpose, about=about, kept=kept, hub=current_hub()))
    return challenge


def take_challenge(request: HttpRequest, *, purpose: Purpose) -> Challenge:
    """The one that was begun in this browser, for the last time. Raises EntryError."""
    begun = take(own_ceremony(request), purpose=purpose, hub=current_hub())
    return Challenge(base64url_to_bytes(begun.secrets["challenge"]), begun.about)
