"""Tokens and links are kept as hashes; nonces make each signed request unlike any other."""

from datetime import datetime

from django.db import models

from maillage.governance import fields


class Token(models.Model):
    """A bearer token of a requester. 256 random bits need no slow hash."""

    requester: str = fields.short_text(max_length=120, db_index=True)
    digest: str = fields.short_text(max_length=71, unique=True)
    created_at: datetime = fields.instant()
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
