"""The members' table: who they are, and what their node last said of itself."""

from datetime import datetime
from typing import Any

from django.db import models

from maillage.base.keys import PublicKey
from maillage.governance import fields
from maillage.governance.group.states import MemberState


class Member(models.Model):
    """A hospital. The second half of the columns is what its node reports at each start."""

    site: str = fields.short_text(primary_key=True, max_length=40)
    name: str = fields.short_text(max_length=120)
    city: str = fields.short_text(max_length=80, blank=True, default="")
    department: str = fields.short_text(max_length=3, blank=True, default="")
    public_key: str = fields.short_text(max_length=80)
    fingerprint: str = fields.short_text(max_length=60, unique=True)
    state: str = fields.short_text(max_length=12, default=MemberState.ACTIVE.value)
    registered_at: datetime = fields.instant()

    protocol: int = fields.whole(default=0)
    software: str = fields.short_text(max_length=40, blank=True, default="")
    analyses: dict[str, Any] = fields.document(default=dict)
    reference: str = fields.short_text(max_length=80, blank=True, default="")
    health: str = fields.short_text(max_length=40, blank=True, default="")
    boot: str = fields.short_text(max_length=60, blank=True, default="")
    last_seen: datetime | None = fields.instant(null=True)
    clock_skew_s: float = fields.real(default=0.0)
    anchor_sequence: int | None = fields.whole(null=True)
    anchor_hash: str = fields.short_text(max_length=71, blank=True, default="")

    objects = models.Manager()

    class Meta:
        ordering = ("name",)

    def __str__(self) -> str:
        return self.name

    @property
    def key(self) -> PublicKey:
        """The key that signs this hospital's requests and answers."""
        return PublicKey.parse(self.public_key)
