"""Permits and hospitals' words on them, as they were signed."""

from datetime import datetime

from django.db import models

from maillage.governance import fields
from maillage.governance.permits.states import PermitState


class PublishedPermit(models.Model):
    """A permit that the committee signed. `hash` is of the signed payload, `envelope` the bytes as text."""

    hash: str = fields.short_text(primary_key=True, max_length=71)
    permit_id: str = fields.short_text(max_length=120, db_index=True)
    state: str = fields.short_text(max_length=12, default=PermitState.PUBLISHED.value)
    envelope: str = fields.long_text()
    revocation: str = fields.long_text(blank=True, default="")
    published_at: datetime = fields.instant()
    changed_at: datetime = fields.instant()

    objects = models.Manager()

    class Meta:
        ordering = ("published_at", "hash")
        constraints = (
            models.UniqueConstraint(
                fields=["permit_id"],
                name="one_published_permit_a_name",
                condition=models.Q(state=PermitState.PUBLISHED.value),
            ),
        )

    def __str__(self) -> str:
        return self.permit_id


class SiteWord(models.Model):
    """The last word of a hospital on a permit: accepted or withdrawn, as its node signed it."""

    permit: PublishedPermit = fields.belongs_to("permits.PublishedPermit", related_name="words")
    site: str = fields.short_text(max_length=40)
    decision: str = fields.short_text(max_length=12)
    envelope: str = fields.long_text()
    decided_at: datetime = fields.instant()

    objects = models.Manager()

    class Meta:
        constraints = (models.UniqueConstraint(fields=["permit", "site"], name="one_word_a_site"),)

    def __str__(self) -> str:
        return f"{self.site}: {self.decision}"
