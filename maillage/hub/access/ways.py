"""The ways in of one person: what they have, and that one always stays."""

from datetime import datetime
from typing import Any

from maillage.base.clock import format_instant
from maillage.governance.people.models import Person
from maillage.hub.access import passkeys
from maillage.hub.access.errors import LastWayError
from maillage.hub.access.models import Passkey, Password, PscIdentity, RecoveryCode


def describe_ways(person: Person) -> dict[str, Any]:
    """Passkeys, oldest first; whether there is a password, with how many recovery codes; whether PSC."""
    return {
        "passkeys": [_describe(key) for key in Passkey.objects.filter(person=person).order_by("created_at")],
        "has_password": Password.objects.filter(person=person).exists(),
        "recovery_left": RecoveryCode.objects.filter(person=person, used_at=None).count(),
        "has_psc": PscIdentity.objects.filter(person=person).exists(),
    }


def remove_passkey(person: Person, passkey_id: str, *, at: datetime) -> None:
    """Forget a passkey, inside the caller's transaction. Raises LastWayError or CredentialUnknownError."""
    others = Passkey.objects.filter(person=person).exclude(id=passkey_id).exists()
    has_more = (
        others
        or Password.objects.filter(person=person).exists()
        or PscIdentity.objects.filter(person=person).exists()
    )
    if not has_more:
        raise LastWayError
    passkeys.remove_passkey(person, passkey_id, at=at)


def _describe(key: Passkey) -> dict[str, Any]:
    return {
        "id": key.id,
        "label": key.label,
        "created_at": format_instant(key.created_at),
        "used_at": None if key.used_at is None else format_instant(key.used_at),
    }
