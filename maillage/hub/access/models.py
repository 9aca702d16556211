"""How people and nodes prove who they are. What opens anything is kept as a hash, or sealed.

Nonces make each signed request unlike any other; visits tell who looked at what.
"""

from datetime import datetime
from typing import Any

from django.db import models

from maillage.governance import fields


class Token(models.Model):
    """A bearer token of a requester. 256 random bits need no slow hash.

    `expires_at` null, for those that the operator makes: it serves until it is revoked.
    """

    requester: str = fields.short_text(max_length=120, db_index=True)
    digest: str = fields.short_text(max_length=71, unique=True)
    label: str = fields.short_text(max_length=80, blank=True, default="")
    created_at: datetime = fields.instant()
    expires_at: datetime | None = fields.instant(null=True)
    revoked_at: datetime | None = fields.instant(null=True)

    objects = models.Manager()

    def __str__(self) -> str:
        return self.requester


class Link(models.Model):
    """An address that opens one session, once."""

    digest: str = fields.short_text(max_length=71, primary_key=True)
    requester: str = fields.short_text(max_length=120)
    expires_at: datetime = fields.instant()
    used_at: datetime | None = fields.instant(null=True)

    objects = models.Manager()

    def __str__(self) -> str:
        return self.requester


class SeenNonce(models.Model):
    """The nonce of a signed request that was taken; the same one is never taken again."""

    nonce: str = fields.short_text(max_length=80, primary_key=True)
    at: datetime = fields.instant(db_index=True)

    objects = models.Manager()

    def __str__(self) -> str:
        return self.nonce


class Session(models.Model):
    """Somebody in the portal, from one browser. `digest` is of the secret in that browser's cookie."""

    digest: str = fields.short_text(max_length=71, primary_key=True)
    requester: str = fields.short_text(max_length=120, db_index=True)
    way: str = fields.short_text(max_length=12)
    browser: str = fields.short_text(max_length=80, blank=True, default="")
    opened_at: datetime = fields.instant()
    seen_at: datetime = fields.instant()
    ended_at: datetime | None = fields.instant(null=True)

    objects = models.Manager()

    def __str__(self) -> str:
        return self.requester


class Invitation(models.Model):
    """An address under which a person sets up their way in, once."""

    digest: str = fields.short_text(max_length=71, primary_key=True)
    person: Any = fields.belongs_to("people.Person", related_name="invitations")
    expires_at: datetime = fields.instant()
    used_at: datetime | None = fields.instant(null=True)

    person_id: str

    objects = models.Manager()

    def __str__(self) -> str:
        return self.person_id


class Ceremony(models.Model):
    """What the hub must remember between two steps of an entry: a challenge, a state. Taken once.

    `digest` is of the secret in the browser's cookie; `purpose` and `about` say what it was made for.
    """

    digest: str = fields.short_text(max_length=71, primary_key=True)
    purpose: str = fields.short_text(max_length=20)
    about: str = fields.short_text(max_length=120, blank=True, default="")
    secrets: dict[str, str] = fields.document()
    expires_at: datetime = fields.instant(db_index=True)

    objects = models.Manager()

    def __str__(self) -> str:
        return self.purpose


class Passkey(models.Model):
    """A public key of a person's device (WebAuthn); `id` is the credential's, base64url."""

    id: str = fields.short_text(primary_key=True, max_length=1400)
    person: Any = fields.belongs_to("people.Person", related_name="passkeys")
    label: str = fields.short_text(max_length=80)
    public_key: bytes = fields.raw()
    sign_count: int = fields.whole()
    created_at: datetime = fields.instant()
    used_at: datetime | None = fields.instant(null=True)

    person_id: str

    objects = models.Manager()

    def __str__(self) -> str:
        return self.label


class Password(models.Model):
    """A person's password (argon2id) and the sealed secret of their generator of codes.

    `last_step` is the time step of the last code that was taken: it and those before are never taken again.
    """

    person: Any = fields.extends("people.Person", related_name="password")
    hash: str = fields.short_text(max_length=200)
    totp: bytes = fields.raw()
    last_step: int = fields.whole(default=0)
    changed_at: datetime = fields.instant()

    person_id: str

    objects = models.Manager()

    def __str__(self) -> str:
        return self.person_id


class RecoveryCode(models.Model):
    """A code that stands in for one of the generator's, once. 80 random bits need no slow hash."""

    digest: str = fields.short_text(max_length=71, primary_key=True)
    person: Any = fields.belongs_to("people.Person", related_name="recovery_codes")
    used_at: datetime | None = fields.instant(null=True)

    objects = models.Manager()

    def __str__(self) -> str:
        return self.digest


class PscIdentity(models.Model):
    """The Pro Santé Connect identity of a person: who issued it, and its subject there."""

    person: Any = fields.extends("people.Person", related_name="psc")
    issuer: str = fields.short_text(max_length=200)
    subject: str = fields.short_text(max_length=255)
    linked_at: datetime = fields.instant()

    person_id: str

    objects = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["issuer", "subject"], name="one_person_a_subject"),)

    def __str__(self) -> str:
        return self.person_id


class Visit(models.Model):
    """Who looked at what. The same again within some minutes is the same visit.

    `route` is the name of the address, `object` the id in it, `status` the HTTP status of the answer. What
    was in the page is not here.
    """

    id: int = fields.whole_key()
    at: datetime = fields.instant(db_index=True)
    requester: str = fields.short_text(max_length=120)
    route: str = fields.short_text(max_length=60)
    object: str = fields.short_text(max_length=80, blank=True, default="")
    status: int = fields.whole()

    objects = models.Manager()

    class Meta:
        indexes = (models.Index(fields=["requester", "at"], name="visit_of_a_person"),)

    def __str__(self) -> str:
        return f"{self.requester}: {self.route}"
