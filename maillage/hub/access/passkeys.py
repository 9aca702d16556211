"""Passkeys (WebAuthn level 3): made on a person's device, which checks that it is them at each use.

Discoverable credentials with user verification: nobody types a name, and a found key is of no use. No
attestation is asked: which make of device people use is not the hub's business.
"""

import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any, TypeVar

import webauthn
from webauthn.helpers import bytes_to_base64url
from webauthn.helpers.exceptions import WebAuthnException
from webauthn.helpers.structs import (
    AuthenticatorSelectionCriteria,
    PublicKeyCredentialDescriptor,
    ResidentKeyRequirement,
    UserVerificationRequirement,
)

from maillage.governance.audit.chain import record
from maillage.governance.audit.events import EventType
from maillage.governance.people.models import Person
from maillage.governance.transactions import atomic
from maillage.hub.access.errors import CredentialUnknownError, EntryError
from maillage.hub.access.models import Passkey
from maillage.hub.settings import HubSettings

Verified = TypeVar("Verified")


@dataclass(frozen=True)
class NewPasskey:
    """A public key that a device has just made, its proof verified."""

    id: str
    public_key: bytes
    sign_count: int


def offer_registration(person: Person, *, challenge: bytes, settings: HubSettings) -> dict[str, Any]:
    """What the browser hands to the device, as JSON (WebAuthn, 5.4)."""
    mine = Passkey.objects.filter(person=person).values_list("id", flat=True)
    options = webauthn.generate_registration_options(
        rp_id=settings.host,
        rp_name=f"Maillage {settings.name}",
        user_id=person.id.encode(),
        user_name=person.name,
        user_display_name=person.full_name,
        challenge=challenge,
        exclude_credentials=[
            PublicKeyCredentialDescriptor(id=webauthn.base64url_to_bytes(one)) for one in mine
        ],
        authenticator_selection=AuthenticatorSelectionCriteria(
            resident_key=ResidentKeyRequirement.REQUIRED,
            user_verification=UserVerificationRequirement.REQUIRED,
        ),
    )
    return json.loads(webauthn.options_to_json(options))


def read_registration(credential: str, *, challenge: bytes, settings: HubSettings) -> NewPasskey:
    """The key in the device's answer. Raises EntryError."""
    found = _verify(
        lambda: webauthn.verify_registration_response(
            credential=credential,
            expected_challenge=challenge,
            expected_rp_id=settings.host,
            expected_origin=settings.address,
            require_user_verification=True,
        )
    )
    return NewPasskey(bytes_to_base64url(found.credential_id), found.credential_public_key, found.sign_count)


def offer_entry(*, challenge: bytes, settings: HubSettings) -> dict[str, Any]:
    """What the browser hands to any device of any person."""
    options = webauthn.generate_authentication_options(
        rp_id=settings.host, challenge=challenge, user_verification=UserVerificationRequirement.REQUIRED
    )
    return json.loads(webauthn.options_to_json(options))


def enter_with(credential: str, *, challenge: bytes, settings: HubSettings, at: datetime) -> str:
    """Whose passkey answered. Raises EntryError.

    A counter that does not grow betrays a copy of the key, and is refused.
    """
    with atomic():
        known = _find_named(credential)
        found = _verify(
            lambda: webauthn.verify_authentication_response(
                credential=credential,
                expected_challenge=challenge,
                expected_rp_id=settings.host,
                expected_origin=settings.address,
                credential_public_key=bytes(known.public_key),
                credential_current_sign_count=known.sign_count,
                require_user_verification=True,
            )
        )
        known.sign_count, known.used_at = found.new_sign_count, at
        known.save(update_fields=["sign_count", "used_at"])
    return known.person.name


def add_passkey(person: Person, new: NewPasskey, *, label: str, at: datetime) -> None:
    """Keep the key, inside the caller's transaction. Raises EntryError for one that is known already."""
    if Passkey.objects.filter(id=new.id).exists():
        raise EntryError
    Passkey.objects.create(
        id=new.id,
        person=person,
        label=label.strip()[:80] or "–",
        public_key=new.public_key,
        sign_count=new.sign_count,
        created_at=at,
    )


def add_another(person: Person, new: NewPasskey, *, label: str, at: datetime) -> None:
    """A further key for somebody who is in already. Raises EntryError."""
    with atomic():
        add_passkey(person, new, label=label, at=at)
        record(EventType.PASSKEY_ADDED, actor=person.name, subject=person.name, at=at)


def remove_passkey(person: Person, passkey_id: str, *, at: datetime) -> None:
    """Forget one of one's own. Raises CredentialUnknownError."""
    with atomic():
        if not Passkey.objects.filter(person=person, id=passkey_id).delete()[0]:
            raise CredentialUnknownError
        record(EventType.PASSKEY_REMOVED, actor=person.name, subject=person.name, at=at)


def _find_named(credential: str) -> Passkey:
    """The row of the key that the answer names, and whose owner it names, as discoverable keys do."""
    read = _verify(lambda: webauthn.helpers.parse_authentication_credential_json(credential))
    known = Passkey.objects.select_for_update().filter(id=read.id).select_related("person").first()
    if known is None or read.response.user_handle != known.person.id.encode():
        raise EntryError
    return known


def _verify(check: Callable[[], Verified]) -> Verified:
    try:
        return check()
    # The library lets some of what a malformed document causes through as it is.
    except (WebAuthnException, ValueError, TypeError, KeyError) as error:
        raise EntryError from error
