"""What is remembered between two steps of an entry, and taken once: a copied cookie replays nothing."""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from enum import StrEnum

from maillage.base.canon import sha256_hex
from maillage.hub.access.errors import EntryError
from maillage.hub.access.models import Ceremony
from maillage.hub.boot import Hub
from maillage.hub.writing import writing

LIFE = timedelta(minutes=10)


class Purpose(StrEnum):
    """What a ceremony was begun for; it serves for nothing else."""

    PASSKEY_NEW = "passkey_new"
    PASSKEY_ENTER = "passkey_enter"
    PSC = "psc"


@dataclass(frozen=True)
class Begun:
    """A ceremony that was taken: whom or what it was about, and the values that were kept."""

    about: str
    secrets: Mapping[str, str]


def begin(purpose: Purpose, *, about: str, kept: Mapping[str, str], hub: Hub) -> str:
    """Remember the values; the secret under which they are taken, for the browser's cookie."""
    secret, now = secrets.token_urlsafe(32), hub.clock()
    with writing(hub, waits=True):
        Ceremony.objects.filter(expires_at__lt=now).delete()
        Ceremony.objects.create(
            digest=_digest(secret),
            purpose=purpose.value,
            about=about,
            secrets=dict(kept),
            expires_at=now + LIFE,
        )
    return secret


def take(secret: str, *, purpose: Purpose, hub: Hub) -> Begun:
    """The values, for the last time. Raises EntryError."""
    with writing(hub):
        mine = Ceremony.objects.select_for_update().filter(
            digest=_digest(secret), purpose=purpose.value, expires_at__gt=hub.clock()
        )
        found = mine.first()
        # Two that come at once both read the row; one of them deletes it.
        if found is None or not mine.delete()[0]:
            raise EntryError
    return Begun(found.about, found.secrets)


def _digest(secret: str) -> str:
    return sha256_hex(secret.encode())
